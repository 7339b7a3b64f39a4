"""What the wall shows is on each phone as well, to be looked at closely."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rnn_compare.lecture.lecture_file import find
from tests.kit.chromium import opened_page
from tests.kit.phones import present
from tests.kit.servers import Server
from tests.kit.visits import broken_rules

PARTS = {
    "networks": ("article", 4),
    "train": ("article", 4),
    "findings": ("figure > svg", 1),
    "baselines": (".shares li", 6),
    "inside": (".reading .cell > svg", 1),
}
"""What a picture of each kind of step has, and how many, in the lecture on four networks."""


@pytest.fixture
def phone(podium: Server, browser: Browser) -> Iterator[Page]:
    """One of the class's."""
    with opened_page(browser, 390, 844, has_touch=True, is_mobile=True) as page:
        page.goto(f"{podium.url}/join")
        yield page


def test_a_phone_shows_the_steps_picture_and_nothing_before_the_wall_does(podium: Server, phone: Page) -> None:
    lecture = find("gates")
    picture, has_revealed = phone.locator("#parts"), False
    for index, step in enumerate(lecture.steps):
        present(podium.url, "go", lecture.name, index)
        expect(phone.locator("#title")).to_have_text(step.title)
        part, count = PARTS.get(step.kind.name, ("*", 0))
        expect(picture.locator(part)).to_have_count(count)
        has_revealed |= step.kind.reveals
        assert has_revealed or "%" not in picture.inner_text()
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        if step.kind.name in PARTS:
            assert broken_rules(phone) == []
        if step.kind.name == "networks":
            expect(picture).to_contain_text("LSTM: 4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320")
        elif step.kind.name == "inside":
            picture.get_by_text("brilliant", exact=True).tap()
            expect(picture.get_by_role("status")).to_contain_text("“brilliant”")
            network = picture.get_by_role("button", name="SimpleRNN")
            network.tap()
            expect(network).to_have_attribute("aria-pressed", "true")


def test_charts_over_words_are_drawn_on_phones_too(podium: Server, phone: Page) -> None:
    lecture = find("book")
    index = [step.kind.name for step in lecture.steps].index("memory")
    present(podium.url, "go", "book", index)
    picture = phone.locator("#parts figure > svg")
    expect(picture).to_have_count(1)
    expect(picture.locator("path.line")).to_have_count(len(lecture.preset_at(index).experiments()))
    expect(picture).to_have_attribute("aria-label", re.compile("LSTM"))
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert broken_rules(phone) == []
