"""Phones and a wall: each phone trains a network of its own, and the wall shows a dot for each."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server
from tests.chromium import PATIENCE

NAMES = ("SimpleRNN no. 1", "LSTM no. 2", "SimpleRNN no. 3")
REVIEW = "The worst film I have ever seen."


@pytest.fixture
def wall(bare_server: Server, page: Page) -> Iterator[Page]:
    """A lecture in which phones train, at its first step."""
    page.goto(f"{bare_server.url}/present")
    page.locator(".st-key-begin_luck button").first.click()
    page.locator(".rc-keys").first.wait_for(state="attached")  # then keys are heard
    yield page
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End the lecture").click()
    page.get_by_role("button", name="End it").click()
    page.locator(".st-key-begin_luck button").first.wait_for()


@pytest.fixture
def join(bare_server: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Has a phone join, whose browser may lack something."""
    contexts = []

    def joined(lacks: str = "") -> Page:
        contexts.append(browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))
        contexts[-1].set_default_timeout(PATIENCE)
        if lacks:
            contexts[-1].add_init_script(f"delete globalThis.{lacks}")
        phone = contexts[-1].new_page()
        phone.goto(f"{bare_server.url}/join")
        phone.get_by_role("heading", name="Is it luck?").wait_for()
        return phone

    yield joined
    for context in contexts:
        context.close()


def go_to_the_step(wall: Page) -> None:
    wall.keyboard.press("PageDown")
    expect(wall.locator(".rc-wall-foot")).to_contain_text("2 / ")


def show_the_networks(wall: Page) -> None:
    wall.get_by_role("button", name="Close the vote").click()
    wall.get_by_role("button", name="Show the answers").click()


def test_three_phones_train_and_the_wall_shows_their_networks(wall: Page, join: Callable[..., Page]) -> None:
    phones = [join() for _ in NAMES]
    go_to_the_step(wall)
    for phone, name in zip(phones, NAMES, strict=True):
        guessing = "Trained, and sent to the wall. Its accuracy is shown once the vote is closed."
        expect(phone.locator("#training-status")).to_have_text(guessing)
        expect(phone.locator("#training-title")).to_have_text(f"Your network: {name}")
        expect(phone.locator("#training-class")).to_be_hidden()
    expect(wall.locator(".rc-wall-status")).to_contain_text("3 by phones")
    expect(wall.locator(".rc-dot")).to_have_count(0)
    show_the_networks(wall)
    expect(wall.locator(".rc-class-note")).to_contain_text("3 by phones")
    expect(wall.locator(".rc-dot:not(.rc-own)[style]")).to_have_count(3)
    expect(phones[1].locator("#training-class .own-dot")).to_have_count(1)
    for phone, name in zip(phones, NAMES, strict=True):
        best = re.compile(rf"Your network: {name}, best epoch \d\d\.\d %")
        expect(phone.locator("#training-title")).to_have_text(best)
    only_the_seed = re.compile(r"other SimpleRNNs?\. Only the seed differs\.")
    expect(phones[0].locator("#training-class")).to_contain_text(only_the_seed)
    # Of three, all are repeated: bit by bit what the phones have got. It trains 37 others first.
    expect(wall.locator(".rc-class-note")).to_contain_text(
        "This machine trained 3 of the 3 again: all the same.", timeout=3 * PATIENCE
    )
    if folder := os.environ.get("SHOTS"):
        phones[1].screenshot(path=f"{folder}/training.png", full_page=True)

    verdicts = []
    for phone in phones[:2]:
        phone.locator("#training-text").fill(REVIEW)
        expect(phone.locator("#training-prediction")).to_contain_text("%")
        verdicts.append(phone.locator("#training-prediction").inner_text())
    assert verdicts[0] != verdicts[1], "two seeds, two opinions"

    title = phones[2].locator("#training-title").inner_text()
    phones[2].reload()
    expect(phones[2].locator("#training-title")).to_have_text(title)
    expect(wall.locator(".rc-dot:not(.rc-own)[style]")).to_have_count(3)


def test_phones_that_cannot_train_or_are_cut_off_lose_nothing(wall: Page, join: Callable[..., Page]) -> None:
    cut_off, old = join(), join("Worker")
    cut_off.context.set_offline(True)
    go_to_the_step(wall)
    expect(old.locator("#training-status")).to_contain_text("The presenter's machine trains in its place")
    expect(cut_off.locator("#line")).to_contain_text("Offline")
    cut_off.context.set_offline(False)
    expect(cut_off.locator("#training-status")).to_contain_text("Trained, and sent to the wall.")
    expect(wall.locator(".rc-wall-status")).to_contain_text("1 by phones")
