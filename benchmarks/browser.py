"""A server with a cache of its own, and the system's Chromium, for the benchmarks of pages."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
EMPTY = 'import streamlit as st\nst.write("ready")\n'
"""An empty page of Streamlit's, for comparison."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def executable() -> str:
    """Returns the system's Chromium, or the one that ``RNN_COMPARE_CHROMIUM`` names."""
    names = ("chromium", "google-chrome", "chromium-headless-shell")
    path = os.environ.get("RNN_COMPARE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise SystemExit("No Chromium was found. Install it, or name it by RNN_COMPARE_CHROMIUM.")
    return path


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def server(script: Path, cache: Path, log: Path | None = None, fresh: bool = False) -> Iterator[str]:
    """`streamlit run script`; yields its address as soon as it answers. A new record is empty.

    Args:
        script: The page's script.
        cache: Its cache folder.
        log: A file for the server's output.
        fresh: As on a new machine: a first start compiles kernels in that cache.
    """
    variables = {**os.environ, "RNN_COMPARE_CACHE": str(cache), "RNN_COMPARE_FIRST_START": "1" if fresh else "0"}
    if fresh:
        variables.pop("NUMBA_CACHE_DIR", None)
    output = log.open("ab") if log else subprocess.DEVNULL
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.headless=true", "--browser.gatherUsageStats=false"],
        cwd=PROJECT if script.is_relative_to(PROJECT) else script.parent,
        env=variables,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        while not _answers(url):
            time.sleep(0.02)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def cache() -> Iterator[Path]:
    """An empty cache folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def server_process(url: str) -> psutil.Process:
    """Returns the process that answers at an address of this machine."""
    port = url.rpartition(":")[2]
    listening = f"--server.port={port}"  # a browser's command may hold the number too
    [process] = [p for p in psutil.process_iter(["cmdline"]) if listening in (p.info["cmdline"] or [])]
    return process


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
    except OSError:
        return False
    return True
