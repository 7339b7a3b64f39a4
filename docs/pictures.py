"""The pictures of README.md and docs/report.md, taken of a first start: `python -m docs.pictures`, a minute."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from benchmarks.browser import PROJECT, cache, chromium, server
from tests.kit.visits import settle

FOLDER = Path(__file__).parent
EXAMPLE = "Turn at the end"
PATIENCE = 300_000
"""Milliseconds: a new machine prepares its reviews and fits the baselines first."""


def main() -> None:
    """Takes all four, 1440 pixels wide."""
    with cache() as folder, server(PROJECT / "app.py", folder, fresh=True) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        page.get_by_text("the bag of ").first.wait_for()
        page.get_by_text("workers starting").wait_for(state="hidden")
        _take(page, "compare")
        page.goto(f"{url}/inside")
        settle(page)
        _read_to_the_end(page)
        _take(page, "inside")
        page.set_viewport_size({"width": 1440, "height": 1130})
        page.goto(_report(folder).as_uri())
        _read_to_the_end(page)
        _take(page, "reading")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(_playground(folder).as_uri())
        page.get_by_role("heading", name="Could it be chance?").wait_for()
        _take(page, "playground")


def _read_to_the_end(page: Page) -> None:
    """Has the networks read the example, and goes to its last word: a reading begins at the first."""
    page.get_by_role("button", name=EXAMPLE, exact=True).click()
    slider = page.get_by_role("slider", name="Word", exact=True)
    slider.press("End")
    page.get_by_text("word 39 of 39").wait_for()
    slider.blur()  # without the frame around it


def _report(cache_folder: Path) -> Path:
    """Returns the report on the book's recorded runs."""
    command = [sys.executable, "-m", "rnn_compare"]
    environment = {**os.environ, "RNN_COMPARE_CACHE": str(cache_folder)}
    runs = subprocess.run([*command, "runs"], env=environment, check=True, capture_output=True, text=True).stdout
    book = [line.split()[0] for line in runs.splitlines() if " 500 " in line]
    path = cache_folder / "report.html"
    subprocess.run([*command, "report", *book, "--html", str(path)], env=environment, check=True, capture_output=True)
    return path


def _playground(cache_folder: Path) -> Path:
    """Returns the page that needs no program, as one file."""
    path = cache_folder / "playground.html"
    command = [sys.executable, "-m", "rnn_compare", "playground", "--html", str(path)]
    environment = {**os.environ, "RNN_COMPARE_CACHE": str(cache_folder)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return path


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(3000)  # until charts have their final size
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).quantize(256).save(path, optimize=True)  # a third of the size


if __name__ == "__main__":
    main()
