"""The book's experiment in a browser's tab, against the program's command and a stock Keras script, in turns.

    python -m benchmarks.browser_book [rounds] [reviews] [epochs]

The tab is Chromium, with the page that `python -m rnn_compare playground --folder` writes, served from a path of this
machine: from the press of *Train* to the last epoch of SimpleRNN and LSTM, data fetched and unpacked. At most twice
the time of the program and a quarter of stock Keras'. Beside it: the longest task of the page's thread, and the
largest memory of the browser's process that shows the page, workers included.
"""

import contextlib
import functools
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.book_experiment import SHORTEST, VERDICT, seconds_of, stock_script
from benchmarks.browser import chromium
from benchmarks.machine import machine

PATH = "course/rnn"
"""Below which the page is served, as on a forge's host."""
LOOK = 0.25
"""Seconds between looks at the memory."""
_TASKS = """new PerformanceObserver((list) => {
  const longest = Math.max(...list.getEntries().map(({ duration }) => duration));
  globalThis.longestTask = Math.max(globalThis.longestTask ?? 0, longest);
}).observe({ type: "longtask", buffered: true });"""


@dataclass
class Tab:
    """What one training in a tab took.

    Attributes:
        seconds: From the press to the last epoch.
        processor_seconds: Of all of the browser's processes.
        longest_task: Of the page's thread, in ms; shorter ones than 50 ms are not seen.
        memory: The largest process's, in MB.
    """

    seconds: float = 0.0
    processor_seconds: float = 0.0
    longest_task: float = 0.0
    memory: float = 0.0
    accuracies: list[str] = field(default_factory=list)


def main(rounds: int = 3, reviews: int = 25_000, epochs: int = 10) -> None:
    """Prints the medians, both ratios, and the tab's figures."""
    print(machine())
    tabs, ours, stock = list[Tab](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        script = stock_script(Path(folder), reviews, epochs)
        train = [sys.executable, "-m", "rnn_compare", "train", "--reviews", str(reviews), "--epochs", str(epochs)]
        seconds_of([*train[:4], *SHORTEST], folder)  # reviews prepared, kernels compiled
        with _site(Path(folder)) as url:
            for _ in range(rounds):
                tabs.append(_in_a_tab(url, reviews, epochs))
                print(f"tab {tabs[-1].seconds:.1f} s; accuracies {' '.join(tabs[-1].accuracies)}", flush=True)
                ours.append(seconds_of(train, folder, VERDICT))
                stock.append(seconds_of([sys.executable, str(script)], folder, r"val_accuracy (0\.\d+)"))
    in_tabs = [tab.seconds for tab in tabs]
    for name, seconds in (("the tab", in_tabs), ("the program", ours), ("stock Keras", stock)):
        print(f"{name}: {statistics.median(seconds):.1f} s; {[round(value, 1) for value in seconds]}")
    for name, seconds, limit in (("the program's", ours, 2), ("stock Keras'", stock, 0.25)):
        ratios = [tab / other for tab, other in zip(in_tabs, seconds, strict=True)]
        print(f"the tab takes {statistics.median(ratios):.2f} of {name} time (at most {limit})")
    print(
        f"tab: {statistics.median(tab.processor_seconds for tab in tabs):.1f} s of the processor, longest task "
        f"{max(tab.longest_task for tab in tabs):.0f} ms (at most 100), largest process "
        f"{max(tab.memory for tab in tabs):.0f} MB (at most 350)"
    )


@contextlib.contextmanager
def _site(folder: Path) -> Iterator[str]:
    """The page below a path of a plain server for files; yields its address."""
    site = folder / "served" / PATH
    site.parent.mkdir(parents=True)
    command = [sys.executable, "-m", "rnn_compare", "playground", "--folder", str(site)]
    subprocess.run(command, check=True, env={**os.environ, "RNN_COMPARE_CACHE": str(folder)}, capture_output=True)
    files = functools.partial(_Files, directory=folder / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{PATH}/"
        server.shutdown()


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files, without a line for every request."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Prints nothing."""


def _in_a_tab(url: str, reviews: int, epochs: int) -> Tab:
    tab = Tab()
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script(_TASKS)
        page.goto(url)
        for label, number in (("Epochs", epochs), ("Reviews", reviews)):
            page.get_by_label(label, exact=True).fill(f"{number}")
            page.get_by_label(label, exact=True).blur()
        before, start = _processor_seconds(), time.perf_counter()
        page.get_by_role("button", name="Train", exact=True).click()
        while not _has_ended(page):
            tab.memory = max(tab.memory, *(process.memory_info().rss / 1e6 for process in _renderers()))
            time.sleep(LOOK)
        tab.seconds = time.perf_counter() - start
        tab.processor_seconds = _processor_seconds() - before
        tab.longest_task = page.evaluate("globalThis.longestTask ?? 0")
        tab.accuracies = page.locator(".card-best").all_inner_texts()
    return tab


def _has_ended(page: Page) -> bool:
    states: list[str] = page.locator(".card-state").all_inner_texts()
    if failed := page.locator(".rc-card .rc-problem:visible").all_inner_texts():
        raise SystemExit(f"The tab could not train: {failed[0]}")
    return (
        all(state.startswith("finished") for state in states)
        and "recorded" not in page.locator(".card-pace").all_inner_texts()
    )


def _browser_processes() -> list[psutil.Process]:
    return [process for process in psutil.Process().children(recursive=True) if "chrom" in process.name()]


def _renderers() -> list[psutil.Process]:
    return [process for process in _browser_processes() if "--type=renderer" in process.cmdline()]


def _processor_seconds() -> float:
    return sum(sum(process.cpu_times()[:2]) for process in _browser_processes())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
