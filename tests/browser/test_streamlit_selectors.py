"""Names in Streamlit's pages that it does not promise: this is the list of those that program and tests rely on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.kit.servers import PROJECT, Server
from tests.kit.visits import open_more, settle
from tests.kit.waiting import until

SMALL = "units=4&maxlen=10&reviews=100&embedding_size=4&vocabulary_size=100&epochs=1"
TEST_IDS = {
    *("InputInstructions", "stApp", "stBaseButton-secondary", "stBidiComponentRegular", "stButtonGroup"),
    *("stCaptionContainer", "stCheckbox", "stCode", "stDataFrame", "stElementContainer", "stExpandSidebarButton"),
    *("stFullScreenFrame", "stHeader", "stHeaderActionElements", "stHorizontalBlock", "stIconMaterial", "stMain"),
    *("stMainBlockContainer", "stMarkdown", "stMarkdownContainer", "stMultiSelect", "stMultiSelectTagsContainer"),
    *("stNumberInput", "stNumberInputContainer", "stPopoverBody", "stSidebar", "stSidebarCollapseButton"),
    *("stSidebarHeader", "stSidebarNavItems", "stSidebarNavLink", "stSidebarUserContent", "stSliderThumbValue"),
    *("stTab", "stTextArea", "stTextAreaRootElement", "stTextInputRootElement", "stToastContainer", "stToolbar"),
    *("stTooltipContent", "stTooltipIcon", "stTopNavLink", "stVerticalBlock", "stWidgetLabel"),
}
UNSEEN = {"stException"}
"""What no page may show."""
ATTRIBUTES = {"data-test-connection-state", "data-test-script-state"}
USES = re.compile(r"""data-testid=\\?["']?([\w-]+)|get_by_test_id\(["']([\w-]+)|(data-test-[\w-]+)""")
ON_THE_PAGE = "() => [...document.querySelectorAll('[data-testid]')].map((node) => node.dataset.testid)"


def test_none_is_used_that_is_not_in_the_list() -> None:
    rooms = [PROJECT / room for room in ("rnn_compare", "tests", "benchmarks")]
    files = {path for room in rooms for kind in ("py", "js", "css") for path in room.rglob(f"*.{kind}")}
    uses = [match for path in files - {Path(__file__)} for match in USES.finditer(path.read_text())]
    assert {match[match.lastindex or 0] for match in uses} == TEST_IDS | UNSEEN | ATTRIBUTES


@pytest.mark.usefixtures("pair")
def test_each_is_found_on_a_page(server: Server, page: Page) -> None:
    seen = set[str]()

    def look() -> None:
        settle(page)
        seen.update(page.evaluate(ON_THE_PAGE))

    page.goto(f"{server.url}/?cell=GRU&{SMALL}")
    look()
    for attribute in ATTRIBUTES:
        assert page.locator(f"[{attribute}]").count(), attribute
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Help for Units").hover()
    page.get_by_test_id("stTooltipContent").wait_for()
    look()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Share").click()
    look()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_test_id("stToastContainer").wait_for()
    look()
    until(lambda: server.store.runs()[-1].status.ended)
    page.goto(f"{server.url}/inside")
    page.get_by_role("textbox", name="Review", exact=True).press_sequentially("A good film")
    look()
    open_more(page, "Runs")
    settle(page)
    page.get_by_test_id("stDataFrame").click(position={"x": 18, "y": 54})
    page.get_by_test_id("stTab").first.wait_for()
    page.get_by_role("tab", name="Keras' summary").click()
    page.get_by_test_id("stCode").first.wait_for()
    look()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/present")
    look()
    assert TEST_IDS - seen == set()
    assert not UNSEEN & seen
