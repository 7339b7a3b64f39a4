"""Time from Train to the first point on the chart, against a plain Keras script's first batch.

    python -m benchmarks.first_point
    python -m benchmarks.first_point fresh     on a machine that has just been set up, without the script

Aim: 4 s with warm workers, for the book's experiment. Interleaved; the median of five. The script is timed from its
start to the end of its first batch of one LSTM, with the reviews prepared already: what a lecturer without this
program would wait for.

Fresh: nothing is prepared or compiled. Train is pressed when the page has been open for ten seconds. Aim: 5 s; the
median of three. On a machine that is busy with other things, trust the processor's seconds: what the server and all
its processes have used from the start to the first point, and of these from Train on.
"""

import contextlib
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.browser import PROJECT, cache, chromium, server

ROUNDS, FRESH_ROUNDS = 5, 3
FRESH_SECONDS = 10.0
"""Time between opening a new machine's page and pressing Train."""
SCRIPT = """
import keras
from rnn_compare.experiment import Experiment
from rnn_compare.networks import keras_models
from rnn_compare.reviews import prepared
experiment = Experiment(cell="LSTM")
split = prepared.load("bundled").padded(experiment)
keras_models.build(experiment).train_on_batch(split.x_train[:128], split.y_train[:128])
"""
FIRST_POINT = """() => {
    const shown = new URLSearchParams(location.search).get('show').split(',');
    return (document.querySelector('[data-chart=loss]')?.data ?? [])
        .some(trace => trace.name === 'LSTM(32)' && shown.includes(trace.meta) && trace.y.length > 0);
}"""
SHOWN = "new URLSearchParams(location.search).get('show')"
STOP = """.rc-press[data-press="Stop"]"""


def main() -> None:
    """Prints both medians and their ratio."""
    ours: list[float] = []
    plain: list[float] = []
    with chromium() as browser, cache() as folder, server(PROJECT / "app.py", folder) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        _train(page, f"{url}/?reviews=200&maxlen=10&epochs=1")  # reviews are prepared and workers warm after this
        page.get_by_text("finished").nth(1).wait_for(timeout=120_000)
        for _ in range(ROUNDS):
            start = _train(page, url)
            page.wait_for_function(FIRST_POINT, timeout=120_000, polling=50)
            ours.append(time.perf_counter() - start)
            page.evaluate(f"document.querySelectorAll('{STOP}:enabled').forEach(button => button.click())")
            page.wait_for_function(f"[...document.querySelectorAll('{STOP}')].every(button => button.hidden)")
            plain.append(_plain_script(folder))
    a, b = statistics.median(ours), statistics.median(plain)
    print(f"Train to the LSTM's first point on the chart: {a:.2f} s (aim 4 s); {[round(t, 2) for t in ours]}")
    print(f"a plain Keras script to its first batch:      {b:.2f} s; {[round(t, 2) for t in plain]}")
    print(f"ratio: {a / b:.2f}")


def fresh() -> None:
    """Prints the medians of a machine that has just been set up."""
    waits: list[float] = []
    used: list[tuple[float, float]] = []
    with chromium() as browser:
        for _ in range(FRESH_ROUNDS):
            with cache() as folder, server(PROJECT / "app.py", folder, fresh=True) as url:
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                start = _train(page, url, FRESH_SECONDS)
                before = _processor_seconds()
                page.wait_for_function(FIRST_POINT, timeout=600_000, polling=50)
                waits.append(time.perf_counter() - start)
                used.append((_processor_seconds(), _processor_seconds() - before))
                page.close()
    print(
        f"Train to the LSTM's first point: {statistics.median(waits):.1f} s (aim 5 s); {[round(t, 1) for t in waits]}"
    )
    for name, seconds in zip(("from the server's start", "from Train"), zip(*used, strict=True), strict=True):
        rounded = [round(second, 1) for second in seconds]
        print(f"processor {name}: {statistics.median(seconds):.1f} s; {rounded}")


def _processor_seconds() -> float:
    """Returns the processor seconds of the server and its processes so far, without the browser."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "chrom" not in child.name() and "node" not in child.name():
                times = child.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _train(page: Page, url: str, wait: float = 2.0) -> float:
    page.goto(url)
    page.locator("[data-chart=loss] .main-svg").first.wait_for(timeout=120_000)
    page.wait_for_timeout(1000 * wait)
    before = page.evaluate(SHOWN)
    page.get_by_role("button", name=re.compile("^Train")).click()  # again, where a recording is shown
    start = time.perf_counter()
    page.wait_for_function(f"before => {SHOWN} !== before", arg=before, timeout=20_000)
    return start


def _plain_script(folder: Path) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "RNN_COMPARE_CACHE": str(folder), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    fresh() if sys.argv[1:] == ["fresh"] else main()
