"""The pages on a phone: their names are in a menu, which says what it is and is out of the way after a choice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.chromium import opened_window
from tests.kit.servers import Server
from tests.kit.visits import settle


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with opened_window(browser, 390, 844, has_touch=True) as window:
        yield window.pages[0]


def says(phone: Page, test_id: str, word: str) -> None:
    """Waits until a part of Streamlit's page says a word that our style sheet writes there."""
    phone.wait_for_function(
        """([id, word]) => {
             const node = document.querySelector(`[data-testid=${id}]`);
             return node && getComputedStyle(node, "::after").content === JSON.stringify(word);
           }""",
        arg=[test_id, word],
    )


def test_the_menu_leads_to_another_page_and_shuts(server: Server, phone: Page) -> None:
    phone.goto(f"{server.url}/reviews")
    settle(phone)
    says(phone, "stExpandSidebarButton", "Menu")
    says(phone, "stHeader", "Reviews")
    menu = phone.get_by_test_id("stExpandSidebarButton")
    menu.click()
    phone.get_by_test_id("stSidebarNavLink").filter(has_text="Runs").click()
    expect(phone.get_by_role("heading", name="Runs")).to_be_visible()
    expect(phone.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    expect(menu).to_be_visible()
    says(phone, "stHeader", "Runs")
