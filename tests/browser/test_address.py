"""What a visitor has chosen stands in the page's address: a reload and the way back show the same."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from rnn_compare.presets import EQUAL_PARAMETERS, PHONES
from tests.kit.servers import Server
from tests.kit.visits import open_more, settle

TEXT = "A good film and no more"


def stands_at_word(page: Page, number: int, words: int) -> None:
    page.get_by_text(f"word {number} of {words}", exact=True).first.wait_for()
    settle(page)  # while it is drawn anew, all of it may be there twice
    expect(page.get_by_text(f"word {number} of {words}", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Review", exact=True)).to_have_value(TEXT)
    expect(page.locator(".rc-cells section")).to_have_count(1)


def test_networks_weights_text_and_the_word_at_hand_come_back(server: Server, pair: str, page: Page) -> None:
    page.goto(f"{server.url}/inside?show={pair}")
    settle(page)
    page.get_by_role("button", name="Remove SimpleRNN(8)").click()
    page.get_by_role("radio", name="last", exact=True).click()
    page.get_by_role("textbox", name="Review", exact=True).fill(TEXT)
    page.get_by_role("button", name="Ask the networks").click()
    stands_at_word(page, 1, 6)
    for _ in range(2):
        page.get_by_role("button", name="Next word (Shift + arrow right)").click()
    stands_at_word(page, 3, 6)
    expect(page).to_have_url(re.compile("word=3"))

    page.reload()
    stands_at_word(page, 3, 6)
    expect(page.get_by_role("radio", name="last", exact=True)).to_be_checked()

    page.get_by_role("link", name="Try a review").click()
    expect(page.locator(".rc-verdicts section")).to_have_count(1)
    page.get_by_role("link", name="Inside the cell").click()
    stands_at_word(page, 3, 6)


def test_the_back_button_leads_through_the_pages_that_were_seen(server: Server, pair: str, page: Page) -> None:
    page.goto(f"{server.url}/?show={pair}")
    cards = page.locator("article.rc-card")
    expect(cards).to_have_count(2)
    page.get_by_role("link", name="Inside the cell").click()
    expect(page.locator(".rc-cells section")).to_have_count(2)
    page.get_by_role("radio", name="Equations").click()
    expect(page.get_by_role("heading", name="LSTM", exact=True)).to_be_visible()
    open_more(page, "Runs")
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="LSTM", exact=True)).to_be_visible()
    while urlsplit(page.url).path != "/":
        page.go_back()
        settle(page)
    expect(cards).to_have_count(2)


def test_every_setting_of_a_preset_stands_in_the_address(server: Server, page: Page) -> None:
    """Also of widgets that were not drawn before, below *More settings*."""
    chosen = page.locator(".st-key-presets button").first
    page.goto(server.url)
    for preset in (PHONES, EQUAL_PARAMETERS):
        settle(page)
        chosen.click()
        page.locator("[data-testid=stPopoverBody] label", has_text=preset.name).click()
        expect(chosen).to_contain_text(preset.name)
    settle(page)
    page.reload()
    expect(chosen).to_contain_text(EQUAL_PARAMETERS.name)
