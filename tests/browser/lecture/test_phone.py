"""A phone in the hall: it joins, predicts, loses its connection, sleeps, and sees what came of it."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from rnn_compare.presets import BOOK
from tests.browser.conftest import shown
from tests.kit.chromium import opened_page
from tests.kit.phones import BEST, present, put
from tests.kit.servers import Server
from tests.kit.waiting import until

PHONE: ViewportSize = {"width": 390, "height": 844}
LEAD = {"id": "lead", "kind": "lead", "text": "By how much?"}
Presenter = Callable[..., Any]


@pytest.fixture
def presenter(podium: Server, far_apart: list[str]) -> Presenter:
    """Has the presenter do something; a question has been put, and the networks are hidden."""
    put(podium.url)
    present(podium.url, "hide", far_apart)
    return partial(present, podium.url)


@pytest.fixture
def phone(podium: Server, presenter: Presenter, browser: Browser) -> Iterator[Page]:
    """A phone before which the question has been put."""
    with opened_page(browser, **PHONE, has_touch=True, is_mobile=True) as page:
        page.goto(f"{podium.url}/join")
        page.get_by_role("heading", name="Predict", exact=True).wait_for()
        yield page
    presenter("end")


def choose(phone: Page, name: str) -> None:
    phone.get_by_role("button", name=name).tap()
    own(phone, f"Sent: {name}")


def own(phone: Page, text: str) -> None:
    expect(phone.locator("#own")).to_contain_text(text)


def test_an_answer_and_how_sure_one_is_are_changed_survive_a_reload_and_are_kept_with_the_outcome_after_the_end(
    podium: Server, presenter: Presenter, phone: Page, far_apart: list[str]
) -> None:
    put(podium.url, BEST | {"confidence": True})
    presenter("hide", far_apart)
    choose(phone, "SimpleRNN(32)")
    sure = phone.get_by_role("button", name="sure", exact=True)
    sure.tap()
    own(phone, "Sent: SimpleRNN(32) (sure).")
    phone.reload()
    expect(sure).to_have_attribute("aria-pressed", "true")
    choice = phone.get_by_role("button", name="SimpleRNN(32)")
    expect(choice).to_have_attribute("aria-pressed", "true")
    choose(phone, "LSTM(32)")
    own(phone, "Sent: LSTM(32).")
    expect(sure).to_have_attribute("aria-pressed", "false")
    assert presenter("answers", "best", 1) == [1]
    presenter("close_vote")
    expect(choice).to_be_disabled()
    assert "%" not in phone.locator("body").inner_text(), "nothing is shown before the reveal"
    presenter("reveal")
    expect(phone.locator("#verdict")).to_have_text("Correct: LSTM(32).")
    expect(phone.locator("#said")).to_contain_text("LSTM(32) is ahead of SimpleRNN(32)")
    description = (
        "SimpleRNN(32): validation accuracy 61.0 % in epoch 1, highest 71.0 % in epoch 4, the last. "
        "LSTM(32): validation accuracy 64.0 % in epoch 1, highest 88.0 % in epoch 4, the last."
    )
    expect(phone.locator("#curves svg[role=img]")).to_have_attribute("aria-label", description)
    expect(phone.locator(".votes li").nth(1)).to_contain_text("LSTM(32) (your answer)")
    expect(phone.locator(".votes li").nth(1).get_by_role("img", name="right")).to_be_visible()

    presenter("end")
    phone.get_by_role("heading", name="Your answers").wait_for()
    phone.reload()
    box = phone.locator("#kept")
    expect(phone.locator("#text")).to_have_text("The presenter did not offer the networks.")
    expect(box.get_by_role("heading", name="Which network is best")).to_be_visible()
    expect(box).to_contain_text("Correct: LSTM(32).")
    expect(box).to_contain_text("LSTM(32) is ahead of SimpleRNN(32)")
    expect(box.locator(".votes li").nth(1)).to_contain_text("LSTM(32) (your answer)")


def test_neighbours_who_disagree_find_each_other_by_a_sign_and_vote_again(
    podium: Server, presenter: Presenter, phone: Page, browser: Browser
) -> None:
    presenter("ask_rows", True)
    with opened_page(browser, **PHONE, has_touch=True) as neighbour:
        neighbour.goto(f"{podium.url}/join")
        for page, answer in ((phone, "SimpleRNN(32)"), (neighbour, "LSTM(32)")):
            choose(page, answer)
            page.get_by_label("Your row").fill("4")
            page.get_by_role("button", name="Send", exact=True).click()
            expect(page.locator("#row")).to_be_hidden()
        presenter("close_vote")
        presenter("pair_neighbours")
        for page in (phone, neighbour):
            page.get_by_role("heading", name="Find this sign").wait_for()
            expect(page.locator("#sign-words")).to_have_text("red circle")
            expect(page.locator("#sign-whom")).to_have_text("Your neighbour shows it too, and answered differently.")
            expect(page.locator("#sign svg")).to_be_visible()
    presenter("vote_again")
    own(phone, "Discuss it, then vote again.")
    expect(phone.get_by_role("button", name="SimpleRNN(32)")).to_have_attribute("aria-pressed", "false")
    expect(phone.locator("#sign")).to_be_visible()
    choose(phone, "LSTM(32)")
    presenter("reveal")
    expect(phone.locator("#sign")).to_be_hidden()
    expect(phone.locator("#tally .votes-legend span")).to_have_text(["first vote: 2 answers", "last vote: 1 answer"])


def test_what_is_answered_off_line_is_sent_when_the_line_is_back_unless_the_vote_is_closed_by_then(
    presenter: Presenter, phone: Page
) -> None:
    phone.context.set_offline(True)
    expect(phone.locator("#line")).to_contain_text("Offline")
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Not sent yet, saved on this phone: LSTM(32)")
    assert presenter("answers", "best", 1) == []
    phone.context.set_offline(False)
    own(phone, "Sent: LSTM(32)")
    expect(phone.locator("#line")).to_be_empty()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="SimpleRNN(32)").tap()
    own(phone, "Not sent yet")
    presenter("close_vote")
    phone.context.set_offline(False)
    own(phone, "Not counted")
    assert presenter("answers", "best", 1) == [1]


def test_a_curve_is_drawn_with_a_finger_or_set_by_keyboard(presenter: Presenter, phone: Page) -> None:
    curve = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "LSTM(32)", "epochs": 4}
    presenter("show_step", 1, "Draw", "", curve)
    presenter("open_vote")
    phone.get_by_text("Draw from left to right").wait_for()  # the chart stands there before the vote is open
    box = phone.locator("svg.drawing").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 50, box["y"] + 0.6 * box["height"])
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] - 10, box["y"] + 0.2 * box["height"])
    phone.mouse.up()
    send = phone.get_by_role("button", name="Send my curve")
    send.tap()
    own(phone, "Sent: your curve")
    [points] = presenter("answers", "curve", 1)
    assert len(points) == 4
    assert points == sorted(points)
    assert points[0] < points[3]
    phone.get_by_text("Set it epoch by epoch").tap()
    slider = phone.get_by_label("Epoch 4")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "41 %")
    send.press("Enter")
    until(lambda: presenter("answers", "curve", 1)[0][3] == 0.41)
    phone.locator("svg.drawing").tap(position={"x": 50, "y": 0.2 * box["height"]})  # an epoch alone, without dragging
    send.tap()
    until(lambda: presenter("answers", "curve", 1)[0][0] > points[0])
    assert presenter("answers", "curve", 1)[0][3] == 0.41
    presenter("reveal")
    expect(phone.locator("#verdict")).to_contain_text("points off")
    expect(phone.locator("#curves .mine")).to_have_count(1)


def test_a_lead_is_set_with_the_thumb(presenter: Presenter, phone: Page) -> None:
    presenter("show_step", 1, "Lead", "", LEAD)
    presenter("open_vote")
    slider, send = phone.get_by_role("slider"), phone.get_by_role("button", name="Send my answer")
    expect(slider).to_have_attribute("aria-valuetext", "Move the slider")
    expect(slider).to_have_value("25")
    expect(send).to_be_disabled()
    slider.press("Home")
    for _ in range(5):
        phone.get_by_role("button", name="0.5 points more").tap()
    phone.get_by_role("button", name="0.5 points less").tap()
    send.tap()
    own(phone, "Sent: 2 points")
    phone.reload()
    expect(slider).to_have_attribute("aria-valuetext", "2 points")
    assert presenter("answers", "lead", 1) == [2]


def test_a_review_is_read_on_the_phone_and_followed_to_the_wall_and_markup_in_it_stays_text(
    podium: Server, presenter: Presenter, phone: Page, far_apart: list[str]
) -> None:
    text = "A <b>good</b> film <img src=x onerror=alert(1)>"
    phone.context.on("dialog", lambda _: pytest.fail("A script ran."))
    presenter("open_reviews", True)
    presenter("show_runs", shown(podium, BOOK))
    phone.evaluate("document.body.style.minHeight = '3000px'; scrollTo(0, 900)")
    presenter("offer_networks", True)
    until(lambda: phone.evaluate("scrollY") == 0)
    box = phone.get_by_role("link", name="Open the networks").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 200, "the networks come first"
    with phone.expect_popup() as popup:
        phone.get_by_role("link", name="Open the networks").tap()
    networks = popup.value
    networks.get_by_label("Type a").fill(text)
    networks.get_by_text("“<onerror>”").first.wait_for()
    networks.locator(".rc-turning", has_text=re.compile("counts? most")).first.wait_for()
    assert networks.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    networks.close()
    presenter("hide", far_apart)
    phone.get_by_role("textbox").fill(text)
    phone.get_by_role("button", name="Send review").tap()
    expect(phone.locator("#review-said")).to_contain_text("the presenter")
    [sent] = presenter("reviews")
    presenter("reveal")
    presenter("show_review", sent["id"], ["LSTM(32): positive, 71 %"])
    phone.get_by_role("heading", name="Your review is on the wall").wait_for()
    expect(phone.locator("#wall-text")).to_have_text(text)
    expect(phone.locator("#wall-verdicts")).to_have_text("LSTM(32): positive, 71 %")
    assert phone.locator("#wall img, #wall b").count() == 0
    presenter("drop_review", sent["id"])
    expect(phone.locator("#review-said")).to_have_text("The presenter has dismissed your review.")
