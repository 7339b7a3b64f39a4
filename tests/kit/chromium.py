"""One browser for all tests that need a real one: Playwright can be started once in a process."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

BROWSER_VARIABLE = "RNN_COMPARE_CHROMIUM"
REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_BROWSER"
CANDIDATES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
"""The first draws no window around the page."""
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = [
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # else letters are wider than in a browser with a window
    "--renderer-process-limit=1",  # a page then finds the scripts compiled that the page before it has compiled
]
PATIENCE = 120_000
"""Milliseconds that a page may take for anything: these tests are about what happens, not how fast."""
expect.set_options(timeout=PATIENCE)
# Milliseconds; by itself it asks at each frame, and a page that waits draws sixty of them a second.
Page.wait_for_function.__kwdefaults__["polling"] = 100  # type: ignore[index]  # None for a function without any


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the system's Chromium or Chrome is; without one the test is skipped."""
    path = os.environ.get(BROWSER_VARIABLE) or next(filter(None, map(shutil.which, CANDIDATES)), None)
    path = path or next(filter(os.path.exists, APPLICATIONS), None)
    if path is None:
        sentence = f"No Chromium was found. Install it, or name it by {BROWSER_VARIABLE}."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


@contextlib.contextmanager
def launched(chromium: str) -> Iterator[Browser]:
    """A browser until the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")  # Playwright's event loop would be in the way of later tests that have their own
def browser(chromium: str) -> Iterator[Browser]:
    """The system's Chromium or Chrome."""
    with launched(chromium) as running:
        yield running


@contextlib.contextmanager
def opened_window(browser: Browser, width: int = 1280, height: int = 720, **options: Any) -> Iterator[BrowserContext]:
    """A window with an empty page until the end, on a projector unless another size is given."""
    # A server of the tests vouches for itself. What moves is drawn again and again by the processor.
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=size, ignore_https_errors=True, reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    context.new_page()
    yield context
    context.close()


@contextlib.contextmanager
def opened_page(browser: Browser, width: int = 1280, height: int = 720, **options: Any) -> Iterator[Page]:
    """The page of such a window until the end; no script of it fails."""
    errors: list[str] = []
    with opened_window(browser, width, height, **options) as window:
        window.pages[0].on("pageerror", lambda error: errors.append(str(error)))
        yield window.pages[0]
    assert not errors, errors


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window that stays open: opening another takes half as long as to draw a page."""
    with opened_window(browser) as opened:
        yield opened


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A new visitor: nothing of an earlier one is kept but files."""
    opened = window.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    forget(window)
    assert not errors, errors


def forget(window: BrowserContext) -> None:
    """Closes a window's pages, all but the first, and keeps nothing of their visitor but files."""
    for tab in window.pages[1:]:
        with contextlib.suppress(PlaywrightError):  # it may be anywhere
            tab.evaluate("localStorage.clear()")
        tab.close()
    window.clear_cookies()
    window.set_offline(False)  # a test that fails may have left it so


@contextlib.contextmanager
def visited(browser: Browser, address: str, selector: str, script: str = "", **options: Any) -> Iterator[Page]:
    """A new visitor's page until the end; its scripts raise no error and write nothing into the console.

    Args:
        browser: Where it is opened.
        address: What is opened.
        selector: The block begins once an element of it is seen.
        script: Runs before the page's own.
        options: Of the window.
    """
    with contextlib.closing(browser.new_context(**options)) as context:
        context.set_default_timeout(PATIENCE)
        page, messages = context.new_page(), list[str]()
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("console", lambda message: messages.append(message.text))
        page.add_init_script(script)
        page.goto(address)
        page.locator(selector).first.wait_for()
        yield page
        assert messages == [], messages
