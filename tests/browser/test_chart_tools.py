"""What a chart offers where the pointer is on it."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.kit.runs import finished_run
from tests.kit.servers import Server

CHART = "[data-chart=accuracy]"


def test_a_chart_is_saved_as_a_picture_and_fills_the_screen(server: Server, page: Page, tmp_path: Path) -> None:
    run = finished_run(server.store, 0.7, 0.7, epochs=2, seed=4321)
    page.goto(f"{server.url}/?show={run}")
    page.wait_for_function(f"document.querySelector('{CHART}')?.data?.[1]?.y.length === 2")
    page.locator(f"{CHART} .nsewdrag").hover()
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as saving:
            page.locator(f'{CHART} [data-title="Save as {kind}"]').click()
        saved = saving.value
        assert saved.suggested_filename == f"accuracy.{kind.lower()}"
        saved.save_as(tmp_path / saved.suggested_filename)
        assert (tmp_path / saved.suggested_filename).read_bytes().startswith(begins)
    before = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.width")
    page.locator(f'{CHART} [data-title^="Full screen"]').click()
    page.wait_for_function(f"document.fullscreenElement === document.querySelector('{CHART}')")
    page.wait_for_function(f"document.querySelector('{CHART}')._fullLayout.width >= innerWidth - 1")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function(f"document.querySelector('{CHART}')._fullLayout.width === {before}")
    expect(page.locator(f"{CHART} .annotation", has_text="SimpleRNN(32)")).to_be_visible()
