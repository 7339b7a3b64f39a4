"""How soon the first page is shown, against Streamlit's own for an empty page.

    python -m benchmarks.first_page            right after the server has started: its workers are starting too
    python -m benchmarks.first_page 15         after so many seconds: a warm server

Aim: 1.3 times the empty page. In turns, each with a new server and a new browser; the median of five.
"""

import statistics
import sys
import time

from benchmarks.browser import PROJECT, cache, server
from benchmarks.unwatched import load

ROUNDS = 5
PATIENCE = 8
"""Seconds until all must have been seen."""
OURS = {"page": ".rc-arithmetic", "charts": "[data-chart=loss] .main-svg"}
EMPTY = 'import streamlit as st\nst.write("ready")\n'
THEIRS = {"page": "[data-testid=stMarkdownContainer]"}


def main(warm_seconds: float = 0.0) -> None:
    """Prints the medians and their ratio."""
    ours: list[dict[str, float]] = []
    empty: list[dict[str, float]] = []
    with cache() as folder:
        (folder / "empty.py").write_text(EMPTY)
        for _ in range(ROUNDS):
            for script, signs, loaded in ((PROJECT / "app.py", OURS, ours), (folder / "empty.py", THEIRS, empty)):
                with server(script, folder) as url:
                    time.sleep(warm_seconds)
                    loaded.append(load(url, signs, PATIENCE))
    page, charts, plain = [x["page"] for x in ours], [x["charts"] for x in ours], [x["page"] for x in empty]
    print(f"first page, set-up and parameter counts: {_told(page)}")
    print(f"both charts drawn as well:               {_told(charts)}")
    print(f"an empty Streamlit page:                 {_told(plain)}")
    print(f"ratio: {statistics.median(page) / statistics.median(plain):.2f} (aim 1.3)")


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s; {[round(each, 2) for each in seconds]}"


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
