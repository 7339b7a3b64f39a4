"""The main job as a lecturer does it, from the first look to a typed review, without a mouse: everything is reached by
Tab, and is seen to have been reached.
"""

import re
from typing import Any

from playwright.sync_api import Page, expect

from rnn_compare.runs.events import Status
from tests.kit.servers import Server

SMALL = "maxlen=30&reviews=3000&embedding_size=8&units=8&vocabulary_size=1000&batch_size=8&dropout=0.2&epochs=99"
FARTHEST = 80
"""Tabs after which what is looked for counts as out of reach."""
FOCUS = """(primary) => {
  const here = document.activeElement;
  if (here === document.body) return { name: "the page", inSight: true, marked: true };
  const { width, height, top, left } = here.getBoundingClientRect();
  const inSight = top < innerHeight && left < innerWidth && top + height > 0 && left + width > 0;
  // It may be its frame that is marked: a slider's thumb holds an input that nobody sees.
  const frames = [here];
  while (frames.length < 4 && frames.at(-1).parentElement) frames.push(frames.at(-1).parentElement);
  const marked = frames.some((frame) => {
    const { outlineStyle, outlineWidth, boxShadow, borderTopColor, borderTopWidth } = getComputedStyle(frame);
    const isOutlined = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    return isOutlined || boxShadow !== "none" || (borderTopColor === primary && parseFloat(borderTopWidth) > 0);
  });
  return { name: here.ariaLabel ?? (here.textContent.trim() || here.title || here.tagName), inSight, marked };
}"""
PRIMARY = "rgb(75, 63, 196)"


def settled_focus(page: Page) -> dict[str, Any]:
    """Returns what has the focus, once that is marked: a border takes a moment to change its colour."""
    for _ in range(300):
        page.wait_for_timeout(100)
        focus: dict[str, Any] = page.evaluate(FOCUS, PRIMARY)
        if focus["marked"] and focus["inSight"]:
            break
    return focus


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses Tab until what is called so has the focus; all that had it on the way was seen to have it."""
    passed = []
    for _ in range(FARTHEST):
        page.keyboard.press(key)
        focus = settled_focus(page)
        passed.append(focus["name"][:40])
        assert focus["inSight"], f"{passed[-1]} has the focus, out of sight, after {passed}"
        assert focus["marked"], f"nothing shows that {focus['name']} has the focus"
        if re.fullmatch(rf"[a-z_0-9]*{re.escape(name)}", focus["name"]):  # an icon is a word in the page's text
            return
    raise AssertionError(f"{name} is out of reach: {passed}")


def test_networks_are_chosen_trained_stopped_and_asked_by_keyboard_alone(server: Server, page: Page) -> None:
    before = {run.id for run in server.store.runs()}
    page.goto(f"{server.url}/?cell=SimpleRNN&{SMALL}")
    expect(page.get_by_text("1 network, ")).to_be_visible()
    tab_to(page, "SimpleRNN")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("2 networks, ")).to_be_visible()
    tab_to(page, "Epochs")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=100"))
    tab_to(page, "Train")
    page.keyboard.press("Enter")

    page.wait_for_function(  # two curves of each network in two charts, three points in validation
        "[...document.querySelectorAll('[data-chart]')].filter(({ data }) => data?.length === 4"
        " && data.every(({ y }, place) => place % 2 === 0 || y?.length >= 3)).length === 2"
    )
    waits = "The verdict waits for all networks to finish."
    expect(page.get_by_role("list", name="The result")).to_contain_text(waits)
    cards = page.locator("article.rc-card")
    for label in ("SimpleRNN(8)", "GRU(8)"):
        tab_to(page, f"Stop {label}")
        page.keyboard.press("Enter")
        expect(cards.filter(has_text=label)).to_contain_text(re.compile(r"stopped after \d+ of 100 epochs"))
    page.reload()
    for label in ("SimpleRNN(8)", "GRU(8)"):
        expect(cards.filter(has_text=label)).to_contain_text("stopped after")
    runs = [run for run in server.store.runs() if run.id not in before]
    assert [run.status for run in runs] == [Status.STOPPED] * 2, "nothing was trained twice"
    assert all(run.epochs for run in runs), "what was measured is kept"

    tab_to(page, "SimpleRNN(8)")
    page.keyboard.press("Space")
    expect(cards.get_by_role("button", name="SimpleRNN(8)", exact=True)).to_have_attribute("aria-pressed", "false")
    tab_to(page, "Try a review", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Review", exact=True)).to_be_visible()
    tab_to(page, "Review")
    page.keyboard.type("A wonderful film")
    tab_to(page, "Ask the networks")
    page.keyboard.press("Enter")
    verdicts, outdated = page.locator(".rc-verdicts section"), page.get_by_text("The text has changed.")
    expect(verdicts).to_have_count(2)
    expect(verdicts.first).to_contain_text(re.compile(r"\d+\.\d % (positive|negative)"))
    expect(outdated).to_be_hidden()
    tab_to(page, "Review", "Shift+Tab")
    page.keyboard.press("End")
    page.keyboard.type(" 🎬")
    expect(outdated).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(outdated).to_be_hidden()
    expect(page.locator(".rc-words")).to_contain_text("wonderful film 🎬")
