"""Every page and view by the rules of WCAG 2.2, AA, that a program can check: light and dark, on a wall and a phone."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Server, serving
from tests.browser.visits import PAGES, SMALL, VISITS, Visit, settle
from tests.chromium import PATIENCE
from tests.phones import BEST, PlainPhone, present, put, record_two_runs

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS: tuple[ViewportSize, ...] = ({"width": 1280, "height": 720}, {"width": 390, "height": 844})
SEEN: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("light", SCREENS[0]), ("dark", SCREENS[1]))
"""In the gate; test_screens.py looks at all schemes and sizes."""
GATED = {"compare", "word by word", "a run", "present"}
"""Visits of the gate; ``pytest -m thorough`` and ``-m screens`` make all."""
KNOWN = {
    # KaTeX takes no focus (its pull request 4182 was closed). Chromium and Firefox let the keyboard scroll it anyway.
    ("scrollable-region-focusable", "katex-display"),
}
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def own_server(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without any run."""
    cache = tmp_path_factory.mktemp("accessible") / "cache"
    shutil.copytree(prepared_cache / "reviews", cache / "reviews")
    with serving(cache) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """One visitor for all pages: scripts are fetched once."""
    context = browser.new_context(viewport=SCREENS[0])
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def trained(own_server: Server, visitor: Page) -> Server:
    """The same server with a SimpleRNN and an LSTM that it has trained."""
    visitor.set_viewport_size(SCREENS[0])
    visitor.goto(f"{own_server.url}/?cell=SimpleRNN&cell=LSTM&units=8&{SMALL}")
    visitor.get_by_role("button", name="Train", exact=True).click()
    expect(visitor.locator("article.rc-card[data-status=finished]")).to_have_count(2, timeout=3 * PATIENCE)
    return own_server


def broken_rules(page: Page, *more: str) -> list[str]:
    """What axe finds, a line for each element; ``more`` are rules that it looks at only when asked."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.add_script_tag(path=str(AXE))
    found = page.evaluate(
        "([tags, rules]) => axe.run(document, { runOnly: tags, rules, resultTypes: ['violations'] })",
        [RULES, {rule: {"enabled": True} for rule in more}],
    )
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
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


@pytest.mark.parametrize("path", ["", *(pytest.param(path, marks=pytest.mark.thorough) for path in PAGES if path)])
def test_pages_break_no_rule_before_anything_was_trained(own_server: Server, visitor: Page, path: str) -> None:
    visitor.goto(f"{own_server.url}/{path}")
    check(visitor, *([] if path else ["target-size"]))


@pytest.mark.parametrize(
    "visit",
    [pytest.param(visit, id=visit.name, marks=() if visit.name in GATED else pytest.mark.thorough) for visit in VISITS],
)
def test_pages_break_no_rule_with_what_was_trained(trained: Server, visitor: Page, visit: Visit) -> None:
    visitor.set_viewport_size(SCREENS[0])
    visit.open(visitor, trained.url)
    check(visitor)


@pytest.fixture(scope="module")
def lecture(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose presenter obeys (benchmarks/presented.py), with two trained networks."""
    cache = tmp_path_factory.mktemp("lecture") / "cache"
    record_two_runs(cache, prepared_cache)
    with serving(cache, "benchmarks/presented.py") as running:
        yield running.url


def answer_and_close(url: str) -> None:
    present(url, "open_vote")
    PlainPhone(url.removeprefix("http://")).answer(1)
    present(url, "close_vote")


def reveal_with_a_review(url: str) -> None:
    answer_and_close(url)
    present(url, "show_runs")
    present(url, "open_reviews", True)
    phone = PlainPhone(url.removeprefix("http://"))
    phone.send("review", {"text": "A good film."})
    present(url, "show_review", present(url, "reviews")[0]["id"], ["LSTM(32): positive, 71 %"])
    present(url, "reveal")


CURVE = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "LSTM(32)", "epochs": 4}
LEAD = {"id": "lead", "kind": "lead", "text": "By how much?"}


@pytest.mark.parametrize(
    ("question", "act"),
    [
        pytest.param(BEST, lambda url: present(url, "open_vote"), id="open"),
        pytest.param(BEST, answer_and_close, id="closed"),
        pytest.param(BEST, reveal_with_a_review, id="revealed"),
        pytest.param(LEAD, lambda url: present(url, "open_vote"), id="slider"),
        pytest.param(CURVE, lambda url: present(url, "open_vote"), id="drawing"),
    ],
)
def test_the_page_for_phones_breaks_no_rule(
    lecture: str, browser: Browser, question: dict[str, object], act: Callable[[str], None]
) -> None:
    put(lecture, question)
    act(lecture)
    context = browser.new_context(viewport=SCREENS[1], bypass_csp=True)  # else axe could not be brought in
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{lecture}/join")
    page.get_by_role("heading", name="Predict", exact=True).wait_for()
    if act is reveal_with_a_review:
        page.get_by_text("2,173 of 2,500 reviews right").wait_for()
    problems = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [f"{scheme}: {line}" for line in broken_rules(page)]
    context.close()
    assert not problems, "\n".join(problems)


def test_nothing_moves_for_those_who_asked_for_less_motion(trained: Server, page: Page) -> None:
    page.goto(trained.url)
    page.locator("article.rc-card").first.wait_for()
    moving = """() => [...document.querySelectorAll("*")].filter((node) => {
         const { transitionDuration, animationDuration } = getComputedStyle(node);
         return `${transitionDuration},${animationDuration}`.split(",").some((each) => parseFloat(each) > 0.05);
       }).length"""
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0
