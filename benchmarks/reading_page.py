"""Size and speed of the page that reads.

    python -m benchmarks.reading_page [RUN …]

Without runs, the book's recorded pair. Times are medians of several, in Chromium at its own speed and four times
slower, as on a phone.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium
from rnn_compare.browser.joining import joined
from rnn_compare.cells.registry import cell
from rnn_compare.explain.prediction import run_weights
from rnn_compare.paths import cache_folder
from rnn_compare.report import html_report
from rnn_compare.report.contents import gather
from rnn_compare.report.reader import formulas, layout, packed_weights
from rnn_compare.runs.record import Run
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.runs.store import RunStore

SLOWER = (1, 4)
TIMES = 7
BOOK = ("simplernn-cae4e2", "lstm-d58f2c")
ENTRY = Path(html_report.__file__).parent / "assets" / "read_page.js"
_FIRST = """
const look = () => document.querySelector("[data-probability]")
  ? performance.mark("prediction") : requestAnimationFrame(look);
look();
"""
_PASSES = """({ ids, times }) => Array.from({ length: times }, () => {
  const start = performance.now();
  reader.pass(network, Int32Array.from(ids));
  return performance.now() - start;
})"""


def main() -> None:
    """Prints a line for each figure."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        store = RunStore(cache_folder() / "runs.db")
        if not store.runs(BOOK):
            add_shipped(store)
        ids = sys.argv[1:] or list(BOOK)
        file = Path(folder) / "page.html"
        file.write_text(html_report.html(gather(store, ids)), encoding="utf-8")
        print(f"one file: {file.stat().st_size / 1e6:.2f} MB")
        for slower in SLOWER:
            first = statistics.median(_first_prediction(browser, file, slower) for _ in range(TIMES))
            print(f"{slower} times slower: first prediction {first:.0f} ms after opening")
        for run in store.runs(ids):
            _network(browser, run)
        store.close()


def _page(browser: Browser, slower: int) -> Page:
    page = browser.new_context(offline=True).new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page


def _first_prediction(browser: Browser, file: Path, slower: int) -> float:
    page = _page(browser, slower)
    page.add_init_script(_FIRST)
    page.goto(file.as_uri())
    page.locator("[data-probability]").first.wait_for()
    page.wait_for_timeout(100 * slower)
    milliseconds = float(page.evaluate("performance.getEntriesByName('prediction')[0].startTime"))
    page.context.close()
    return milliseconds


def _network(browser: Browser, run: Run) -> None:
    network = layout(run.experiment) | {"numbers": packed_weights(run_weights(run, "best"))}
    full = list(range(4, 4 + run.experiment.maxlen))
    for slower in SLOWER:
        page = _page(browser, slower)
        _load(page, network, run.experiment.cell)
        typical = statistics.median(page.evaluate(_PASSES, {"ids": full, "times": 3 * TIMES}))
        print(f"{run.title}, {slower} times slower: {len(full)} words with all signals in {typical:.1f} ms")
        page.context.close()


def _load(page: Page, network: dict[str, Any], cell_name: str) -> None:
    script = joined(ENTRY) + formulas([cell(cell_name)])
    names = {name: _module(script, name) for name in ("pass", "decompressed")}
    page.evaluate(
        f"""async () => {{ {script}
        globalThis.reader = {names["pass"]};
        const network = {json.dumps(network)};
        const numbers = await {names["decompressed"]}.decompressed(network.numbers, Float32Array);
        globalThis.network = reader.makeNetwork(network, numbers, FORMULAS["{cell_name}"]); }}"""
    )


def _module(script: str, function: str) -> str:
    """Returns a joined script's name for the module that exports a function."""
    before = script[: script.index(f"function {function}(")]
    return before[before.rindex("const module") :].split()[1]


if __name__ == "__main__":
    main()
