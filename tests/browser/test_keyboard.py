"""A whole comparison without a mouse: everything is reached by Tab, and is seen to have been reached."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.kit.chromium import PATIENCE
from tests.kit.servers import Server

SMALL = "maxlen=30&reviews=600&embedding_size=8&units=8&vocabulary_size=1000&batch_size=32&epochs=2&seed=31"
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


def test_networks_are_chosen_trained_and_asked_by_keyboard_alone(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?cell=SimpleRNN&{SMALL}")
    expect(page.get_by_text("1 network, ")).to_be_visible()
    tab_to(page, "SimpleRNN")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("2 networks, ")).to_be_visible()
    tab_to(page, "Epochs")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=3"))
    tab_to(page, "Train")
    page.keyboard.press("Enter")
    cards = page.locator("article.rc-card")
    expect(cards.filter(has_text="GRU(8)")).to_have_attribute("data-status", "finished", timeout=3 * PATIENCE)
    expect(cards.filter(has_text="SimpleRNN(8)")).to_have_attribute("data-status", "finished", timeout=3 * PATIENCE)

    tab_to(page, "SimpleRNN(8)")
    page.keyboard.press("Space")
    expect(cards.get_by_role("button", name="SimpleRNN(8)")).to_have_attribute("aria-pressed", "false")
    tab_to(page, "Try a review", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Review", exact=True)).to_be_visible()
    tab_to(page, "Review")
    page.keyboard.type("A wonderful film")
    tab_to(page, "Ask the networks")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-verdicts section")).to_have_count(2)
    expect(page.locator(".rc-words")).to_contain_text("wonderful film")
