"""A real server, a real browser. Everything that these tests see, a visitor sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.kit.caches import lend
from tests.kit.chromium import launched, opened_window
from tests.kit.phones import record_two_runs
from tests.kit.runs import shipped
from tests.kit.servers import Server, serving
from tests.kit.visits import SMALL
from tests.kit.waiting import until


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    with launched(chromium) as running:
        yield running


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One window too."""
    with opened_window(browser) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on a free port, with a cache of its own that holds prepared reviews."""
    cache = lend(prepared_cache, tmp_path_factory.mktemp("server") / "cache")
    with serving(cache) as running:
        yield running


@pytest.fixture(scope="session")
def bare_server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any run."""
    cache = lend(prepared_cache, tmp_path_factory.mktemp("bare") / "cache")
    with serving(cache) as running:
        yield running


@pytest.fixture(scope="package")
def pair(server: Server, window: BrowserContext) -> str:
    """The ids of a SimpleRNN and an LSTM that the page has trained, as its address names them."""
    before = {run.id for run in server.store.runs()}  # which other tests have left, and the page shows first

    def trained() -> list[Run]:
        return [run for run in server.store.runs() if run.id not in before]

    page = window.new_page()
    page.goto(f"{server.url}/?cell=SimpleRNN&cell=LSTM&units=8&{SMALL}")
    page.get_by_role("button", name="Train", exact=True).click()
    until(trained)
    page.close()  # to draw its curves would take as long as to train them
    until(lambda: [run.status for run in trained()] == [Status.FINISHED] * 2)
    return ",".join(run.id for run in trained())


@dataclass(frozen=True)
class Hall:
    """A server whose presenter obeys (benchmarks/presented.py), two trained networks of which one is far ahead, and
    the book's with their weights.
    """

    url: str
    runs: list[str]
    book: list[str]


@pytest.fixture(scope="session")
def hall(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Where phones are."""
    cache = tmp_path_factory.mktemp("hall") / "cache"
    runs = record_two_runs(cache, prepared_cache)
    with serving(cache, script="benchmarks/presented.py") as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CACHE_VARIABLE, str(cache))
            book = [run.id for run in shipped(running.store, BOOK)]
        yield Hall(running.url, runs, book)


@pytest.fixture(scope="session")
def podium(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh install, which takes in its recordings at its first start, with a presenter who obeys."""
    cache = lend(prepared_cache, tmp_path_factory.mktemp("podium") / "cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIRST_START_VARIABLE, "1")
        patch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")  # a wall with the code for phones is the fullest
        with serving(cache, script="benchmarks/presented.py") as running:
            yield running
