"""The pages on a phone: their names are in a menu, which says what it is and is out of the way after a choice."""

from playwright.sync_api import Page, expect

from tests.kit.servers import Server


def test_the_menu_leads_to_another_page_and_shuts(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/reviews")
    menu, header = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stHeader")
    expect(menu).to_have_css("content", '"Menu"', pseudo="after")
    expect(header).to_have_css("content", '"Reviews"', pseudo="after")
    menu.click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Runs").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    expect(menu).to_be_visible()
    expect(header).to_have_css("content", '"Runs"', pseudo="after")
