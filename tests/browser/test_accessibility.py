"""Every page and view by the rules of WCAG 2.2, AA, that a program can check: light and dark, on a wall and a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Hall
from tests.kit.chromium import opened_window
from tests.kit.phones import BEST, PlainPhone, present, put
from tests.kit.servers import Server
from tests.kit.visits import PAGES, VISITS, Visit, settle

AXE = f"() => {{ {Path(axe_playwright_python.__file__).with_name('axe.min.js').read_text(encoding='utf-8')} }}"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS: tuple[ViewportSize, ...] = ({"width": 1280, "height": 720}, {"width": 390, "height": 844})
SEEN: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("light", SCREENS[0]), ("dark", SCREENS[1]))
"""In the gate; test_screens.py looks at all schemes and sizes."""
GATED = {"compare", "word by word", "present", "notes", "wall"}
"""Visits of the gate; ``pytest -m screens`` makes all."""
SETTLED_COLORS = """async () => {
    const colors = () => [...document.querySelectorAll("*")].map((node) => {
        const { color, fill } = getComputedStyle(node);
        return color + fill;
    }).join();
    for (let before, now = colors(), same = 0, looks = 0; same < 3 && looks < 50; looks += 1, before = now) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        now = colors();
        same = now === before ? same + 1 : 0;
    }
}"""
"""Another scheme comes to text inside text frame by frame, and to charts when they next look, each second."""
TOKENS = (
    *("atrule", "attr-name", "attr-value", "boolean", "builtin", "cdata", "char", "class-name", "comment", "constant"),
    *("decorator", "doctype", "entity", "function", "important", "keyword", "number", "operator", "prolog", "property"),
    *("punctuation", "regex", "selector", "string", "symbol", "tag", "url", "variable"),
)
"""What Prism, which colours code for Streamlit, calls words; one may stand in another."""
KNOWN = {
    # KaTeX takes no focus (its pull request 4182 was closed). Chromium and Firefox let the keyboard scroll it anyway.
    ("scrollable-region-focusable", "katex-display")
}


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """One visitor for all pages: scripts are fetched once."""
    with opened_window(browser) as window:
        yield window.pages[0]


def broken_rules(page: Page, *more: str) -> list[str]:
    """What axe finds, a line for each element; ``more`` are rules that it looks at only when asked."""
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


def check(page: Page, *more: str) -> None:
    problems = []
    for scheme, screen in SEEN:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(screen)
        settle(page)
        problems += [f"{scheme}, {screen['width']} wide: {line}" for line in broken_rules(page, *more)]
    assert not problems, "\n".join(problems)


@pytest.mark.thorough
@pytest.mark.parametrize("path", PAGES)
def test_pages_break_no_rule_before_anything_was_trained(bare_server: Server, visitor: Page, path: str) -> None:
    visitor.goto(f"{bare_server.url}/{path}")
    check(visitor)


def test_each_page_has_a_title_of_its_own(bare_server: Server, visitor: Page) -> None:
    titles = "Compare", "Try a review", "Inside the cell", "Reviews", "Runs", "Present", "Notes", "Wall"
    for path, title in zip(PAGES, titles, strict=True):
        visitor.goto(f"{bare_server.url}/{path}")
        expect(visitor).to_have_title(f"{title} · RNN Compare")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("pair")
def test_every_kind_of_word_can_be_read_in_a_block_of_code(
    server: Server, visitor: Page, scheme: Literal["light", "dark"]
) -> None:
    visitor.emulate_media(color_scheme=scheme)
    visitor.goto(f"{server.url}/inside?view=Equations")
    visitor.locator("[data-testid=stCode] .token").first.wait_for()
    visitor.evaluate(
        """(kinds) => document.querySelector("[data-testid=stCode] code").append(
            ...kinds.flatMap((outer) => [null, ...kinds].map((inner) => {
                const [word, within] = [outer, inner].map((kind) =>
                    Object.assign(document.createElement("span"), { className: `token ${kind}`, textContent: kind }));
                if (inner) word.append(within);
                return [word, "\\n"];
            }).flat()))""",
        TOKENS,
    )
    assert not broken_rules(visitor)


@pytest.mark.parametrize("visit", [visit for visit in VISITS if visit.name in GATED], ids=lambda visit: visit.name)
@pytest.mark.usefixtures("pair")
def test_pages_break_no_rule_with_what_was_trained(server: Server, visitor: Page, visit: Visit) -> None:
    visitor.set_viewport_size(SCREENS[0])
    visit.open(visitor, server.url)
    check(visitor, "target-size")


def answer_and_close(hall: Hall) -> None:
    present(hall.url, "open_vote")
    PlainPhone(hall.url.removeprefix("http://")).answer(1)
    present(hall.url, "close_vote")


def reveal_with_a_review(hall: Hall) -> None:
    answer_and_close(hall)
    present(hall.url, "show_runs", hall.runs)
    present(hall.url, "open_reviews", True)
    phone = PlainPhone(hall.url.removeprefix("http://"))
    phone.send("review", {"text": "A good film."})
    present(hall.url, "show_review", present(hall.url, "reviews")[0]["id"], ["LSTM(32): positive, 71 %"])
    present(hall.url, "reveal")


CURVE = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "LSTM(32)", "epochs": 4}
LEAD = {"id": "lead", "kind": "lead", "text": "By how much?"}


@pytest.mark.parametrize(
    ("question", "act"),
    [
        pytest.param(BEST, lambda hall: present(hall.url, "open_vote"), id="open"),
        pytest.param(BEST, answer_and_close, id="closed"),
        pytest.param(BEST, reveal_with_a_review, id="revealed"),
        pytest.param(LEAD, lambda hall: present(hall.url, "open_vote"), id="slider"),
        pytest.param(CURVE, lambda hall: present(hall.url, "open_vote"), id="drawing"),
    ],
)
def test_the_page_for_phones_breaks_no_rule(
    hall: Hall, browser: Browser, question: dict[str, object], act: Callable[[Hall], None]
) -> None:
    put(hall.url, question)
    act(hall)
    with opened_window(browser, **SCREENS[1]) as window:
        page = window.pages[0]
        page.goto(f"{hall.url}/join")
        page.get_by_role("heading", name="Predict", exact=True).wait_for()
        if act is reveal_with_a_review:
            page.get_by_text("One seed each: repeat").wait_for()
        problems = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            problems += [f"{scheme}: {line}" for line in broken_rules(page, "target-size")]
    assert not problems, "\n".join(problems)


@pytest.mark.usefixtures("pair")
def test_nothing_moves_for_those_who_asked_for_less_motion(server: Server, page: Page) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.goto(server.url)
    page.locator("article.rc-card").first.wait_for()
    moving = """() => [...document.querySelectorAll("*")].filter((node) => {
         const { transitionDuration, animationDuration } = getComputedStyle(node);
         return `${transitionDuration},${animationDuration}`.split(",").some((each) => parseFloat(each) > 0.05);
       }).length"""
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0
