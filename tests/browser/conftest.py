"""A real server, a real browser. Everything that these tests see, a visitor sees."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.browser.visits import SMALL
from tests.chromium import launched, opened_window
from tests.kept import lend
from tests.patience import until
from tests.phones import record_two_runs
from tests.processes import free_port, page_of, started
from tests.recorded import shipped


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it is, its process, and the record that it shares with this one."""

    url: str
    process: psutil.Process
    store: RunStore


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
    cache = tmp_path_factory.mktemp("server") / "cache"
    lend(prepared_cache, cache)
    with serving(cache) as running:
        yield running


@pytest.fixture(scope="session")
def bare_server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any run."""
    cache = tmp_path_factory.mktemp("bare") / "cache"
    lend(prepared_cache, cache)
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
    with serving(cache, "benchmarks/presented.py") as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CACHE_VARIABLE, str(cache))
            book = [run.id for run in shipped(running.store, BOOK)]
        yield Hall(running.url, runs, book)


@pytest.fixture(scope="session")
def podium(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fresh install, which takes in its recordings at its first start, with a presenter who obeys."""
    cache = tmp_path_factory.mktemp("podium") / "cache"
    lend(prepared_cache, cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIRST_START_VARIABLE, "1")
        patch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")  # a wall with the code for phones is the fullest
        with serving(cache, "benchmarks/presented.py") as running:
            yield running


@contextlib.contextmanager
def serving(cache: Path, script: str = "app.py", *arguments: str) -> Iterator[Server]:
    """Runs a server until the end, or until somebody kills it.

    Args:
        cache: Its cache folder, which may hold prepared reviews and earlier runs.
        script: What it serves.
        arguments: More of the command line.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "2"}
    log = cache.parent / f"server-{port}.log"
    command = [*page_of(script), f"--server.port={port}", *arguments]
    with started(command, log, f"{url}/_stcore/health", environment) as process:
        store = RunStore(cache / "runs.db")
        yield Server(url, psutil.Process(process.pid), store)
        store.close()
