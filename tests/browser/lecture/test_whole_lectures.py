"""Shipped lectures from their beginning to their end: with a wall, notes and phones, and without a wall."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.paths import SHIPPED_LECTURES
from tests.browser.lecture.test_wall_fits import GATED, answer
from tests.kit.chromium import opened_page
from tests.kit.phones import present
from tests.kit.servers import Server
from tests.kit.visits import broken_rules
from tests.kit.waiting import until

NAMES = sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml"))
SHIPPED = [pytest.param(name, marks=() if name == GATED else pytest.mark.lecture) for name in NAMES]
LIVE = "luck"
"""A lecture whose networks are trained by its phones and its wall."""
WALL: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
QUIET = 1.5
"""Seconds without a change after which a page shows all that it was sent."""
CONTENT = """() => {
    const all = (query) => [...document.querySelectorAll(query)].filter((node) => node.checkVisibility());
    const words = ({ childNodes }) => [...childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data);
    return [
        ...all("body :not(svg *, script, noscript *)").flatMap(words).filter((text) => text.trim()),
        ...all("[aria-label]").map((node) => node.getAttribute("aria-label")),
        ...all("img").map((node) => node.src),
    ];
}"""
"""Texts, what charts and bars tell those who do not see them, and codes."""


def contents(*pages: Page) -> list[list[str]]:
    """Returns all that pages show, once nothing has changed on any for a while."""
    last, since = list[list[str]](), time.monotonic()
    while time.monotonic() - since < QUIET:
        if (now := [page.evaluate(CONTENT) for page in pages]) != last:
            last, since = now, time.monotonic()
        pages[0].wait_for_timeout(100)
    return last


def wait_for(expected: list[list[str]], *pages: Page) -> None:
    """Waits until pages show this; an outcome follows its curves."""
    until(lambda: [page.evaluate(CONTENT) for page in pages] == expected)


def lead(url: str, lecture: Lecture, leaders: list[Page], phones: list[Page]) -> Iterator[None]:
    """Leads a lecture by the first leader's keys to its end; yields before each press."""
    for index, step in enumerate(lecture.steps):
        for page in (*leaders, *phones):
            expect(page.locator("#title")).to_have_text(step.title)
        vote(url, step, phones)
        while True:
            yield
            if index + 1 == len(lecture.steps):
                return
            with leaders[0].expect_response("**/stage/press"):  # it is carried out by then
                leaders[0].keyboard.press("PageDown")
            if present(url, "state")["step"] > index:
                break


def vote(url: str, step: Step, phones: list[Page]) -> None:
    """Has the phones answer a step's question."""
    if step.question is None:
        return
    for place, phone in enumerate(phones):
        message = {"question": step.question.id, "round": 1, "answer": answer(step.question, place)}
        assert phone.request.post(f"{url}/join/answer", data=message, headers={"Origin": url}).ok
        phone.reload()  # a page learns of an answer that it did not send itself with the next news at the latest
        expect(phone.locator("#title")).to_have_text(step.title)


@contextlib.contextmanager
def opened(browser: Browser, url: str, *names: str) -> Iterator[list[Page]]:
    """Opens pages by their names, each in a browser of its own."""
    with contextlib.ExitStack() as windows:
        pages = []
        for name in names:
            page = windows.enter_context(opened_page(browser, **PHONE if name == "join" else WALL))
            page.goto(f"{url}/{name}")
            pages.append(page)
        yield pages


@pytest.mark.parametrize("name", SHIPPED)
def test_every_wall_shows_the_same_at_every_step_and_phones_get_the_same_lecture_without_any(
    podium: Server, browser: Browser, name: str
) -> None:
    lecture, with_wall = find(name), list[list[list[str]]]()
    present(podium.url, "go", name, 0)
    with opened(browser, podium.url, "wall", "wall", "notes", "join", "join") as (wall, second, notes, *phones):
        for _ in lead(podium.url, lecture, [wall, notes], phones):
            expected, *seen = contents(wall, *phones)
            with_wall.append(seen)
            second.goto(f"{podium.url}/wall")
            wait_for([expected], second)
            second.goto("about:blank")
    present(podium.url, "end")
    present(podium.url, "go", name, 0)
    with opened(browser, podium.url, "notes", "join", "join") as (notes, *phones):
        for place, _ in enumerate(lead(podium.url, lecture, [notes], phones)):
            if name != LIVE:  # no wall trains there
                wait_for(with_wall[place], *phones)
            assert phones[0].evaluate("document.documentElement.scrollWidth") == PHONE["width"]
            assert broken_rules(phones[0]) == []
    present(podium.url, "end")
