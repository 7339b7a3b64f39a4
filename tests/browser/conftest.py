"""A real server, a real browser. Everything that these tests see, a visitor sees."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore

PROJECT = Path(__file__).resolve().parents[2]
BROWSER_VARIABLE = "RNN_COMPARE_CHROMIUM"
REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_BROWSER"
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds that a page may take for anything: these tests are about what happens, not how fast."""


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it is, its process, and the record that it shares with this one."""

    url: str
    process: psutil.Process
    store: RunStore


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium or Chrome."""
    found = os.environ.get(BROWSER_VARIABLE) or next(filter(None, map(shutil.which, CANDIDATES)), None)
    found = found or next(filter(os.path.exists, APPLICATIONS), None)
    if found is None:
        sentence = f"No Chromium was found. Install it, or name it by {BROWSER_VARIABLE}."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on a free port, with a cache of its own that holds prepared reviews."""
    cache = tmp_path_factory.mktemp("server") / "cache"
    shutil.copytree(prepared_cache / "reviews", cache / "reviews")
    with serving(cache) as running:
        yield running


@contextlib.contextmanager
def serving(cache: Path) -> Iterator[Server]:
    """Runs a server until the end, or until somebody kills it.

    Args:
        cache: Its cache folder, which may hold prepared reviews and earlier runs.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (cache.parent / f"server-{port}.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"],
        cwd=PROJECT,
        env={**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "2"},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, process, Path(log.name))
        store = RunStore(cache / "runs.db")
        yield Server(url, psutil.Process(process.pid), store)
        store.close()
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return
        except OSError:  # not listening yet, or too busy to answer
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    pytest.fail(f"The server did not come up:\n{log.read_text()}")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new visitor on a projector."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, errors
