"""What axe does not look at: the edges of fields, what stands over a page, flashes, and drawings that are cut off."""

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.kit.chromium import PATIENCE
from tests.kit.servers import Server
from tests.kit.visits import ask, settle

FAINT = """() => {
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = luminance(getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor);
  const fields = [...document.querySelectorAll(`[data-testid=stMain] :is([data-testid=stNumberInputContainer],
    [data-testid=stTextInputRootElement], [data-testid=stTextAreaRootElement], .react-aria-ComboBox > div)`)];
  return fields.map((field) => {
    const edge = luminance(getComputedStyle(field).borderTopColor);
    return (Math.max(edge, behind) + 0.05) / (Math.min(edge, behind) + 0.05);
  });
}"""
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


def test_the_edges_of_fields_are_seen(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/reviews")
    settle(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"() => ({FAINT})().every((contrast) => contrast >= 3)")
        assert len(page.evaluate(FAINT)) == 4


def test_what_stands_over_the_page_stays_under_the_pointer_and_goes_with_esc(
    server: Server, pair: str, page: Page
) -> None:
    page.goto(f"{server.url}/?show={pair}")
    settle(page)
    sentence = page.get_by_test_id("stTooltipContent")
    page.get_by_role("button", name="Help for Units").hover()
    sentence.hover()
    expect(sentence).to_be_visible()
    page.keyboard.press("Escape")
    expect(sentence).to_have_count(0)
    values = page.locator(".hoverlayer .hovertext, .hoverlayer .legend")
    page.locator("[data-chart=accuracy] .points path").first.hover(force=True)
    expect(values.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(values).to_have_count(0)
    term = page.locator("abbr[title]").first
    term.focus()
    explained = "(node) => getComputedStyle(node, '::after').content"
    assert "number that training adjusts" in term.evaluate(explained)
    page.keyboard.press("Escape")
    assert term.evaluate(explained) == "none"


def test_nothing_flashes_while_a_review_is_read_word_by_word(server: Server, pair: str, page: Page) -> None:
    page.goto(f"{server.url}/inside?show={pair}")
    settle(page)
    ask(page)
    page.locator(".rc-cells section canvas").first.wait_for()
    page.evaluate("document.activeElement.blur()")
    frames = []
    for _ in range(8):  # those of a second at the quickest pace
        frames.append(np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), dtype=float) / 255)
        page.keyboard.press("ArrowRight")
    changes = np.diff(frames, axis=0)
    turns = (np.abs(changes[1:]) > 0.1) & (np.abs(changes[:-1]) > 0.1) & (changes[1:] * changes[:-1] < 0)
    assert np.abs(changes).max() > 0.1, "the words were not read"
    assert (turns.sum(axis=0) >= 5).sum() < 341 * 256 / 4, "three flashes, of a quarter of what is seen at once"


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
