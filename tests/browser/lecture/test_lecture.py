"""A whole lecture as a hall sees it: the wall, the presenter's second screen, and three phones."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, serving
from tests.browser.test_accessibility import broken_rules
from tests.chromium import PATIENCE
from tests.kept import lend

TRAINING = 8 * PATIENCE
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
LECTURE = """
title = "Short"
preset = "Short"
[[steps]]
kind = "text"
title = "Why an LSTM?"
text = "**Is it worth it?**"
notes = "Only you can read this."
[[steps]]
kind = "predict"
title = "Which one will be better?"
[steps.question]
id = "best"
kind = "best_network"
text = "Which network has the higher validation accuracy?"
[[steps]]
kind = "train"
title = "Training: curves hidden"
[[steps]]
kind = "reveal"
title = "What happened"
[[steps]]
kind = "review"
title = "Your review"
[[steps]]
kind = "inside"
title = "Inside the cells"
[[steps]]
kind = "home"
title = "Take it home"
"""
pytestmark = pytest.mark.lecture  # ``tests/faults/test_offline.py`` gives a shorter one each time


@pytest.fixture
def lectern(prepared_cache: Path, tmp_path: Path) -> Iterator[Server]:
    cache = tmp_path / "cache"
    lend(prepared_cache, cache)
    (cache / "lectures").mkdir()
    (cache / "lectures" / "mine.toml").write_text(LECTURE)
    with serving(cache) as running:
        yield running


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible(timeout=PATIENCE)


def accessible(*pages: Page) -> None:
    """By the rules that a program can check, light and dark."""
    for page in pages:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
            assert broken_rules(page) == [], f"{page.url}, {scheme}"


def test_a_lecture_from_the_first_step_to_the_link_home(lectern: Server, page: Page, browser: Browser) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{lectern.url}/present")
    page.locator(".st-key-begin_mine").get_by_role("button", name="Begin").click(timeout=PATIENCE)
    heading(page, "Why an LSTM?")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()

    second = browser.new_page()
    second.goto(f"{lectern.url}/notes")
    expect(second.get_by_text("Only you can read this.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Only you can read this.")).to_have_count(0)

    phone, sleeper, late = (browser.new_context(viewport={"width": 390, "height": 844}).new_page() for _ in range(3))
    for device in (phone, sleeper):
        device.goto(f"{lectern.url}/join")
        heading(device, "Why an LSTM?")

    accessible(page, second)
    second.get_by_role("button", name="Next").click()
    heading(page, "Which one will be better?")
    expect(page.get_by_text("0 of 2 have answered")).to_be_visible()
    phone.get_by_role("button", name="LSTM(32)").click(timeout=PATIENCE)
    sleeper.get_by_role("button", name="SimpleRNN(32)").click(timeout=PATIENCE)
    expect(page.get_by_text("2 of 2 have answered")).to_be_visible()
    sleeper.reload()  # in mid-vote
    expect(sleeper.get_by_role("button", name="SimpleRNN(32)")).to_have_attribute("aria-pressed", "true")

    accessible(page)
    # Three presses within a moment: the vote closes, its answers are shown, and the networks begin.
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    heading(page, "Training: curves hidden")
    sleeper.context.set_offline(True)  # as long as the networks train
    runs = [run.id for run in lectern.store.runs()]
    assert len(runs) == 2

    visitor = browser.new_page()
    visitor.goto(f"{lectern.url}/?show={','.join(runs)}")
    expect(visitor.get_by_text("No network has", exact=False).or_(visitor.get_by_role("figure").first)).to_be_visible()
    expect(visitor.locator(".rc-board .rc-card")).to_have_count(0)

    # Whoever closes the wall by mistake finds it where it was.
    page.goto("about:blank")
    page.goto(f"{lectern.url}/present")
    heading(page, "Training: curves hidden")
    expect(page.get_by_text(re.compile(r"epoch \d of 5|finished|starting")).first).to_be_visible()
    expect(page.get_by_text("Finished.")).to_be_visible(timeout=TRAINING)
    assert "%" not in page.locator(".stMain").inner_text()

    page.keyboard.press("ArrowRight")
    heading(page, "What happened")
    sleeper.context.set_offline(False)
    late.goto(f"{lectern.url}/join")
    for device in (phone, sleeper, late):
        heading(device, "What happened")
        expect(device.get_by_role("heading", name="Results")).to_be_visible(timeout=PATIENCE)
    expect(sleeper.locator("#tally")).to_contain_text("SimpleRNN(32)")
    expect(page.locator(".rc-outcome")).to_contain_text("Which network has the higher validation accuracy?")
    page.wait_for_function("document.querySelector('[data-chart=accuracy]')?.data?.[1]?.y?.length === 5")
    accessible(page)
    expect(visitor.locator(".rc-board .rc-card")).to_have_count(2, timeout=PATIENCE)

    page.keyboard.press("ArrowLeft")
    heading(page, "Training: curves hidden")
    page.keyboard.press(" ")
    heading(page, "What happened")
    assert [run.id for run in lectern.store.runs()] == runs, "nothing was trained again"

    page.keyboard.press("ArrowRight")
    heading(page, "Your review")
    phone.get_by_label("Write about a film").fill("A wonderful film with superb acting.", timeout=PATIENCE)
    phone.get_by_role("button", name="Send review").click()
    second.get_by_role("button", name="Show", exact=True).click(timeout=PATIENCE)
    expect(page.locator(".rc-from-the-hall")).to_have_text("A wonderful film with superb acting.")
    expect(page.locator(".rc-verdict")).to_have_count(2)
    accessible(page, second)
    expect(phone.locator("#wall-verdicts li")).to_have_count(2, timeout=PATIENCE)

    page.keyboard.press("PageDown")
    heading(page, "Inside the cells")
    expect(page.get_by_text("word 39 of 39")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text("word 38 of 39")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    heading(page, "Your review")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    heading(page, "Take it home")
    expect(page.get_by_text("this machine only", exact=False)).to_be_visible()  # no code that phones cannot follow

    accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Resume the lecture").click(timeout=PATIENCE)
    heading(page, "Take it home")
    for other in (second, phone, sleeper, late, visitor):
        other.close()
