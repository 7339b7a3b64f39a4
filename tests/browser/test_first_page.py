"""What a browser fetches for the first page."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.visits import settle
from tests.chromium import PATIENCE

UNUSED_IS_SAID_MS = 4000  # Chromium says three seconds after a page was loaded what was preloaded in vain


def test_nothing_is_fetched_twice_or_in_vain(server: Server, page: Page) -> None:
    fetched: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(server.url)
    expect(page.locator("[data-chart=loss] .main-svg").first).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.wait_for_timeout(UNUSED_IS_SAID_MS)
    scripts = [url for url in fetched if url.endswith((".js", ".css"))]
    assert len(scripts) > 100
    assert sorted(set(scripts)) == sorted(scripts)
    assert [text for text in said if "preload" in text] == []
