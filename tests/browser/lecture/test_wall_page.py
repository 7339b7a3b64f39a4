"""The wall and the presenter's notes: both lead, and what has not changed stays as it is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rnn_compare.lecture.lecture_file import find
from tests.browser.lecture.test_wall_fits import answer
from tests.kit.chromium import opened_page
from tests.kit.phones import PlainPhone, present
from tests.kit.servers import Server
from tests.kit.visits import STILL, broken_rules
from tests.kit.waiting import until

LONG = "https://rnn.university.example/" + "w" * 89
LECTURE = find("book")
MARK = "node => { node.marked = true }"
IS_MARKED = "node => node.marked === true"


@pytest.fixture
def wall(podium: Server, browser: Browser) -> Iterator[Page]:
    """The wall of a lecture at its first step."""
    present(podium.url, "end")
    present(podium.url, "go", "book", 0)
    with opened_page(browser, bypass_csp=True) as page:  # for what tests it from inside
        page.goto(f"{podium.url}/wall")
        at(page, 0)
        yield page
    present(podium.url, "end")


def at(page: Page, step: int) -> None:
    expect(page.locator("#number span")).to_have_text(f"{step + 1} / {len(LECTURE.steps)}")
    expect(page.locator("h1")).to_have_text(LECTURE.steps[step].title)


def first(kind: str) -> int:
    return next(index for index, step in enumerate(LECTURE.steps) if step.kind.name == kind)


def test_keys_and_buttons_lead_through_a_vote_and_out_of_the_lecture(podium: Server, wall: Page) -> None:
    asks = first("predict")
    for step in range(1, asks + 1):
        wall.keyboard.press("PageDown")
        at(wall, step)
    wall.keyboard.press("ArrowLeft")
    at(wall, asks - 1)
    wall.get_by_role("button", name="next").click()
    at(wall, asks)
    question = LECTURE.steps[asks].question
    assert question is not None
    expect(wall.locator("#choices li")).to_have_count(len(question.choices))
    expect(wall.locator("img:visible")).to_have_count(1)  # people would scan either
    for place in range(3):
        PlainPhone(podium.host).answer(answer(question, place), question.id)
    expect(wall.locator("#answered")).to_have_text("3 of 3 have answered")
    wall.get_by_role("button", name="Close the vote").click()
    expect(wall.locator("#answered")).to_have_text("3 of 3 have answered. The vote is closed.")
    assert broken_rules(wall) == []
    wall.get_by_role("button", name="Show the answers").click()
    expect(wall.locator(".votes li").first).to_have_attribute("aria-label", "It has too few weights: 1 of 3 answers")
    wall.keyboard.press("Escape")
    wall.wait_for_url(f"{podium.url}/present")


def test_votes_and_presses_of_others_leave_a_chart_and_a_reading_as_they_are(podium: Server, wall: Page) -> None:
    present(podium.url, "go", "book", first("reveal"))
    chart = wall.locator(".plot > svg")
    expect(wall.locator("#said")).not_to_be_empty()  # the verdict follows the curves
    wall.evaluate(STILL)
    for _ in range(20):  # on a busy machine the outcome is complete some seconds later
        chart.evaluate(MARK)
        wall.wait_for_timeout(1500)
        if chart.evaluate(IS_MARKED):
            break
    PlainPhone(podium.host).events()
    present(podium.url, "ask_rows", True)
    expect(wall.get_by_text("join with your phone")).to_be_visible()
    wall.wait_for_timeout(1500)
    assert chart.evaluate(IS_MARKED)
    present(podium.url, "go", "book", first("inside"))
    where = wall.locator(".rc-where")
    expect(where).to_have_text("word 1 of 39")
    wall.keyboard.press("Shift+ArrowRight")
    expect(where).to_have_text("word 2 of 39")
    present(podium.url, "ask_rows", False)
    wall.wait_for_timeout(1500)
    expect(where).to_have_text("word 2 of 39")


def test_a_word_longer_than_the_wall_is_broken_and_at_the_end_it_says_where_to_go(podium: Server, page: Page) -> None:
    lectures = podium.store.path.with_name("lectures")
    lectures.mkdir(exist_ok=True)
    question = f'[steps.question]\nid = "long"\nkind = "own"\ntext = "{LONG}"\nchoices = ["{LONG[:80]}", "B"]\n'
    step = f'[[steps]]\nkind = "predict"\ntitle = "{LONG}"\n{question}'
    (lectures / "long.toml").write_text(f'title = "Long"\npreset = "Short"\n{step}')
    present(podium.url, "go", "long", 0)
    page.goto(f"{podium.url}/wall")
    expect(page.locator("#choices li").first).to_be_visible()
    for node in ("body", "#frame", "header"):
        assert page.locator(node).evaluate("({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth + 1"), node
    present(podium.url, "end")
    expect(page.get_by_text("No lecture is running.")).to_be_visible()
    expect(page.get_by_role("link")).to_have_attribute("href", "present")
    refusal = "Only the presenter can do this."
    page.route("**/wall/events*", lambda route: route.fulfill(status=403, json={"said": refusal}))
    page.reload()
    expect(page.get_by_text(refusal)).to_be_visible()
    expect(page.get_by_role("link")).to_have_attribute("href", "present")
    expect(page.locator("h1")).to_have_text("The wall")


@pytest.fixture
def notes(podium: Server, browser: Browser) -> Iterator[Page]:
    """The notes of a lecture at its first question, to which one phone has answered."""
    index = [step.asks for step in LECTURE.steps].index(True)
    present(podium.url, "end")
    present(podium.url, "go", "book", index)
    question = present(podium.url, "state")["question"]
    PlainPhone(podium.host).answer(1, question["id"])
    with opened_page(browser, 390, 844) as page:
        page.goto(f"{podium.url}/notes")
        page.get_by_role("heading", name=LECTURE.steps[index].title, exact=True).wait_for()
        yield page


def test_the_notes_close_a_vote_keep_reviews_as_text_and_end_the_lecture_after_a_question(
    podium: Server, notes: Page
) -> None:
    expect(notes.locator("#facts")).to_contain_text("open")
    expect(notes.locator("#next")).to_have_text("close the vote; only you see the answers")
    expect(notes.locator("#vote")).to_be_hidden()
    notes.get_by_role("button", name="Next").click()
    until(lambda: present(podium.url, "state")["phase"] == "closed")
    expect(notes.locator(".votes li").nth(1)).to_have_attribute("aria-label", re.compile(": 1 of 1 answer$"))
    expect(notes.locator("#sentences p").first).to_be_visible()
    assert notes.evaluate("document.documentElement.scrollWidth") == 390
    assert broken_rules(notes) == []
    notes.get_by_role("button", name="Discuss and vote again").click()
    expect(notes.locator("#facts")).to_contain_text("vote, round 2")
    notes.locator("body").press("PageDown")
    until(lambda: present(podium.url, "state")["phase"] == "closed")

    notes.on("dialog", lambda _: pytest.fail("A script ran."))
    present(podium.url, "open_reviews", True)
    for text in ("A <b>good</b> film <img src=x onerror=alert(1)>", "Bad."):
        PlainPhone(podium.host).send("review", {"text": text})
    reviews = notes.locator("#reviews article")
    expect(reviews.locator("p")).to_have_text(["Bad.", "A <b>good</b> film <img src=x onerror=alert(1)>"])
    assert notes.locator("#reviews :is(img, b)").count() == 0
    reviews.first.get_by_role("button", name="Delete").click()
    expect(reviews).to_have_count(1)
    notes.get_by_role("button", name="End the lecture").click()
    question = notes.get_by_role("dialog", name="End the lecture?")
    expect(question).to_contain_text("1 review you have not shown will be deleted.")
    question.get_by_role("button", name="Cancel").click()
    assert present(podium.url, "state")["lecture"]
    with notes.expect_download() as answers:
        notes.get_by_role("link", name="Answers as CSV").click()
    assert answers.value.suggested_filename == "answers.csv"
    notes.get_by_role("button", name="End the lecture").click()
    question.get_by_role("button", name="End it").click()
    expect(notes.locator("#elsewhere")).to_contain_text("No lecture is running.")
    expect(notes.locator("#lecture")).to_be_hidden()
