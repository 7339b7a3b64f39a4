"""What axe does not look at: headings, names, 320 pixels, text spacing, the edges of fields, and tooltips."""

import io
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Hall
from tests.browser.test_accessibility import reveal_with_a_review
from tests.kit.chromium import opened_window
from tests.kit.phones import present, put
from tests.kit.servers import Server
from tests.kit.visits import PAGES, ask, settle

STRUCTURE = """() => {
  const main = document.querySelector("[data-testid=stMain]") ?? document.body;
  const seen = (query) => [...main.querySelectorAll(query)].filter((node) =>
    node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length
    && !node.closest("[aria-hidden=true]"));
  const levels = seen("h1, h2, h3, h4, h5, h6").map((node) => Number(node.tagName[1]));
  const names = seen("button, a[href]").map((node) => `${node.ariaLabel ?? node.innerText.trim()} ${node.href ?? ""}`);
  const text = (node) => (node.querySelector("p") ?? node).innerText.trim();
  const others = seen("button, a[href]").filter((node) =>
    node.ariaLabel && /\\w{2}/.test(text(node)) && !node.ariaLabel.includes(text(node)));
  const wide = [document.documentElement, main].filter((node) => node.scrollWidth > node.clientWidth + 1);
  return [
    document.documentElement.lang === "en" ? "" : "the language is not named",
    levels.filter((level) => level === 1).length === 1 ? "" : `main headings: ${levels}`,
    levels.some((level, place) => level > (levels[place - 1] ?? 0) + 1) ? `a level is left out: ${levels}` : "",
    ...names.filter((name, place) => names.indexOf(name) !== place).map((name) => `two are called ${name}`),
    ...others.map((node) => `${text(node)} is called ${node.ariaLabel}`),
    ...wide.map((node) => `${node.scrollWidth} pixels wide, not ${node.clientWidth}`),
  ].filter(Boolean);
}"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""What somebody who reads with difficulty may set (WCAG 1.4.12)."""
CUT = """() => {
  const cut = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("svg, style, script, noscript, .rc-unseen, .katex")) continue;
    if (parent.closest("[data-testid=stSidebar]")) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { left, right, top, bottom, width } = range.getBoundingClientRect();
    for (let frame = parent; width > 2 && frame !== document.body; frame = frame.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(frame), edge = frame.getBoundingClientRect();
      if (/auto|scroll/.test(overflowX + overflowY) || edge.width < 3) break;
      if ((overflowX !== "visible" && (right > edge.right + 2 || left < edge.left - 2))
        || (overflowY !== "visible" && (bottom > edge.bottom + 3 || top < edge.top - 3))) cut.push(text.data.trim());
    }
  }
  return cut;
}"""
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
NARROW, HIGH = 320, 640


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """Somebody whose window is as narrow as one of 1280 pixels that is zoomed in to 400 %."""
    with opened_window(browser, NARROW, HIGH) as window:
        yield window.pages[0]


def problems(page: Page) -> list[str]:
    """What is wrong with a page as it is, and when a reader sets the distances."""
    as_it_is: list[str] = page.evaluate(STRUCTURE)
    page.evaluate(SPACED)
    page.wait_for_timeout(300)
    spaced = [line for line in page.evaluate(STRUCTURE) if line not in as_it_is]
    return as_it_is + [f"spaced: {line}" for line in spaced] + [f"cut: {text}" for text in page.evaluate(CUT)]


@pytest.mark.parametrize("path", [*PAGES, "chance"])
@pytest.mark.usefixtures("pair")
def test_each_page_is_in_order_and_fits_320_pixels(server: Server, reader: Page, path: str) -> None:
    reader.goto(f"{server.url}/{path}")
    settle(reader)
    expect(reader.locator("h1:visible")).to_have_count(1)
    assert problems(reader) == []


@pytest.mark.parametrize("path", ["join", "wall", "notes"])
def test_a_lectures_pages_are_in_order_upright_and_lying(hall: Hall, reader: Page, path: str) -> None:
    put(hall.url)
    reveal_with_a_review(hall)
    reader.goto(f"{hall.url}/{path}")
    expect(reader.locator("#line")).to_be_empty()
    expect(reader.locator("#title")).not_to_be_empty()
    reader.set_viewport_size({"width": HIGH, "height": NARROW})
    lying = reader.evaluate(STRUCTURE)
    reader.set_viewport_size({"width": NARROW, "height": HIGH})
    reader.wait_for_timeout(300)
    assert (lying, problems(reader)) == ([], [])
    present(hall.url, "end")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edges_of_fields_are_seen(server: Server, reader: Page, scheme: Literal["light", "dark"]) -> None:
    reader.emulate_media(color_scheme=scheme)
    reader.goto(f"{server.url}/reviews")
    settle(reader)
    reader.wait_for_function(f"() => ({FAINT})().every((contrast) => contrast >= 3)")
    assert len(reader.evaluate(FAINT)) == 4


@pytest.mark.usefixtures("pair")
def test_what_stands_over_the_page_stays_under_the_pointer_and_goes_with_esc(server: Server, page: Page) -> None:
    page.goto(server.url)
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
