"""The server's services without workers, for tests of what pages show and record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.comparison import evidence
from rnn_compare.dashboard.widgets import reading
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import App
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine
from tests.kit.runs import finish


@pytest.fixture
def own_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """This process's App, anew: it knows nothing of what other tests did."""
    app = App()
    evidence._labels.cache_clear()  # of reviews that another cache holds
    monkeypatch.setattr("rnn_compare.server.app._current", app)
    yield app
    app.close()


@pytest.fixture
def services(own_app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The server's services on an empty cache; the engine isn't started: what is submitted waits."""
    cache = tmp_path / "cache"
    cache.mkdir(exist_ok=True)
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    store = RunStore(cache / "runs.db")
    own_app._services = Services(store, Engine(store, origin="page"), own_app.classroom)
    return own_app.services()


@pytest.fixture
def with_reviews(tmp_path: Path, reviews_cache: Path) -> None:
    """Lends the cache of ``services`` prepared reviews, before anything of another test can make a folder there."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").symlink_to(reviews_cache / "reviews")


@pytest.fixture
def stage(with_reviews: None, services: Services, own_app: App) -> Stage:  # noqa: ARG001  # the reviews come first
    """What lectures are given with, by these services."""
    stage = own_app.stage()
    assert stage
    return stage


@pytest.fixture
def record(services: Services) -> Callable[..., str]:
    """Records one run through the record's own ways, and returns its id."""

    def one(status: Status = Status.FINISHED, epochs: int = 2, reason: str | None = None, **settings: object) -> str:
        [run] = services.store.create([Experiment(**settings)], Owner.current(), "page")
        finish(services.store, run, *(0.9 - n / 10 for n in range(1, epochs + 1)), status=status, reason=reason)
        services.refresh()
        return run

    return one


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What *Inside the cell* sends to the browser; AppTest has none to draw it."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(reading, "component", lambda *_: lambda data, **_: messages.append(data))
    return messages
