"""Every page: its title, its order, its words, and the rules of WCAG 2.2, AA, that a program can check: light
and dark, on a wall, on a phone, and in a window of 320 pixels.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from rnn_compare.presets import ATTENTION, BOOK, GATES
from tests.browser.conftest import shown
from tests.browser.page_measures import SPACED, STRUCTURE, WORDS, cut_texts
from tests.kit.chromium import opened_window
from tests.kit.phones import BEST, PlainPhone, present, put
from tests.kit.servers import Server
from tests.kit.visits import Visit, broken_rules, settle, visits

__all__ = ["broken_rules"]  # as other folders still import it
WALL: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
"""A window of 1280 pixels that is zoomed in to 400 %."""
GATED = {"compare", "word by word", "present", "notes", "wall"}
"""Views that axe looks at in the gate; ``pytest -m screens`` has it look at all."""
TITLES = {
    **{"": "Compare", "try": "Try a review", "inside": "Inside the cell", "reviews": "Reviews", "runs": "Runs"},
    **{"present": "Present", "notes": "Notes", "wall": "Wall", "chance": "Could it be chance?"},
}
ORDERED = {"one network", "before asking", "word by word", "reviews", "runs", "present", "notes", "wall", "chance"}
"""One view of each page, whose order is looked at, and whether it fits 320 pixels."""
ALIKE = {"word by word"}
"""Its networks have buttons of the same names, each below its own heading."""
MOST_WORDS = {7: 490, 16: 1150}
NOT_COUNTED = {"wall", "chance", "one network"}
"""What somebody has to read is counted on the others: no names of pages, charts, code, nor the reviews."""
TOKENS = (
    *("atrule", "attr-name", "attr-value", "boolean", "builtin", "cdata", "char", "class-name", "comment", "constant"),
    *("decorator", "doctype", "entity", "function", "important", "keyword", "number", "operator", "prolog", "property"),
    *("punctuation", "regex", "selector", "string", "symbol", "tag", "url", "variable"),
)
"""What Prism, which colours code for Streamlit, calls words; one may stand in another."""


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """One visitor for all pages: scripts are fetched once."""
    with opened_window(browser) as window:
        yield window.pages[0]


MOVING = """() => [...document.querySelectorAll("*")].filter((node) => {
    const { transitionDuration, animationDuration } = getComputedStyle(node);
    return `${transitionDuration},${animationDuration}`.split(",").some((each) => parseFloat(each) > 0.05);
}).map((node) => `${node.className} moves`)"""
"""Nothing may for those who asked for less motion, as all visitors of these tests do."""


def words(page: Page) -> int:
    """Returns the number of words at the top of the page once it stays the same: a click may have scrolled it."""
    page.evaluate("() => (document.querySelector('[data-testid=stMain]') ?? document.scrollingElement).scrollTo(0, 0)")
    before, now = -1, 0
    while now != before:
        page.wait_for_timeout(400)
        before, now = now, len(page.evaluate(WORDS))
    return now


def narrow_faults(page: Page, view: str) -> list[str]:
    """Returns what is wrong with a page as it is, and when a reader sets the distances (WCAG 1.4.12)."""
    page.set_viewport_size(NARROW)
    settle(page)
    as_it_is: list[str] = page.evaluate(STRUCTURE)
    page.evaluate(SPACED)
    page.wait_for_timeout(300)
    spaced = [f"spaced: {line}" for line in page.evaluate(STRUCTURE) if line not in as_it_is]
    faults = as_it_is + spaced + [f"cut: {text}" for text in cut_texts(page)]
    return [line for line in faults if view not in ALIKE or "two are called" not in line]


@pytest.mark.parametrize("has_all", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["gate", "all"])
def test_every_view_has_its_title_order_and_few_words_and_breaks_no_rule(
    podium: Server, visitor: Page, has_all: bool
) -> None:
    faults, counts = dict[str, list[str]](), dict[str, int]()
    gates, attention = (",".join(shown(podium, preset)) for preset in (GATES, ATTENTION))
    alone = Visit("one network", f"?show={gates.partition(',')[0]}")
    walked = [visit for visit in (*visits(gates, attention), alone) if has_all or visit.name in GATED | ORDERED]
    for visit in walked:
        visitor.emulate_media(color_scheme="light")
        visitor.set_viewport_size(WALL)
        visit.open(visitor, podium.url)
        expect(visitor).to_have_title(f"{TITLES[visit.path.partition('?')[0]]} · RNN Compare")
        wrong = []
        if visit.name in GATED:
            wrong += [f"light: {line}" for line in broken_rules(visitor, "target-size")]
        if visit.name not in NOT_COUNTED:
            counts[visit.name] = words(visitor)
        if visit.name in GATED:
            visitor.emulate_media(color_scheme="dark")
            visitor.set_viewport_size(PHONE)
            settle(visitor)
            wrong += [f"dark: {line}" for line in broken_rules(visitor, "target-size")]
        if visit is walked[0]:
            wrong += visitor.evaluate(MOVING)
        if visit.name in ORDERED:
            wrong += narrow_faults(visitor, visit.name)
        if wrong:
            faults[visit.name] = wrong
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
    print(sum(counts.values()), counts)
    assert sum(counts.values()) <= MOST_WORDS[len(counts)], counts


@pytest.mark.thorough
@pytest.mark.parametrize("path", TITLES)
def test_pages_break_no_rule_before_anything_was_trained(bare_server: Server, visitor: Page, path: str) -> None:
    visitor.set_viewport_size(WALL)
    visitor.goto(f"{bare_server.url}/{path}")
    settle(visitor)
    for scheme in ("light", "dark"):
        visitor.emulate_media(color_scheme=scheme)
        assert broken_rules(visitor) == [], scheme


@pytest.mark.usefixtures("pair")
def test_every_kind_of_word_can_be_read_in_a_block_of_code(server: Server, visitor: Page) -> None:
    visitor.set_viewport_size(WALL)
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
    for scheme in ("light", "dark"):
        visitor.emulate_media(color_scheme=scheme)
        assert broken_rules(visitor) == [], scheme


CURVE = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "LSTM(32)", "epochs": 4}
LEAD = {"id": "lead", "kind": "lead", "text": "By how much?"}


def steps(podium: Server) -> Iterator[tuple[str, str]]:
    """Leads a class through all that phones show; yields a name of it, and what each phone then says."""
    url, phone = podium.url, PlainPhone(podium.host)
    for question in (LEAD, CURVE, BEST):
        put(url, question)
        yield str(question["id"]), str(question["text"])
    phone.answer(1)
    present(url, "close_vote")
    yield "closed", "The vote is closed"
    present(url, "show_runs", shown(podium, BOOK))
    present(url, "open_reviews", True)
    phone.send("review", {"text": "A good film."})
    present(url, "show_review", present(url, "reviews")[0]["id"], ["LSTM(32): positive, 71 %"])
    present(url, "reveal")
    yield "revealed", "is ahead of"


def test_a_lectures_pages_break_no_rule_and_are_in_order_upright_and_lying(podium: Server, browser: Browser) -> None:
    faults = dict[str, list[str]]()
    with (
        opened_window(browser, **PHONE, color_scheme="light") as light,
        opened_window(browser, **PHONE, color_scheme="dark") as dark,
    ):
        phones = {"light": light.pages[0], "dark": dark.pages[0]}
        for name, text in steps(podium):
            for scheme, page in phones.items():
                if "/join" not in page.url:
                    page.goto(f"{podium.url}/join")
                page.get_by_text(text).first.wait_for()
                faults[f"{name}, {scheme}"] = broken_rules(page, "target-size")
        page = phones["light"]
        for path in ("join", "wall", "notes"):
            page.set_viewport_size({"width": 640, "height": 320})
            page.goto(f"{podium.url}/{path}")
            expect(page.locator("#line")).to_be_empty()
            expect(page.locator("#title")).not_to_be_empty()
            faults[path] = page.evaluate(STRUCTURE) + narrow_faults(page, path)
    present(podium.url, "end")
    assert not any(faults.values()), json.dumps(faults, indent=1, ensure_ascii=False)
