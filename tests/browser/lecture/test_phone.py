"""A phone in the hall: it joins, predicts, loses its connection, sleeps, and sees what came of it."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from rnn_compare.paths import CACHE_VARIABLE
from tests.browser.conftest import Hall
from tests.kit.chromium import PATIENCE, opened_window
from tests.kit.phones import BEST, PlainPhone, present, put
from tests.kit.servers import free_port, page_of, started
from tests.kit.waiting import until

PHONE: ViewportSize = {"width": 390, "height": 844}


def command(port: int) -> list[str]:
    return [*page_of("benchmarks/presented.py"), f"--server.port={port}"]


def environment(cache: Path) -> dict[str, str]:
    return {**os.environ, CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "1"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with opened_window(browser, **PHONE, has_touch=True, is_mobile=True) as opened:
        yield opened


@pytest.fixture
def phone(hall: Hall, context: BrowserContext) -> Iterator[Page]:
    """A phone before which a question has been put."""
    put(hall.url)
    present(hall.url, "hide", hall.runs)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{hall.url}/join")
    page.get_by_role("heading", name="Predict", exact=True).wait_for()
    yield page
    assert not errors, errors


def picture(phone: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        phone.screenshot(path=f"{folder}/{name}.png", full_page=True)


def own(phone: Page, text: str) -> None:
    expect(phone.locator("#own")).to_contain_text(text)


def test_a_phone_votes_reloads_changes_its_mind_and_sees_the_reveal(hall: Hall, phone: Page) -> None:
    choice = phone.get_by_role("button", name="SimpleRNN(32)")
    choice.tap()
    own(phone, "Sent: SimpleRNN(32)")
    phone.reload()
    expect(choice).to_have_attribute("aria-pressed", "true")
    own(phone, "Sent: SimpleRNN(32)")
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Sent: LSTM(32)")
    assert present(hall.url, "answers", "best", 1) == [1]
    present(hall.url, "close_vote")
    expect(choice).to_be_disabled()
    assert "%" not in phone.locator("body").inner_text(), "nothing is shown before the reveal"
    present(hall.url, "reveal")
    expect(phone.locator("#verdict")).to_have_text("Correct: LSTM(32).")
    expect(phone.locator("#said")).to_contain_text("LSTM(32) is ahead of SimpleRNN(32)")
    description = (
        "SimpleRNN(32): validation accuracy 61.0 % in epoch 1, highest 71.0 % in epoch 4, the last. "
        "LSTM(32): validation accuracy 64.0 % in epoch 1, highest 88.0 % in epoch 4, the last."
    )
    expect(phone.locator("#curves svg[role=img]")).to_have_attribute("aria-label", description)
    answered = phone.locator(".votes li").nth(1)
    expect(answered).to_contain_text("LSTM(32) (your answer)")
    expect(answered.get_by_role("img", name="right")).to_be_visible()


def test_after_the_end_a_phone_keeps_its_answers_what_was_right_and_why_and_how_the_class_answered(
    hall: Hall, phone: Page
) -> None:
    phone.get_by_role("button", name="SimpleRNN(32)").tap()
    own(phone, "Sent: SimpleRNN(32)")
    present(hall.url, "reveal")
    expect(phone.locator("#verdict")).to_contain_text("Not this time")
    present(hall.url, "end")
    phone.get_by_role("heading", name="Your answers").wait_for()
    phone.reload()
    box = phone.locator("#kept")
    expect(phone.locator("#text")).to_have_text("The presenter did not offer the networks.")
    expect(box.get_by_role("heading", name="Which network is best")).to_be_visible()
    expect(box).to_contain_text("Not this time. You answered: SimpleRNN(32).")
    expect(box).to_contain_text("LSTM(32) is ahead of SimpleRNN(32)")
    expect(box.locator(".votes li").nth(0)).to_contain_text("SimpleRNN(32) (your answer)")
    picture(phone, "kept")
    put(hall.url)
    expect(box).to_be_hidden()
    present(hall.url, "end")
    expect(phone.locator("#title")).to_have_text("The lecture has ended.")


def test_how_sure_one_is_takes_one_press_more_and_goes_when_the_answer_changes(hall: Hall, phone: Page) -> None:
    put(hall.url, BEST | {"confidence": True})
    present(hall.url, "hide", hall.runs)
    levels = phone.get_by_role("group", name="How sure are you?")
    simple = phone.get_by_role("button", name="SimpleRNN(32)")
    expect(simple).to_have_attribute("aria-pressed", "false")
    expect(levels).to_be_hidden()
    simple.tap()
    own(phone, "Sent: SimpleRNN(32).")
    sure = levels.get_by_role("button", name="sure", exact=True)
    sure.tap()
    own(phone, "Sent: SimpleRNN(32) (sure).")
    picture(phone, "confidence")
    phone.reload()
    expect(sure).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Sent: LSTM(32).")
    expect(sure).to_have_attribute("aria-pressed", "false")
    simple.tap()
    sure.tap()
    own(phone, "Sent: SimpleRNN(32) (sure).")
    assert list(present(hall.url, "votes.confidence", "best").values()) == [2]
    present(hall.url, "reveal")
    expect(phone.locator("#verdict")).to_have_text("Not this time. You answered: SimpleRNN(32) (sure).")
    expect(levels).to_be_hidden()


def test_neighbours_who_disagree_find_each_other_by_a_sign_and_vote_again(hall: Hall, phone: Page) -> None:
    put(hall.url)
    present(hall.url, "ask_rows", True)
    phones = [phone, *(phone.context.browser.new_page(viewport=PHONE) for _ in range(2) if phone.context.browser)]
    for place, page in enumerate(phones):
        if place:
            page.goto(f"{hall.url}/join")
        page.get_by_role("button", name=("SimpleRNN(32)", "LSTM(32)", "LSTM(32)")[place]).click()
        own(page, "Sent")
        if place != 1:
            page.get_by_label("Your row").fill("4")
            page.get_by_role("button", name="Send", exact=True).click()
            expect(page.locator("#row")).to_be_hidden()
    picture(phones[1], "row")
    present(hall.url, "close_vote")
    present(hall.url, "pair_neighbours")
    for page in phones:
        page.get_by_role("heading", name="Find this sign").wait_for()
        expect(page.locator("#sign-words")).to_have_text("red circle")
        expect(page.locator("#sign-whom")).to_contain_text("You did not all agree.")
        expect(page.locator("#sign svg")).to_be_visible()
    phones.pop().close()
    until(lambda: present(hall.url, "counts")["here"] == 2)
    present(hall.url, "pair_neighbours")
    expect(phone.locator("#sign-whom")).to_have_text("Your neighbour shows it too, and answered differently.")
    picture(phone, "sign")
    present(hall.url, "vote_again")
    own(phone, "Discuss it, then vote again.")
    expect(phone.locator("#sign")).to_be_visible()
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Sent: LSTM(32)")
    present(hall.url, "close_vote")
    expect(phone.locator("#sign")).to_be_hidden()
    phones[1].close()


def test_what_is_answered_off_line_is_kept_over_a_reload_and_sent_when_the_line_is_back(
    hall: Hall, phone: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    expect(phone.locator("#line")).to_contain_text("Offline")
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Not sent yet, saved on this phone: LSTM(32)")
    assert present(hall.url, "answers", "best", 1) == []
    context.set_offline(False)
    own(phone, "Sent: LSTM(32)")
    expect(phone.locator("#line")).to_be_empty()
    assert present(hall.url, "answers", "best", 1) == [1]


def test_an_answer_that_comes_after_the_close_is_said_to_be_too_late(
    hall: Hall, phone: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Not sent yet")
    present(hall.url, "close_vote")
    context.set_offline(False)
    own(phone, "Not counted")
    assert present(hall.url, "answers", "best", 1) == []


def test_late_comers_land_at_the_present_step_and_a_second_vote_begins_anew(hall: Hall, phone: Page) -> None:
    phone.get_by_role("button", name="SimpleRNN(32)").tap()
    own(phone, "Sent")
    present(hall.url, "vote_again")
    own(phone, "Discuss it, then vote again.")
    expect(phone.get_by_role("button", name="SimpleRNN(32)")).to_have_attribute("aria-pressed", "false")
    phone.get_by_role("button", name="LSTM(32)").tap()
    own(phone, "Sent: LSTM(32)")
    present(hall.url, "reveal")
    expect(phone.locator("#tally .votes-legend span")).to_have_text(["first vote: 1 answer", "last vote: 1 answer"])
    present(hall.url, "show_step", 4, "Why", "The gates keep what was read long ago.")
    late = phone.context.new_page()
    late.goto(f"{hall.url}/join")
    late.get_by_role("heading", name="Why").wait_for()
    expect(late.locator("#question")).to_be_hidden()


def test_a_curve_is_drawn_with_a_finger_or_set_by_keyboard(hall: Hall, phone: Page) -> None:
    curve = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "LSTM(32)", "epochs": 4}
    present(hall.url, "show_step", 1, "Draw", "", curve)
    present(hall.url, "open_vote")
    phone.get_by_text("Draw from left to right").wait_for()  # the chart stands there before the vote is open
    box = phone.locator("svg.drawing").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 50, box["y"] + 0.6 * box["height"])
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] - 10, box["y"] + 0.2 * box["height"])
    phone.mouse.up()
    phone.get_by_role("button", name="Send my curve").tap()
    own(phone, "Sent: your curve")
    [points] = present(hall.url, "answers", "curve", 1)
    assert len(points) == 4
    assert points == sorted(points)
    assert points[0] < points[3]
    phone.get_by_text("Set it epoch by epoch").tap()
    slider = phone.get_by_label("Epoch 4")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "41 %")
    phone.get_by_role("button", name="Send my curve").press("Enter")
    until(lambda: present(hall.url, "answers", "curve", 1)[0][3] == 0.41)
    phone.locator("svg.drawing").tap(position={"x": 50, "y": 0.2 * box["height"]})  # an epoch alone, without dragging
    phone.get_by_role("button", name="Send my curve").tap()
    until(lambda: present(hall.url, "answers", "curve", 1)[0][0] > points[0])
    assert present(hall.url, "answers", "curve", 1)[0][3] == 0.41
    present(hall.url, "reveal")
    expect(phone.locator("#verdict")).to_contain_text("points off")
    expect(phone.locator("#curves .mine")).to_have_count(1)


def test_a_lead_and_an_epoch_are_set_with_the_thumb(hall: Hall, phone: Page) -> None:
    present(hall.url, "show_step", 1, "Lead", "", {"id": "lead", "kind": "lead", "text": "By how much?"})
    present(hall.url, "open_vote")
    slider, send = phone.get_by_role("slider"), phone.get_by_role("button", name="Send my answer")
    expect(slider).to_have_attribute("aria-valuetext", "Move the slider")
    expect(slider).to_have_value("25")
    expect(send).to_be_disabled()
    slider.press("Home")
    for _ in range(5):
        phone.get_by_role("button", name="0.5 points more").tap()
    phone.get_by_role("button", name="0.5 points less").tap()
    expect(slider).to_have_attribute("aria-valuetext", "2 points")
    send.tap()
    own(phone, "Sent: 2 points")
    phone.reload()
    expect(slider).to_have_attribute("aria-valuetext", "2 points")
    over = {"id": "over", "kind": "overfits_from", "text": "From which?", "network": "LSTM(32)", "epochs": 4}
    present(hall.url, "show_step", 2, "Overfitting", "", over)
    present(hall.url, "open_vote")
    phone.get_by_role("button", name="never within 4 epochs").tap()
    own(phone, "Sent: never")
    assert (present(hall.url, "answers", "lead", 1), present(hall.url, "answers", "over", 1)) == ([2], [0])


def test_a_phone_begins_a_new_step_at_its_top_unless_somebody_types_and_the_shared_networks_are_first(
    hall: Hall, phone: Page
) -> None:
    def scroll_down() -> None:
        phone.evaluate("document.body.style.minHeight = '3000px'; scrollTo(0, 900)")

    scroll_down()
    present(hall.url, "show_step", 1, "Lead", "", {"id": "lead", "kind": "lead", "text": "By how much?"})
    until(lambda: phone.evaluate("scrollY") == 0)
    present(hall.url, "open_reviews", True)
    scroll_down()
    present(hall.url, "offer_networks", True)
    until(lambda: phone.evaluate("scrollY") == 0)
    box = phone.get_by_role("link", name="Open the networks").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 200
    phone.get_by_role("textbox").fill("I expected")
    scroll_down()
    present(hall.url, "show_step", 2, "Another", "")
    expect(phone.locator("#title")).to_have_text("Another")
    assert phone.evaluate("scrollY") > 0


def test_a_review_is_read_on_the_phone_and_followed_to_the_wall_and_markup_in_it_stays_text(
    hall: Hall, phone: Page
) -> None:
    text = "A <b>good</b> film <img src=x onerror=alert(1)>"
    phone.context.on("dialog", lambda _: pytest.fail("A script ran."))
    present(hall.url, "open_reviews", True)
    present(hall.url, "show_runs", hall.book)
    present(hall.url, "offer_networks", True)
    with phone.expect_popup() as opened:
        phone.get_by_role("link", name="Open the networks").tap()
    opened.value.get_by_label("Type a").fill(text)
    opened.value.get_by_text("“<onerror>”").first.wait_for()
    opened.value.locator(".rc-turning", has_text=re.compile("counts? most")).first.wait_for()
    assert opened.value.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    opened.value.close()
    present(hall.url, "hide", hall.runs)
    phone.get_by_role("textbox").fill(text)
    phone.get_by_role("button", name="Send review").tap()
    expect(phone.locator("#review-said")).to_contain_text("the presenter")
    [sent] = present(hall.url, "reviews")
    present(hall.url, "reveal")
    present(hall.url, "show_review", sent["id"], ["LSTM(32): positive, 71 %"])
    phone.get_by_role("heading", name="Your review is on the wall").wait_for()
    expect(phone.locator("#wall-text")).to_have_text(text)
    expect(phone.locator("#wall-verdicts")).to_have_text("LSTM(32): positive, 71 %")
    assert phone.locator("#wall img, #wall b").count() == 0
    present(hall.url, "drop_review", sent["id"])
    expect(phone.locator("#review-said")).to_have_text("The presenter has dismissed your review.")


def test_a_phone_that_slept_shows_where_the_lecture_is_by_now(hall: Hall, phone: Page, context: BrowserContext) -> None:
    asleep = context.new_cdp_session(phone)
    asleep.send("Page.setWebLifecycleState", {"state": "frozen"})
    context.set_offline(True)
    present(hall.url, "show_step", 5, "Why", "The gates keep what was read long ago.")
    context.set_offline(False)
    asleep.send("Page.setWebLifecycleState", {"state": "active"})
    phone.get_by_role("heading", name="Why").wait_for()
    expect(phone.locator("#line")).to_be_empty()


def test_a_phone_comes_back_by_itself_when_the_server_is_started_again(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", tmp_path / "server.log"
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    with started(command(port), log, f"{url}/_stcore/health", environment(tmp_path)) as process:
        put(url)
        page.goto(f"{url}/join")
        page.get_by_role("button", name="LSTM(32)").click()
        own(page, "Sent: LSTM(32)")
        start = time.monotonic()
        process.terminate()
        process.wait(60)
        assert time.monotonic() - start < 10, "a server that ends does not wait for its phones"
    expect(page.locator("#line")).to_contain_text("Offline")
    with started(command(port), log, f"{url}/_stcore/health", environment(tmp_path)):
        expect(page.locator("#line")).to_be_empty()
        own(page, "Sent: LSTM(32)")
        assert present(url, "answers", "best", 1) == [1]
    context.close()


def test_the_page_needs_nothing_of_streamlit_and_nobody_else(hall: Hall, context: BrowserContext) -> None:
    put(hall.url)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{hall.url}/join")
    page.get_by_role("heading", name="Predict", exact=True).wait_for()
    assert len(requests) <= 12
    assert {url.partition("/join")[0] for url in requests if not url.startswith("data:")} == {hall.url}
    _, headers, _ = PlainPhone(hall.url.removeprefix("http://"), "").ask("GET", "/join/")
    assert headers["location"] == "../join"
