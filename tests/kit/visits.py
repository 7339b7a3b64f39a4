"""Every page and every view of the program, and how a test gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

STILL = """async () => {
    const places = () => JSON.stringify(
        [...document.querySelectorAll("[data-testid=stMain] *, #step *")].map((node) => node.getBoundingClientRect())
    );
    for (let before, now = places(), same = 0; same < 3; before = now) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        now = places();
        same = now === before ? same + 1 : 0;
    }
}"""
INSIDE = ("Memory", "Words", "Equations")
PAGES = ("", "try", "inside", "reviews", "runs", "present", "notes", "wall")


@dataclass(frozen=True)
class Visit:
    """A view of a page.

    Attributes:
        name: What it is called.
        path: Where it is.
        act: What is done there until the view is open.
    """

    name: str
    path: str
    act: Callable[[Page], None] = lambda _: None

    def open(self, page: Page, url: str) -> None:
        """Goes there and waits until it is drawn."""
        page.goto(f"{url}/{self.path}")
        settle(page)
        self.act(page)
        settle(page)


def settle(page: Page) -> None:
    """Waits until Streamlit has run the page, or a page of a lecture has heard the server, and nothing changes."""
    page.locator(
        "[data-test-script-state=notRunning] [data-testid=stMainBlockContainer]"
        " [data-testid=stElementContainer]:not(.st-key-access, .st-key-menu), #line:empty"
    ).first.wait_for(state="attached")
    page.evaluate(
        """() => new Promise((resolve) => {
             let timer = setTimeout(resolve, 150);
             const quiet = () => { clearTimeout(timer); timer = setTimeout(resolve, 150); };
             new MutationObserver(quiet).observe(document.body, { childList: true, subtree: true });
             setTimeout(resolve, 1500);
           })"""
    )


def open_more(page: Page, name: str) -> None:
    """Goes to a page that stands below *More* in the menu."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


def zoom_in(page: Page, chart: str) -> None:
    """Draws a rectangle into a chart, once it keeps its place: what stands above may be drawn later."""
    plot = page.locator(f"{chart} .nsewdrag")
    plot.hover()
    box = plot.bounding_box()
    assert box is not None
    plot.hover(position={"x": 0.2 * box["width"], "y": 0.2 * box["height"]})
    page.mouse.down()
    plot.hover(position={"x": 0.6 * box["width"], "y": 0.7 * box["height"]}, force=True)
    page.mouse.up()


def choose(view: str) -> Callable[[Page], None]:
    """Chooses one of the page's views."""
    return lambda page: page.get_by_role("radio", name=view, exact=True).click()


def ask(page: Page) -> None:
    """Has the networks read a review."""
    page.get_by_role("textbox", name="Review", exact=True).fill("A good film <b>zzyzx</b> and no more")
    page.get_by_role("button", name="Ask the networks").click()


def unfold(name: str) -> Callable[[Page], None]:
    """Opens a part of a page that is folded."""
    return lambda page: page.locator("summary", has_text=name).first.click()


def _tick(*rows: int) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        table = page.get_by_test_id("stDataFrame")
        for row in rows:
            table.click(position={"x": 18, "y": 36 * row + 54})
            settle(page)

    return act


def visits(gates: str, attention: str) -> tuple[Visit, ...]:
    """Returns what there is to see once networks were trained: four with ever more gates, and one with attention."""
    return (
        Visit("compare", ""),
        Visit("four networks", f"?show={gates}"),
        Visit("before asking", f"try?ask={gates}"),
        Visit("try", f"try?ask={gates}", ask),
        Visit("word by word", f"inside?ask={gates}", ask),
        *(Visit(view.lower(), f"inside?ask={gates}", choose(view)) for view in INSIDE),
        Visit("attention", f"inside?ask={attention}", choose("Attention")),
        Visit("reviews", "reviews"),
        Visit("own texts", "reviews", unfold("Your own texts")),
        Visit("runs", "runs"),
        Visit("a run", "runs", _tick(0)),
        Visit("two runs", "runs", _tick(0, 1)),
        Visit("present", "present"),
        Visit("notes", "notes"),
        Visit("wall", "wall"),
        Visit("chance", "chance"),
    )


AXE = f"() => {{ {Path(axe_playwright_python.__file__).with_name('axe.min.js').read_text(encoding='utf-8')} }}"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SETTLED_COLORS = """async () => {
    const colors = () => [...document.querySelectorAll("*")].map((node) => {
        const { color, fill } = getComputedStyle(node);
        return color + fill;
    }).join();
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    if (window.settledInDark === isDark) return;
    window.settledInDark = isDark;
    for (let before, now = colors(), same = 0, looks = 0; same < 3 && looks < 50; looks += 1, before = now) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        now = colors();
        same = now === before ? same + 1 : 0;
    }
}"""
"""Another scheme comes to text inside text frame by frame, and to charts when they next look, each second."""
KNOWN = {
    # KaTeX takes no focus (its pull request 4182 was closed). Chromium and Firefox let the keyboard scroll it anyway.
    ("scrollable-region-focusable", "katex-display")
}


def broken_rules(page: Page, *more: str) -> list[str]:
    """Returns what axe finds by WCAG 2.2, AA, a line for each element.

    Args:
        page: As it is, once its colours have settled.
        more: Rules that axe looks at only when asked.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)  # no script of the page's, which some forbid
    page.evaluate(SETTLED_COLORS)
    results = page.evaluate(
        "([tags, rules]) => axe.run(document, { runOnly: tags, rules, resultTypes: ['violations'] })",
        [RULES, {rule: {"enabled": True} for rule in more}],
    )
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in results["violations"]
        for node in violation["nodes"]
        if not any(violation["id"] == rule and element in node["html"] for rule, element in KNOWN)
    ]
