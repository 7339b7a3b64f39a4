"""Where the parameters are, as it is seen on a wall: all at once, and nothing of it cut off."""

from playwright.sync_api import Page, expect

from tests.kit.chromium import PATIENCE
from tests.kit.servers import Server

THREE = "cell=SimpleRNN&cell=LSTM&cell=GRU"
BAR_OF_PAGES = 60
HEIGHT = """height => {
    const [card] = [...document.querySelectorAll('.rc-parameters > .rc-card')].slice(-1);
    const header = document.querySelector('.rc-parameters > header');
    return card.getBoundingClientRect().bottom - header.getBoundingClientRect().top <= height;
}"""
ALL_INSIDE = """() => [...document.querySelectorAll('.rc-parameters .rc-box, .rc-parameters .rc-card')].every(box => {
    const edge = box.getBoundingClientRect().right + 1;
    return [...box.querySelectorAll('*')].every(part => part.getBoundingClientRect().right <= edge);
})"""
"""Measured part by part: a browser's ``scrollWidth`` may be that of before its window was resized."""


def test_three_networks_and_what_a_block_is_made_of_fit_on_a_wall_and_no_drawing_is_wider_than_its_box(
    bare_server: Server, page: Page
) -> None:
    for settings in ("", "layers=3&bidirectional=true&units=128&embedding_size=512"):
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(f"{bare_server.url}/?{THREE}&{settings}")
        expect(page.locator(".rc-parameters > .rc-card")).to_have_count(3)
        if not settings:
            page.locator(".rc-parameters > header").evaluate("header => header.scrollIntoView()")
            expect(page.get_by_role("img", name="Of 328,353 parameters: Embedding 97.5 %, LSTM 2.5 %")).to_be_visible()
            page.wait_for_function(HEIGHT, arg=720 - BAR_OF_PAGES, timeout=PATIENCE)  # once all letters are there
        for width in (1280, 1920, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_function(ALL_INSIDE, timeout=PATIENCE)
