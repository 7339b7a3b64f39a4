"""How soon the first page is shown once the server is up, against Streamlit's own for an empty page.

    python -m benchmarks.first_page

Aim: 1.5 s. Interleaved, each with a new server and a new browser context; the median of five.
"""

import statistics
import time
from pathlib import Path

from benchmarks.browser import PROJECT, cache, chromium, server

ROUNDS = 5
EMPTY = 'import streamlit as st\nst.write("ready")\n'


def main() -> None:
    """Prints both medians and their ratio."""
    ours: list[float] = []
    empty: list[float] = []
    with chromium() as browser, cache() as folder:
        (folder / "empty.py").write_text(EMPTY)
        for _ in range(ROUNDS):
            for script, sign, times in (
                (PROJECT / "app.py", "[data-chart=loss] .main-svg", ours),
                (folder / "empty.py", "text=ready", empty),
            ):
                times.append(_seconds(browser, script, folder, sign))
    a, b = statistics.median(ours), statistics.median(empty)
    print(f"first page, with both charts drawn: {a:.2f} s (aim 1.5 s); {[round(t, 2) for t in ours]}")
    print(f"an empty Streamlit page:            {b:.2f} s; {[round(t, 2) for t in empty]}")
    print(f"ratio: {a / b:.2f}")


def _seconds(browser, script: Path, folder: Path, sign: str) -> float:  # type: ignore[no-untyped-def]  # a Browser
    with server(script, folder) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        begun = time.perf_counter()
        page.goto(url)
        page.locator(sign).first.wait_for(state="visible", timeout=60_000)
        seconds = time.perf_counter() - begun
        page.close()
    return seconds


if __name__ == "__main__":
    main()
