"""What happens inside the cells, in a real browser: stepped through, played, hovered over."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Position, expect

from tests.kit.chromium import opened_page
from tests.kit.servers import Server
from tests.kit.visits import STILL


@pytest.fixture(scope="module")
def opened(server: Server, pair: str, browser: Browser) -> Iterator[Page]:
    """The page "Inside the cell" on the two, for all tests that only ask: it is loaded once."""
    with opened_page(browser) as page:
        page.goto(f"{server.url}/inside?show={pair}")
        yield page


@pytest.fixture
def inside(opened: Page) -> Page:
    """That page on a projector, at its top."""
    opened.set_viewport_size({"width": 1280, "height": 720})
    opened.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    return opened


def lstm_of(page: Page) -> Locator:
    return page.locator(".rc-cells section").filter(has_text="LSTM(8)")


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Review", exact=True).fill(text)
    words = page.locator(".rc-reading span")
    words.evaluate_all("words => words.forEach(word => word.className += ' of-before')")
    page.get_by_role("button", name="Ask the networks").click()
    expect(page.locator(".rc-reading .of-before")).to_have_count(0)
    expect(words.first).to_have_text(text.split()[0].lower())


def test_a_review_is_stepped_through(inside: Page) -> None:
    ask(inside, "A good film <b>zzyzx</b> and no more")
    words = inside.locator(".rc-reading span")
    expect(words).to_have_count(9)
    expect(inside.locator(".rc-where")).to_have_text("word 1 of 9")
    expect(words.nth(3)).to_have_text("<b>")
    expect(inside.locator(".rc-cells section")).to_have_count(2)
    lstm = lstm_of(inside)
    inside.keyboard.press("End")
    expect(inside.locator(".rc-where")).to_have_text("word 9 of 9")
    expect(lstm).to_contain_text(re.compile(r"without “more”: \d+\.\d % \w+ at the end"))
    inside.locator("[data-colouring=read]").click()
    expect(lstm).to_contain_text(re.compile(r"“more”: (\d|no change)"))
    strongest = re.compile(r"strongest, either way: “\w+”, [−+]\d+\.\d points")
    expect(inside.locator(".rc-scale-said")).to_have_text(strongest)
    inside.locator("[data-colouring=left_out]").click()
    last = lstm.locator("svg.rc-cell").get_attribute("aria-label")

    inside.locator(".rc-caption").click()
    inside.keyboard.press("ArrowLeft")
    expect(inside.locator(".rc-where")).to_have_text("word 8 of 9")
    expect(inside.locator(".rc-here")).to_have_text("no")
    expect(lstm.locator("svg.rc-cell")).not_to_have_attribute("aria-label", last or "")  # it follows the word
    inside.get_by_role("button", name="First word").click()
    expect(inside.locator(".rc-where")).to_have_text("word 1 of 9")
    inside.keyboard.press("ArrowRight")  # the button that was just pressed has the focus
    expect(inside.locator(".rc-where")).to_have_text("word 2 of 9")
    lstm.get_by_role("button", name="forget").click()
    expect(lstm.get_by_role("button", name="forget")).to_have_attribute("aria-pressed", "true")


def test_text_verdict_and_a_cell_are_in_sight_and_stay_where_they_are_and_a_wide_screen_has_two_cells_in_a_row(
    inside: Page,
) -> None:
    ask(inside, "A good film and no more " * 6)
    seen = [inside.locator(part).first for part in (".rc-reading", ".rc-verdict-chart", "svg.rc-cell")]
    inside.locator(".rc-verdict-chart .main-svg").first.wait_for()
    inside.evaluate(STILL)
    before = [part.bounding_box() for part in seen]
    for box in before:
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720
    inside.get_by_role("button", name="First word").click()
    inside.get_by_label("Pace", exact=True).select_option("8")
    inside.get_by_role("button", name="Play (space)").click()
    expect(inside.locator(".rc-where")).to_have_text("word 30 of 30")
    expect(inside.get_by_role("button", name="Play (space)")).to_have_text("Play")
    assert [part.bounding_box() for part in seen] == before
    inside.set_viewport_size({"width": 1920, "height": 1080})
    places = "[...document.querySelectorAll('.rc-cells section')].map(cell => cell.getBoundingClientRect().y)"
    inside.wait_for_function(f"new Set({places}).size === 1")


def test_a_long_review_is_scrolled_to_the_word_in_hand_and_no_line_is_cut(inside: Page) -> None:
    ask(inside, "A " + "wonderful performance " * 14)
    text = inside.locator(".rc-reading")
    expect(text.locator("span")).to_have_count(29)
    inside.keyboard.press("End")
    inside.wait_for_function("document.querySelector('.rc-reading')?.scrollTop > 0")
    lines = text.evaluate(
        "node => [node.scrollTop, node.clientHeight].map(size => size / parseFloat(getComputedStyle(node).lineHeight))"
    )
    assert lines[0] > 1
    assert lines == pytest.approx([round(count) for count in lines], abs=0.05)


def test_the_verdict_after_each_word_is_told_in_words_and_hovering_says_what_the_gates_did(inside: Page) -> None:
    ask(inside, "A good film and no more")
    items = inside.get_by_role("figure", name="Probability of positive").get_by_role("listitem")
    expect(items).to_have_count(2)
    share = r"\d+\.\d %"
    words = rf"SimpleRNN\(8\): positive .*{share} before the first word, .*{share} after word 6, “more”, the last."
    expect(items.first).to_have_text(re.compile(words))
    chart = inside.locator(".rc-verdict-chart .plot-container")
    chart.wait_for()
    chart.scroll_into_view_if_needed()
    plot = inside.locator(".rc-verdict-chart .nsewdrag")
    plot.hover()
    box = plot.bounding_box()
    assert box is not None
    plot.hover(position={"x": box["width"] * 2 / 6.2, "y": box["height"] / 2})
    hover = inside.locator(".rc-verdict-chart .hoverlayer")
    expect(hover).to_contain_text("“good”")
    expect(hover).to_contain_text(re.compile(r"\d+\.\d %, moved by [−+]\d+\.\d points"))

    lstm = lstm_of(inside)
    curves, height = lstm.locator(".rc-curves"), lstm.evaluate("card => card.offsetHeight")
    third: Position = {"x": curves.evaluate("node => node.clientWidth") * 2.5 / 6, "y": 30}
    curves.hover(position=third)
    expect(lstm.locator(".rc-hovered")).to_have_text("at word 3, “film”")
    assert lstm.evaluate("card => card.offsetHeight") == height, "nothing jumps"
    expect(lstm.locator(".rc-curves")).to_contain_text(re.compile(r"forget\s*\d+\s%\s*scale \d+\s% – \d+\s%"))
    curves.click(position=third)
    expect(inside.locator(".rc-where")).to_have_text("word 3 of 6")
