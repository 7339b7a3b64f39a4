"""Phones and a wall: each phone trains a network of its own, the wall shows a dot for each, and trains the others."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.class_networks import trained
from rnn_compare.lecture.steps.class_trains import NO_WALL
from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.chromium import PATIENCE
from tests.kit.servers import Server

NAMES = ("SimpleRNN no. 1", "LSTM no. 2", "SimpleRNN no. 3")
REVIEW = "The worst film I have ever seen."


@pytest.fixture
def wall(bare_server: Server, page: Page) -> Iterator[Page]:
    """The wall of a lecture in which phones train, at its first step."""
    page.goto(f"{bare_server.url}/present")
    page.locator(".st-key-begin_luck button").first.click()
    page.wait_for_url("**/wall")
    expect(page.locator("#number span")).to_have_text(re.compile("1 / "))
    yield page
    page.goto(f"{bare_server.url}/present")
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
    expect(wall.locator("#number span")).to_have_text(re.compile("2 / "))


def show_the_networks(wall: Page) -> None:
    wall.get_by_role("button", name="Close the vote").click()
    wall.get_by_role("button", name="Show the answers").click()


def test_three_phones_train_and_the_wall_trains_the_others_and_these_again(
    wall: Page,
    bare_server: Server,
    join: Callable[..., Page],
    prepared_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    phones = [join() for _ in NAMES]
    go_to_the_step(wall)
    for phone, name in zip(phones, NAMES, strict=True):
        guessing = "Trained, and sent to the wall. Its accuracy is shown with the class's networks."
        expect(phone.locator("#training-status")).to_have_text(guessing)
        expect(phone.locator("#training-title")).to_have_text(f"Your network: {name}")
        expect(phone.locator("#training-class")).to_be_hidden()
    expect(wall.locator("#parts")).to_contain_text("3 by phones")
    expect(wall.locator(".rc-dot")).to_have_count(0)
    show_the_networks(wall)
    expect(wall.locator(".rc-dot:not(.rc-own)[style]")).to_have_count(3)
    expect(phones[1].locator("#training-class .own-dot")).to_have_count(1)
    for phone, name in zip(phones, NAMES, strict=True):
        best = re.compile(rf"Your network: {name}, \d\d\.\d % on held-out reviews")
        expect(phone.locator("#training-title")).to_have_text(best)
    only_the_seed = re.compile(r"other SimpleRNNs?\. Only the seed differs\.")
    expect(phones[0].locator("#training-class")).to_contain_text(only_the_seed)
    # Of three, all are repeated: bit by bit what the phones have got. It trains 37 others first.
    expect(wall.locator("#parts")).to_contain_text("40 networks: 3 by phones and 37 by the wall", timeout=3 * PATIENCE)
    notes = wall.context.new_page()
    notes.goto(f"{bare_server.url}/notes")
    expect(notes.locator("#lines")).to_contain_text("The wall trained 3 of the 3 again: all the same.")
    notes.close()
    answers = wall.request.get(f"{bare_server.url}/stage/answers.csv").text()
    by_wall = [row for row in csv.DictReader(io.StringIO(answers)) if row["origin"] == "server"][-4:]
    in_node = trained([(row["cell"], int(row["seed"])) for row in by_wall])
    column = "right reviews by epoch"
    assert [row[column] for row in by_wall] == [" ".join(map(str, network.right)) for network in in_node]
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
    expect(old.locator("#training-status")).to_contain_text("The wall trains in its place")
    expect(cut_off.locator("#line")).to_contain_text("Offline")
    cut_off.context.set_offline(False)
    expect(cut_off.locator("#training-status")).to_contain_text("Trained, and sent to the wall.")
    expect(wall.locator("#parts")).to_contain_text("1 by phones")


def test_a_class_waits_for_an_open_wall_whose_browser_goes_on_where_another_stopped(
    wall: Page, bare_server: Server, browser: Browser
) -> None:
    wall.goto(f"{bare_server.url}/notes")
    expect(wall.get_by_text("Step 1 of 6")).to_be_visible()
    wall.keyboard.press("PageDown")
    expect(wall.get_by_text(NO_WALL)).to_be_visible()
    walls = [browser.new_page() for _ in range(2)]
    for other in walls:
        other.goto(f"{bare_server.url}/wall")
    expect(wall.get_by_text(NO_WALL)).to_be_hidden()
    expect(wall.locator("#lines")).to_contain_text(re.compile(r"\d networks? by the wall"))
    walls[0].close()
    expect(wall.locator("#lines")).to_contain_text("40 networks by the wall", timeout=3 * PATIENCE)
    walls[1].close()
