"""A report in a real browser that is off-line: its charts are drawn, zoom, and are saved as pictures."""

import re
import struct
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from tests.chromium import PATIENCE

from .conftest import Trained


@pytest.fixture
def file(trained: Trained, tmp_path: Path) -> Path:
    written = tmp_path / "report.html"
    written.write_text(html(gather(trained.store, trained.ids)), encoding="utf-8")
    return written


@pytest.fixture
def report(browser: Browser, file: Path) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
    opened.goto(file.as_uri())
    opened.wait_for_selector("#chart-auc .main-svg")
    yield opened
    context.close()
    assert said == []


def axis(report: Page) -> list[float]:
    found: list[float] = report.evaluate("document.getElementById('chart-accuracy').layout.xaxis.range.map(Number)")
    return found


def test_its_charts_are_drawn_and_zoom(report: Page) -> None:
    assert report.locator(".plot .main-svg >> nth=0").is_visible()
    assert report.locator("#chart-loss path.js-line").count() >= 4
    before = axis(report)
    area = report.locator("#chart-accuracy .nsewdrag").bounding_box()
    assert area is not None
    report.mouse.move(area["x"] + 0.3 * area["width"], area["y"] + 0.3 * area["height"])
    report.mouse.down()
    report.mouse.move(area["x"] + 0.7 * area["width"], area["y"] + 0.7 * area["height"], steps=5)
    report.mouse.up()
    report.wait_for_function("document.getElementById('chart-accuracy').layout.xaxis.range[0] > 0.9")
    low, high = axis(report)
    assert before[0] < low < high < before[1]


def test_a_click_on_a_networks_name_hides_its_curves(report: Page) -> None:
    lines = report.locator("#chart-accuracy path.js-line")
    drawn = lines.count()
    report.get_by_role("button", name=re.compile("LSTM")).click()
    report.wait_for_function(f"document.querySelectorAll('#chart-accuracy path.js-line').length < {drawn}")
    report.get_by_role("button", name=re.compile("LSTM")).click()
    report.wait_for_function(f"document.querySelectorAll('#chart-accuracy path.js-line').length == {drawn}")


def test_pictures_have_the_size_of_a_slide(report: Page, tmp_path: Path) -> None:
    def saved(name: str) -> bytes:
        with report.expect_download() as waiting:
            report.locator("figure").first.get_by_role("button", name=name).click()
        waiting.value.save_as(tmp_path / name)
        assert waiting.value.suggested_filename == f"accuracy.{name.lower()}"
        return (tmp_path / name).read_bytes()

    assert struct.unpack(">II", saved("PNG")[16:24]) == (1920, 1080)
    drawing = saved("SVG").decode()
    root = drawing.partition(">")[0]
    assert 'width="1920"' in root
    assert 'height="1080"' in root
    assert "LSTM(3)" in drawing
    assert "Accuracy" in drawing


def test_no_script_runs_that_is_not_its_own(browser: Browser, file: Path) -> None:
    """Should a text ever get in as markup, the policy at the file's head is a second wall."""
    page = file.read_text(encoding="utf-8")
    hostile = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    file.write_text(page.replace("<main>", f"<main>{hostile}"), encoding="utf-8")
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(file.as_uri())
    opened.wait_for_selector("#chart-loss .main-svg", timeout=PATIENCE)
    assert opened.title() == "SimpleRNN(3) and LSTM(3)"
    context.close()


def test_on_a_phone_nothing_but_tables_scrolls_sideways(browser: Browser, file: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    opened = context.new_page()
    opened.goto(file.as_uri())
    opened.wait_for_selector("#chart-loss .main-svg", timeout=PATIENCE)
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
