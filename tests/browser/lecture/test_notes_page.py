"""The presenter's notes, on a phone: they lead the lecture, show a closed vote first, and keep reviews as text."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rnn_compare.lecture.lecture_file import find
from tests.kit.chromium import opened_page
from tests.kit.phones import PlainPhone, present
from tests.kit.servers import Server
from tests.kit.visits import broken_rules
from tests.kit.waiting import until


@pytest.fixture
def notes(podium: Server, browser: Browser) -> Iterator[Page]:
    """The notes of a lecture at its first question, to which one phone has answered."""
    lecture = find("book")
    index = [step.asks for step in lecture.steps].index(True)
    present(podium.url, "end")
    present(podium.url, "go", "book", index)
    question = present(podium.url, "state")["question"]
    PlainPhone(podium.host).answer(1, question["id"])
    with opened_page(browser, 390, 844) as page:
        page.goto(f"{podium.url}/notes")
        page.get_by_role("heading", name=lecture.steps[index].title, exact=True).wait_for()
        yield page


def test_the_notes_close_a_vote_and_show_its_answers_to_the_presenter_first(podium: Server, notes: Page) -> None:
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


def test_a_review_stays_text_and_a_lecture_is_ended_after_a_question(podium: Server, notes: Page) -> None:
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
