"""How long it takes from choosing a file of 25,000 texts to the first point of a curve, against reading it with pandas.

    python -m benchmarks.own_texts

Aim: two minutes, for a lecturer who has just opened the page: the workers may not be up yet. The file holds the reviews
of IMDB with labels of other names. The time is one visitor's in Chromium: choosing the file, what was understood of it,
*Train on these texts*, *Train*, the LSTM's first point.
"""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.browser import PROJECT, cache, chromium, server
from rnn_compare.sources import bundled

ROWS = 25_000
FIRST_POINT = """() => (document.querySelector('[data-chart=loss]')?.data ?? [])
    .some(trace => trace.name === 'LSTM(32)' && trace.y.length > 0)"""
PANDAS = "import sys, pandas; assert len(pandas.read_csv(sys.argv[1])) == int(sys.argv[2])"


def main() -> None:
    """Prints what each part took, and the ratio."""
    with chromium() as browser, cache() as folder, server(PROJECT / "app.py", folder) as url:
        file = _written(folder / "films.csv")
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(300_000)
        page.goto(f"{url}/reviews")
        page.get_by_text("Texts of your own").click()
        begun = time.perf_counter()
        page.set_input_files("input[type=file]", file)
        page.locator(".rc-understood").wait_for()
        understood = time.perf_counter() - begun
        page.get_by_role("button", name="Train on these texts").click()
        page.get_by_role("button", name="Train", exact=True).click()
        page.wait_for_function(FIRST_POINT, polling=50)
        whole = time.perf_counter() - begun
        pandas = _with_pandas(file)
    print(f"{ROWS:,} texts, from choosing the file to what was understood: {understood:.1f} s")
    print(f"to the LSTM's first point on the chart:  {whole:.1f} s (aim 120 s)")
    print(f"a process that reads the file by pandas: {pandas:.1f} s")
    print(f"ratio: {whole / pandas:.1f}")


def _written(path: Path) -> Path:
    held = bundled.read("imdb")
    # They are sorted by label: from both ends in turn.
    order = [
        place for pair in zip(range(len(held.texts)), reversed(range(len(held.texts))), strict=True) for place in pair
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("what was written", "found"))
        rows.writerows((held.texts[place], ("dull", "fine")[held.labels[place]]) for place in order[:ROWS])
    return path


def _with_pandas(file: Path) -> float:
    begun = time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", PANDAS, str(file), str(ROWS)], env=environment, check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
