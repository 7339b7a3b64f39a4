"""What a presenter's press could not do is said where it was pressed."""

import sqlite3

from playwright.sync_api import Page, expect

from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.lecture.lecture_file import find
from tests.browser.conftest import Server
from tests.chromium import PATIENCE


def test_a_press_that_could_not_be_written_says_so_on_the_wall_and_can_be_repeated(server: Server, page: Page) -> None:
    place = next(place for place, step in enumerate(find("book", step_kinds()).steps) if step.question)
    page.goto(f"{server.url}/present")
    page.locator(".st-key-begin_book").get_by_role("button", name="Begin").click()
    second = page.context.new_page()
    second.goto(f"{server.url}/notes")
    for step in find("book", step_kinds()).steps[1 : place + 1]:
        second.get_by_role("button", name="Next").click(timeout=PATIENCE)
        expect(second.get_by_role("heading", name=step.title, level=1)).to_be_visible(timeout=PATIENCE)
    close = page.get_by_role("button", name="Close the vote")
    expect(close).to_be_visible(timeout=PATIENCE)
    other = sqlite3.connect(server.store.path.with_name("lecture.db"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    close.click()
    expect(page.get_by_text("database is locked")).to_be_visible(timeout=PATIENCE)
    other.close()
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("database is locked")).to_have_count(0, timeout=PATIENCE)
    second.get_by_role("button", name="End the lecture").click(timeout=PATIENCE)
    expect(second.get_by_role("button", name="End it")).to_be_visible(timeout=PATIENCE)
    close.click()
    expect(page.get_by_role("button", name="Reopen the vote")).to_be_visible(timeout=PATIENCE)
    # The closed vote draws the notes anew, and the confirmation stays open.
    expect(second.get_by_role("button", name="Reopen the vote")).to_be_visible(timeout=PATIENCE)
    second.get_by_role("button", name="End it").click()
    expect(second.get_by_text("No lecture is running")).to_be_visible(timeout=PATIENCE)
    second.close()
