"""A wall says where it was pressed what a press could not do, and shows the step though a drawing of it was lost."""

import re
import sqlite3

from playwright.sync_api import Page, expect

from rnn_compare.lecture.lecture_file import find
from tests.browser.conftest import Server
from tests.browser.slow_line import SlowLine
from tests.chromium import PATIENCE
from tests.phones import PlainPhone, present

LONG = "https://rnn.university.example/" + "w" * 89


def test_a_press_that_could_not_be_written_says_so_on_the_wall_and_can_be_repeated(server: Server, page: Page) -> None:
    place = next(place for place, step in enumerate(find("book").steps) if step.question)
    page.goto(f"{server.url}/present")
    page.locator(".st-key-begin_book").get_by_role("button", name="Begin").click()
    page.locator(".rc-keys").wait_for(state="attached")
    PlainPhone(server.url.removeprefix("http://")).events()  # without any, the press would show the next step
    second = page.context.new_page()
    second.goto(f"{server.url}/notes")
    for step in find("book").steps[1 : place + 1]:
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


def test_a_word_longer_than_the_wall_is_broken_there_and_in_the_notes(podium: Server, page: Page) -> None:
    lectures = podium.store.path.with_name("lectures")
    lectures.mkdir(exist_ok=True)
    question = (
        f'[steps.question]\nid = "long"\nkind = "own"\ntext = "{LONG}"\nchoices = ["{LONG[:80]}", "B"]\nright = 0\n'
    )
    steps = f'[[steps]]\nkind = "predict"\ntitle = "{LONG}"\nnotes = "{LONG}"\n{question}' * 2
    (lectures / "long.toml").write_text(f'title = "Long"\npreset = "Short"\n{steps.replace("long", "longer", 1)}')
    present(podium.url, "go", "long", 0)
    for path, text in (("present", page.locator(".rc-voting li").first), ("notes", page.locator(".rc-next b"))):
        page.goto(f"{podium.url}/{path}")
        expect(text).to_be_visible()
        page.wait_for_function(
            "(({ scrollWidth, clientWidth }) => scrollWidth === clientWidth)(document.querySelector('.stMain'))"
        )
    present(podium.url, "end")


def test_a_wall_that_lost_what_was_drawn_for_it_is_drawn_again(podium: Server, page: Page) -> None:
    """Streamlit drops what a page has drawn if a fragment ticks before it was sent; later ticks see nothing to do."""
    line, foot = SlowLine(page), page.locator(".rc-wall-foot")
    present(podium.url, "go", "memory", 0)
    page.goto(f"{podium.url}/present")
    expect(foot).to_have_text(re.compile("^1 /"))
    page.locator(".rc-keys").wait_for(state="attached")
    loaded = page.evaluate("performance.timeOrigin")
    line.hold()
    present(podium.url, "go", "memory", 1)
    line.lose(f'data-version="{present(podium.url, "state")["version"]}"'.encode())
    line.go_on()
    expect(foot).to_have_text(re.compile("^2 /"))
    assert page.evaluate("performance.timeOrigin") == loaded, "to load it anew is the last resort"
