"""The first page as a newcomer sees it on a projector, what a browser fetches for it, and its menu on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.kit.caches import lend
from tests.kit.chromium import PATIENCE
from tests.kit.servers import Server, serving
from tests.kit.visits import settle
from tests.kit.waiting import until

MAIN = ("Preset", "Cell type", "Units", "maxlen", "Epochs", "Seeds", "More settings")


def test_nothing_is_fetched_twice_or_in_vain(server: Server, page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(server.url)
    expect(page.locator("[data-chart=loss] .main-svg").first).to_be_visible(timeout=PATIENCE)
    settle(page)
    scripts = [url for url in fetched if url.endswith((".js", ".css"))]
    assert len(scripts) > 100
    assert sorted(set(scripts)) == sorted(scripts)
    # Chromium says so too, but also of what a busy machine uses later than three seconds after it has loaded the page.
    used, preloaded = (
        page.locator(nodes).evaluate_all("nodes => nodes.map(node => node.src || node.href)")
        for nodes in ("script[src], link[rel=stylesheet]", "link[rel=preload]:not([as=font])")
    )
    assert preloaded
    assert [url for url in preloaded if url not in used] == []


MOST_CONTROLS, MOST_SENTENCES, FURTHEST = 20, 5, 60
IN_SIGHT = """selector => [...document.querySelectorAll(selector)].filter((node) => {
  const { left, top, right, bottom, width, height } = node.getBoundingClientRect();
  return width > 1 && height > 1 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
    && node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
})"""
CONTROLS = "a, button, input, select, textarea, summary, [role=slider], [role=switch], [role=tab]"
TEXTS = "p, li, figcaption, h1, h2, h3, h4, text"
JUMPS = """window.jumps = [0];
const jump = ({ node, previousRect, currentRect }) => {
  const top = currentRect.height ? currentRect.top : node?.getBoundingClientRect().top;
  return previousRect.height ? Math.abs((top ?? previousRect.top) - previousRect.top) : 0;
};
new PerformanceObserver(list => list.getEntries().forEach(({ sources }) => window.jumps.push(...sources.map(jump))))
  .observe({ type: "layout-shift", buffered: true });"""
"""By how far each node has moved in the window: the rectangle of what is below its edge is empty, with its top at 0."""


@pytest.fixture
def newcomer(prepared_cache: Path, tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A visitor's page at a server that starts for the first time, with the recordings that the program ships."""
    monkeypatch.setenv(FIRST_START_VARIABLE, "1")
    page.add_init_script(JUMPS)
    with serving(lend(prepared_cache, tmp_path / "cache")) as running:
        page.goto(running.url)
        yield page


def test_a_newcomer_sees_the_result_and_little_else_and_each_way_leads_on_without_loading_the_page_anew(
    newcomer: Page,
) -> None:
    result = newcomer.get_by_role("list", name="The result")
    expect(result).to_contain_text(re.compile(r"LSTM\(32\) is (better than|ahead of) Simple"), timeout=PATIENCE)
    expect(newcomer.locator("[data-chart=loss] .main-svg").first).to_be_visible(timeout=PATIENCE)
    settle(newcomer)
    furthest = newcomer.evaluate("Math.max(...jumps)")  # in pixels, of what has moved while the page was loading
    for seen in (
        newcomer.get_by_role("heading", name="RNN Compare"),
        newcomer.get_by_text("For lecturers and students of recurrent networks."),
        *newcomer.get_by_role("navigation", name="Ways on").get_by_role("link").all(),
        result,
        *(newcomer.get_by_test_id("stSidebar").get_by_text(name, exact=True) for name in MAIN),
        newcomer.get_by_role("button", name="Train again"),
        *(newcomer.locator(f"[data-chart={chart}]") for chart in ("accuracy", "loss")),
    ):
        expect(seen).to_be_in_viewport(ratio=1)
    controls = newcomer.evaluate(
        f"({IN_SIGHT})({CONTROLS!r}).map(node => node.ariaLabel || node.innerText || node.type)"
    )
    assert len(controls) <= MOST_CONTROLS, controls
    sentences = newcomer.evaluate(f"""({IN_SIGHT})({TEXTS!r}).map(node => node.innerText ?? node.textContent)
      .flatMap(text => text.match(/[^.!?]+[.!?](?=\\s|$)/g) ?? [])""")
    assert len(sentences) <= MOST_SENTENCES, sentences
    assert furthest <= FURTHEST

    newcomer.evaluate("window.same = true")
    sidebar = newcomer.get_by_test_id("stSidebar")
    sidebar.hover()
    newcomer.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    newcomer.get_by_role("link", name="Train your own").click()
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    newcomer.get_by_role("link", name="Give a lecture").click()
    expect(newcomer.get_by_role("heading", name="Present")).to_be_visible(timeout=PATIENCE)
    assert newcomer.evaluate("window.same")


def test_a_link_is_copied_also_where_the_browser_has_no_clipboard(server: Server, page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"{server.url}/?units=48")
    settle(page)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Copy link").click()
    answer = page.get_by_role("status").filter(has_text="Link copied (works on this computer only). For others: Invite")
    expect(answer).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_text("More settings").click()
    page.get_by_role("spinbutton", name="Reviews").evaluate("node => node.type = 'text'")
    page.get_by_role("textbox", name="Reviews").press("Control+v")
    expect(page.get_by_role("textbox", name="Reviews")).to_have_value(re.compile("units=48"))


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
    for width, collapsed in ((1280, "false"), (390, "true")):  # however it was left
        page.evaluate("left => localStorage.setItem('stSidebarCollapsed-', left)", str(width > 390).lower())
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(server.url)
        expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", collapsed)
