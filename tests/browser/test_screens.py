"""Pictures of every page and view in the sizes that it is seen in, to be looked at one by one: `pytest -m screens`.

They are left in the folder `screens/`, which git ignores: what fits on the screen, and the page as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from rnn_compare.presets import ATTENTION, GATES
from tests.browser.conftest import shown
from tests.kit.chromium import opened_window
from tests.kit.servers import Server
from tests.kit.visits import broken_rules, settle, visits

FOLDER = Path(__file__).parents[2] / "screens"
TALLEST = 6000
WIDER = """() => [document.documentElement, ...document.querySelectorAll("[data-testid=stMain]")]
    .map(node => node.scrollWidth - node.clientWidth).filter(surplus => surplus > 1)"""
HEIGHT = "() => (document.querySelector('[data-testid=stMain]') ?? document.documentElement).scrollHeight"


@dataclass(frozen=True)
class Screen:
    """What somebody looks at."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"
    zoom: float = 1.0


SCREENS = (
    Screen("1280 light", 1280, 720),
    Screen("1280 dark", 1280, 720, "dark"),
    Screen("1920 light", 1920, 1080),
    Screen("1920 dark", 1920, 1080, "dark"),
    Screen("390 light", 390, 844),
    Screen("390 dark", 390, 844, "dark"),
    Screen("125 percent", 1024, 576, zoom=1.25),
    Screen("150 percent", 853, 480, zoom=1.5),
)
pytestmark = pytest.mark.screens


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.name)
def seen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Screen, Page]]:
    """A visitor with such a screen."""
    screen: Screen = request.param
    look = {"color_scheme": screen.scheme, "device_scale_factor": screen.zoom}
    with opened_window(browser, screen.width, screen.height, **look) as window:
        yield screen, window.pages[0]


@pytest.mark.parametrize("number", range(len(visits("", ""))), ids=[visit.name for visit in visits("", "")])
def test_nothing_is_wider_than_the_screen_and_a_picture_is_kept(
    podium: Server, seen: tuple[Screen, Page], number: int
) -> None:
    screen, page = seen
    visit = visits(*(",".join(shown(podium, preset)) for preset in (GATES, ATTENTION)))[number]
    visit.open(page, podium.url)
    page.wait_for_timeout(1000)  # charts move to their place
    folder = FOLDER / visit.name
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{screen.name}.png")
    assert broken_rules(page) == []
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate(WIDER) == []
    page.set_viewport_size({"width": screen.width, "height": min(TALLEST, page.evaluate(HEIGHT) + 80)})
    settle(page)
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{screen.name}, whole.png")
