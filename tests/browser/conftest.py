"""A real server, a real browser. Everything that these tests see, a visitor sees."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore
from tests.chromium import launched
from tests.processes import free_port, page_of, started


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


@pytest.fixture(scope="session")
def server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on a free port, with a cache of its own that holds prepared reviews."""
    cache = tmp_path_factory.mktemp("server") / "cache"
    shutil.copytree(prepared_cache / "reviews", cache / "reviews")
    with serving(cache) as running:
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
