"""The pages on a phone: their names are in a menu, which says what it is and is out of the way after a choice."""

import re

from playwright.sync_api import Page, expect

from tests.kit.servers import Server
from tests.kit.waiting import until


def test_the_menu_leads_to_another_page_and_shuts_and_a_box_holds_a_whole_example(
    server: Server, pair: str, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/try?show={pair}")
    page.get_by_role("button", name="Turn at the end").click()
    box = page.get_by_role("textbox", name="Review", exact=True)
    expect(box).to_have_value(re.compile("^The first hour"))
    until(lambda: box.evaluate("node => node.scrollHeight <= node.clientHeight + 1 && node.clientHeight >= 5 * 27"))
    menu, header = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stHeader")
    expect(menu).to_have_css("content", '"Menu"', pseudo="after")
    expect(header).to_have_css("content", '"Try a review"', pseudo="after")
    menu.click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Runs").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    expect(header).to_have_css("content", '"Runs"', pseudo="after")
