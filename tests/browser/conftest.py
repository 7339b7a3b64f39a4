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

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.store import RunStore

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it is, its process, and the record that it shares with this one."""

    url: str
    process: psutil.Process
    store: RunStore


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
