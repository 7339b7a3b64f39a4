"""Time to the first page, against that of an empty Streamlit page.

    python -m benchmarks.first_page            right after the server has started: its workers are starting too
    python -m benchmarks.first_page 15         after so many seconds: a warm server

Aim: 1.3 times the empty page. In turns, each with a new server and a new browser; the median of five.
"""

import statistics
import sys
import time

from benchmarks.browser import EMPTY, PROJECT, cache, server
from benchmarks.unwatched import load

ROUNDS = 5
PATIENCE = 8
"""Longest time, in seconds, until all signs have appeared."""
OURS = {"page": ".rc-arithmetic", "charts": "[data-chart=loss] .main-svg"}
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
    print(f"first page, set-up and parameter counts: {_summary(page)}")
    print(f"both charts drawn as well:               {_summary(charts)}")
    print(f"an empty Streamlit page:                 {_summary(plain)}")
    print(f"ratio: {statistics.median(page) / statistics.median(plain):.2f} (aim 1.3)")


def _summary(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s; {[round(load, 2) for load in seconds]}"


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
