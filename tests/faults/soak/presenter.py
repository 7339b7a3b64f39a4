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

from tests.chromium import ARGUMENTS

PATIENCE = 300.0
"""Seconds until what must come has come, faults included."""
AT_ONCE, SOON, TRIES = 1.0, 5.0, 3
"""Seconds after which a presenter presses again who sees something happen, and nothing; how often until the page is
loaded anew."""
LOAD = 10_000
"""Milliseconds that a page may take before it is loaded once more."""
SEEN = """() => {
  const text = (found) => document.querySelector(found)?.innerText ?? "";
  const all = (found) => [...document.querySelectorAll(found)];
  return {
    page: text(".stMain"),
    foot: text(".rc-wall-foot"),
    answered: text(".rc-answered"),
    status: text(".rc-wall-status"),
    outcome: text(".rc-outcome"),
    review: text(".rc-from-the-hall"),
    votes: all(".rc-votes li").map((vote) => vote.getAttribute("aria-label")),
    buttons: all(".stMain button, [data-testid=stPopoverBody] button").map((button) => button.innerText.trim()),
  };
}"""


@dataclass(frozen=True)
class Wall:
    """What the wall shows at a moment."""

    page: str
    foot: str
    answered: str
    status: str
    outcome: str
    review: str
    votes: list[str]
    buttons: list[str]

    @property
    def place(self) -> int:
        """The step at hand, from 1; 0 where none is shown."""
        number = re.match(r"\d+", self.foot)
        return int(number[0]) if number else 0

    @property
    def number(self) -> int:
        """How many have answered, or wait to be read."""
        match = re.match(r"\d+", self.answered)
        return int(match[0]) if match else 0

    def has(self, button: str) -> bool:
        """Tells whether there is a button; its icon is a word too."""
        return any(button in text.splitlines() for text in self.buttons)


class Presenter:
    """Gives lectures.

    Args:
        playwright: Drives the browser.
        chromium: Where the browser is.
        url: The server's address.
        say: Takes a line for whoever watches.
    """

    def __init__(self, playwright: Playwright, chromium: str, url: str, say: Callable[[str], None]) -> None:
        self._playwright, self._chromium, self._url, self._say = playwright, chromium, url, say
        self.is_closed = threading.Event()
        """Set by a fault: the browser is closed, and opened again."""
        self._where = "present"
        self._browser: Any = None
        self._page: Page = self._opened()

    def close(self) -> None:
        """Closes the browser."""
        with contextlib.suppress(PlaywrightError):
            self._browser.close()

    def go(self, where: str) -> None:
        """Goes to a page."""
        self._where = where
        self._load()

    def until(
        self,
        what: str,
        seen: Callable[[Wall], object],
        act: Callable[[Wall], None] = lambda _: None,
        patience: float = PATIENCE,
    ) -> Wall:
        """Acts until something is seen, and loads the page anew where nothing comes of it.

        Raises:
            TimeoutError: If it is never seen.
        """
        deadline, acted, tries = time.monotonic() + patience, -math.inf, 0
        wall = before = None
        while time.monotonic() < deadline:
            if self.is_closed.is_set():
                self._reopen()
            try:
                wall = Wall(**self._page.evaluate(SEEN))
                if seen(wall):
                    return wall
                waited = time.monotonic() - acted
                if waited > SOON or (waited > AT_ONCE and wall != before):
                    tries = 0 if wall != before else tries + 1
                    before, acted = wall, time.monotonic()
                    if tries < TRIES:
                        act(wall)
                    else:
                        self._load()
                self._page.wait_for_timeout(500)
            except PlaywrightError:
                time.sleep(0.5)
                self._load()
        raise TimeoutError(f"{what} never came; the wall: {wall}")

    def press(self, key: str) -> None:
        """Presses a key."""
        self._page.keyboard.press(key)

    def click(self, button: str, inside: str = "body") -> None:
        """Clicks a button, if it is there."""
        locator = self._page.locator(inside).get_by_role("button", name=button, exact=True).first
        with contextlib.suppress(PlaywrightError):
            locator.click(timeout=3000)

    def show_step(self, place: int) -> Wall:
        """Goes on, or back, to a step."""

        def move(wall: Wall) -> None:
            if wall.place:
                self.press("PageDown" if wall.place < place else "ArrowLeft")

        wall = self.until(f"step {place}", lambda wall: wall.place >= place, move)
        return wall if wall.place == place else self.until(f"step {place}", lambda wall: wall.place == place, move)

    def _opened(self) -> Page:
        self._browser = self._playwright.chromium.launch(executable_path=self._chromium, args=ARGUMENTS)
        self._page = self._browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        self._load()
        return self._page

    def _reopen(self) -> None:
        self._say("the browser is closed, and opened again")
        self.close()
        self._opened()
        self.is_closed.clear()

    def _load(self) -> None:
        with contextlib.suppress(PlaywrightError):  # the server may be away: whoever waits loads it once more
            self._page.goto(f"{self._url}/{self._where}", timeout=LOAD)
            self._page.locator(".stMain h1, .stMain h2, .stMain button").first.wait_for(timeout=LOAD)
