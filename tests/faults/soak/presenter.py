"""A presenter at a real browser, who sees what the wall shows and presses on, whatever happens to the wall."""

import contextlib
import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright

from tests.kit.chromium import ARGUMENTS

PATIENCE = 300.0
"""Seconds until what must come has come, faults included."""
AT_ONCE, SOON = 1.0, 5.0
"""Seconds after which a presenter presses again who sees something happen, and nothing."""
LOAD = 10_000
"""Milliseconds that a page may take before it is loaded once more."""
SEEN = """() => {
  const text = (name) => document.querySelector(`${name}:not([hidden])`)?.innerText ?? "";
  const all = (name) => [...document.querySelectorAll(name)];
  return {
    title: document.title,
    page: document.body.innerText,
    line: text("#line"),
    number: text("#number span"),
    answered: text("#answered") || text("[data-count=waiting]"),
    status: text(".status"),
    outcome: text("#said"),
    review: text("blockquote"),
    votes: all(".votes li").map((vote) => vote.getAttribute("aria-label")),
    buttons: all("button").map((button) => button.innerText.trim()),
  };
}"""


@dataclass(frozen=True)
class Wall:
    """What the wall, or the notes, show at a moment."""

    title: str
    page: str
    line: str
    number: str
    answered: str
    status: str
    outcome: str
    review: str
    votes: list[str]
    buttons: list[str]

    @property
    def place(self) -> int:
        """The step at hand, from 1; 0 where none is shown."""
        number = re.match(r"[1-9]\d*", self.number)
        return int(number[0]) if number else 0

    @property
    def count(self) -> int:
        match = re.match(r"\d+", self.answered)
        return int(match[0]) if match else 0

    @property
    def takes_presses(self) -> bool:
        """Whether the page is whole and has a line: until then it repeats a press by itself."""
        return not re.match("Connecting|Offline|Not sent yet", self.line)


class Presenter:
    """Gives lectures."""

    def __init__(self, playwright: Playwright, chromium: str, url: str, say: Callable[[str], None]) -> None:
        self._playwright, self._chromium, self._url, self._say = playwright, chromium, url, say
        self.is_closed = threading.Event()
        """Set by a fault: the browser is closed, and opened again."""
        self._where = "wall"
        self._browser: Any = None
        self._page: Page = self._opened()

    def close(self) -> None:
        with contextlib.suppress(PlaywrightError):
            self._browser.close()

    def go(self, where: str) -> None:
        self._where = where
        with contextlib.suppress(PlaywrightError):  # the server may be away: whoever waits loads it once more
            self._page.goto(f"{self._url}/{where}", timeout=LOAD)

    def begin(self, lecture: str) -> None:
        """Begins a lecture on the start page, or opens the wall of one that was begun; both may fail."""
        page = self._page
        with contextlib.suppress(PlaywrightError):
            page.goto(f"{self._url}/present", timeout=LOAD)
            begin = page.locator(f".st-key-begin_{lecture}").get_by_role("button")
            page.get_by_role("button", name="Open the wall").or_(begin).first.click(timeout=LOAD)
            page.wait_for_url("**/wall", timeout=LOAD)
        self._where = "wall"

    def until(
        self,
        what: str,
        seen: Callable[[Wall], object],
        act: Callable[[Wall], object] = lambda _: None,
        patience: float = PATIENCE,
    ) -> Wall:
        """Acts until something is seen. A page that was loaded once comes back by itself, or not at all."""
        deadline, acted = time.monotonic() + patience, -math.inf
        wall = before = None
        while time.monotonic() < deadline:
            if self.is_closed.is_set():
                self._reopen()
            with contextlib.suppress(PlaywrightError):  # it is closed, or on its way to another page
                wall = Wall(**self._page.evaluate(SEEN))
                if seen(wall):
                    return wall
                waited = time.monotonic() - acted
                if waited > SOON or (waited > AT_ONCE and wall != before):
                    before, acted = wall, time.monotonic()
                    if not wall.title or wall.line.startswith("Connecting"):  # the server was away as it was loaded
                        self.go(self._where)
                    elif wall.takes_presses:
                        act(wall)
                self._page.wait_for_timeout(500)
        raise TimeoutError(f"{what} never came; the wall: {wall}")

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def click(self, *buttons: str) -> None:
        for button in buttons:
            locator = self._page.get_by_role("button", name=button, exact=True).first
            if locator.is_visible():
                locator.click(timeout=3000)
                return

    def move(self, wall: Wall, place: int) -> bool:
        if wall.place and wall.place != place:
            self.press("PageDown" if wall.place < place else "ArrowLeft")
        return wall.place != place

    def show_step(self, place: int) -> Wall:
        return self.until(f"step {place}", lambda wall: wall.place == place, lambda wall: self.move(wall, place))

    def _opened(self) -> Page:
        self._browser = self._playwright.chromium.launch(executable_path=self._chromium, args=ARGUMENTS)
        self._page = self._browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        self.go(self._where)
        return self._page

    def _reopen(self) -> None:
        self._say("the browser is closed, and opened again")
        self.close()
        self._opened()
        self.is_closed.clear()
