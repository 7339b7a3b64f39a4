"""Pages run in this process, with a real record and a real engine."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rnn_compare.experiment_sets import comparison
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services
from tests.patience import PATIENCE, until, until_ended

PROJECT = Path(__file__).resolve().parents[2]


def script(page: str) -> str:
    """Returns a script that shows the page of a module of ``dashboard.pages``.

    AppTest makes it the main module, as Streamlit makes app.py, and a worker that is started later runs that too.
    """
    return f"if __name__ == '__main__':\n    from rnn_compare.dashboard.pages.{page} import render\n    render()"


def choose_preset(app: AppTest, name: str) -> AppTest:
    """Chooses a preset in its open list."""
    app.session_state["presets"] = True
    return app.radio(key="preset").set_value(name).run()


def page(name: str = "", state: Mapping[str, object] = MappingProxyType({}), **address: object) -> AppTest:
    """Runs a page, or the whole app without a name; ``address`` holds the parameters of its URL."""
    app = AppTest.from_string(script(name)) if name else AppTest.from_file(PROJECT / "app.py")
    app.default_timeout = PATIENCE
    app.query_params.update(address)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    """Returns all HTML of a page."""
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


@pytest.fixture
def shared_services(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The services that the pages find: begun once for all tests of pages, since a worker takes seconds to start."""
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "1")
    return current_app().services()


@pytest.fixture(scope="package", autouse=True)
def _close_services() -> Iterator[None]:
    yield  # no worker of these tests is left when others count theirs
    current_app().close()


@pytest.fixture
def trained(shared_services: Services) -> list[Run]:
    """Two small networks, really trained, once for all tests."""
    finished = [run for run in shared_services.store.runs() if run.name == "for the tests"]
    if not finished:
        small: dict[str, Any] = {"reviews": 100, "epochs": 2, "vocabulary_size": 200, "embedding_size": 4}
        ids = shared_services.engine.submit(comparison(cell=["SimpleRNN", "LSTM"], units=4, maxlen=10, **small))
        until_ended(shared_services.engine, ids)
        for run in ids:
            shared_services.store.rename(run, "for the tests")
        finished = shared_services.store.runs(ids)
    shared_services.refresh()
    return finished


@pytest.fixture(autouse=True)
def _without_keras_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not this machine has one."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("RNN_COMPARE_IMDB", raising=False)


def run_until(app: AppTest, true: Callable[[], object]) -> AppTest:
    """Runs a page again and again, as its fragments do, until a worker is done."""

    def ran() -> object:
        return true() or (app.run() and not app.exception and true())

    until(ran)
    return app
