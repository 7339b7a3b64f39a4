"""Phones and walls: each phone trains a network of its own, walls train the others and show a dot for each."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rnn_compare.lecture.steps.class_trains import NO_WALL
from tests.browser.lecture.test_whole_lectures import opened
from tests.kit.chromium import PATIENCE, opened_page
from tests.kit.phones import present
from tests.kit.servers import Server

NAMES = ("SimpleRNN no. 1", "LSTM no. 2", "SimpleRNN no. 3")
REVIEW = "The worst film I have ever seen."
SENT = "Trained, and sent to the wall."


@pytest.fixture
def notes(podium: Server, page: Page) -> Iterator[Page]:
    """The notes of a lecture in which phones train, at its first step."""
    present(podium.url, "go", "luck", 0, False)
    page.goto(f"{podium.url}/notes")
    expect(page.get_by_text("Step 1 of 6")).to_be_visible()
    yield page
    present(podium.url, "end")


@pytest.fixture
def phones(podium: Server, browser: Browser) -> Iterator[list[Page]]:
    """Four phones of that lecture."""
    with opened(browser, podium.url, *["join"] * 4) as pages:
        for page in pages:
            page.get_by_role("heading", name="Is it luck?").wait_for()
        yield pages


def test_phones_train_without_a_wall_and_whichever_is_open_trains_the_others_and_these_again(
    podium: Server, notes: Page, phones: list[Page], browser: Browser
) -> None:
    *phones, cut_off = phones
    cut_off.context.set_offline(True)
    notes.keyboard.press("PageDown")
    expect(notes.get_by_text(NO_WALL)).to_be_visible()
    for phone, name in zip(phones, NAMES, strict=True):
        guessing = f"{SENT} Its accuracy is shown with the class's networks."
        expect(phone.locator("#training-status")).to_have_text(guessing)
        expect(phone.locator("#training-title")).to_have_text(f"Your network: {name}")
        expect(phone.locator("#training-class")).to_be_hidden()
    expect(cut_off.locator("#line")).to_contain_text("Offline")
    cut_off.context.set_offline(False)
    expect(cut_off.locator("#training-status")).to_contain_text(SENT)

    with opened_page(browser) as first:
        first.goto(f"{podium.url}/wall")
        expect(notes.get_by_text(NO_WALL)).to_be_hidden()
        expect(notes.locator("#lines")).to_contain_text(re.compile(r"\d by the wall"))
    wall = notes.context.new_page()
    wall.goto(f"{podium.url}/wall")
    expect(wall.locator("#parts")).to_contain_text("4 by phones")
    expect(wall.locator(".rc-dot")).to_have_count(0)
    wall.get_by_role("button", name="Close the vote").click()
    wall.get_by_role("button", name="Show the answers").click()
    expect(phones[1].locator("#training-class .own-dot")).to_have_count(1)
    for phone, name in zip(phones, NAMES, strict=True):
        best = re.compile(rf"Your network: {name}, \d\d\.\d % on held-out reviews")
        expect(phone.locator("#training-title")).to_have_text(best)
    only_the_seed = re.compile(r"other SimpleRNNs?\. Only the seed differs\.")
    expect(phones[0].locator("#training-class")).to_contain_text(only_the_seed)
    # Of four, all are repeated: bit by bit what the phones have got. The others are trained first.
    expect(wall.locator("#parts")).to_contain_text("40 networks: 4 by phones and 36 by the wall", timeout=3 * PATIENCE)
    expect(wall.locator(".rc-dot[style]")).to_have_count(40)
    expect(notes.locator("#lines")).to_contain_text("The wall trained 4 of the 4 again: all the same.")

    verdicts = []
    for phone in phones[:2]:
        phone.locator("#training-text").fill(REVIEW)
        expect(phone.locator("#training-prediction")).to_contain_text("%")
        verdicts.append(phone.locator("#training-prediction").inner_text())
    assert verdicts[0] != verdicts[1], "two seeds, two opinions"
    title = phones[2].locator("#training-title").inner_text()
    phones[2].reload()
    expect(phones[2].locator("#training-title")).to_have_text(title)
    expect(wall.locator("#parts")).to_contain_text("4 by phones")
