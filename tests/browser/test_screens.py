"""Pictures of every page and view in the sizes that it is seen in, to be looked at one by one: `pytest -m screens`.

They are left in the folder `screens/`, which git ignores: what fits on the screen, and the page as a whole.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from rnn_compare.presets import ATTENTION, GATES
from tests.browser.conftest import shown
from tests.kit.chromium import opened_page
from tests.kit.servers import Server
from tests.kit.visits import broken_rules, settle, visits

FOLDER = Path(__file__).parents[2] / "screens"
TALLEST = 6000
WIDER = """() => [document.documentElement, ...document.querySelectorAll("[data-testid=stMain]")]
    .map(node => node.scrollWidth - node.clientWidth).filter(surplus => surplus > 1)"""
HEIGHT = "() => (document.querySelector('[data-testid=stMain]') ?? document.documentElement).scrollHeight"


SCREENS: dict[str, dict[str, Any]] = {
    "1280 light": {"width": 1280, "height": 720},
    "1280 dark": {"width": 1280, "height": 720, "color_scheme": "dark"},
    "1920 light": {"width": 1920, "height": 1080},
    "1920 dark": {"width": 1920, "height": 1080, "color_scheme": "dark"},
    "390 light": {"width": 390, "height": 844},
    "390 dark": {"width": 390, "height": 844, "color_scheme": "dark"},
    "125 percent": {"width": 1024, "height": 576, "device_scale_factor": 1.25},
    "150 percent": {"width": 853, "height": 480, "device_scale_factor": 1.5},
}
pytestmark = pytest.mark.screens


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("number", range(len(visits("", ""))), ids=[visit.name for visit in visits("", "")])
def test_nothing_is_wider_than_the_screen_and_a_picture_is_kept(
    podium: Server, browser: Browser, screen: str, number: int
) -> None:
    visit = visits(*(",".join(shown(podium, preset)) for preset in (GATES, ATTENTION)))[number]
    folder = FOLDER / visit.name
    folder.mkdir(parents=True, exist_ok=True)
    with opened_page(browser, **SCREENS[screen]) as page:
        visit.open(page, podium.url)
        page.wait_for_timeout(1000)  # charts move to their place
        page.screenshot(path=folder / f"{screen}.png")
        assert broken_rules(page) == []
        assert page.get_by_test_id("stException").count() == 0
        assert page.evaluate(WIDER) == []
        page.set_viewport_size({"width": SCREENS[screen]["width"], "height": min(TALLEST, page.evaluate(HEIGHT) + 80)})
        settle(page)
        page.wait_for_timeout(500)
        page.screenshot(path=folder / f"{screen}, whole.png")
