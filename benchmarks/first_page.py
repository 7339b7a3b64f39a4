"""How soon the first page is shown once the server is up, against Streamlit's own for an empty page.

    python -m benchmarks.first_page

Aim: 1.5 s. Interleaved, each with a new server and a new browser context; the median of five.
"""

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser import PROJECT, cache, chromium, server

ROUNDS = 5
COUNTS, CHART = ".rc-arithmetic", "[data-chart=loss] .main-svg"
EMPTY = 'import streamlit as st\nst.write("ready")\n'


def main() -> None:
    """Prints both medians and their ratio."""
    ours: list[float] = []
    charts: list[float] = []
    empty: list[float] = []
    with chromium() as browser, cache() as folder:
        (folder / "empty.py").write_text(EMPTY)
        for _ in range(ROUNDS):
            ready, drawn = _seconds(browser, PROJECT / "app.py", folder, COUNTS, CHART)
            ours.append(ready)
            charts.append(drawn)
            empty += _seconds(browser, folder / "empty.py", folder, "text=ready")
    a, b = statistics.median(ours), statistics.median(empty)
    print(f"first page, set-up and parameter counts: {a:.2f} s (aim 1.5 s); {_rounded(ours)}")
    print(f"both charts drawn as well:               {statistics.median(charts):.2f} s; {_rounded(charts)}")
    print(f"an empty Streamlit page:                 {b:.2f} s; {_rounded(empty)}")
    print(f"ratio: {a / b:.2f}")


def _seconds(browser: Browser, script: Path, folder: Path, *signs: str) -> list[float]:
    """Returns when each sign of the page became visible, for a new server and a new visitor."""
    with server(script, folder) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        begun = time.perf_counter()
        page.goto(url)
        seconds = []
        for sign in signs:
            page.locator(sign).first.wait_for(state="visible", timeout=60_000)
            seconds.append(time.perf_counter() - begun)
        page.close()
    return seconds


def _rounded(times: list[float]) -> list[float]:
    return [round(seconds, 2) for seconds in times]


if __name__ == "__main__":
    main()
