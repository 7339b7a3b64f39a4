import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import looks
from rnn_compare.experiment import MAX_COMPARED

BACKGROUNDS = {"light": "#FFFFFF", "dark": "#12141B"}
"""As `.streamlit/config.toml` has them."""


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_network_of_a_cell_is_seen_on_either_background(cell: str, background: str) -> None:
    colors = [look.color for look in looks([cell] * MAX_COMPARED)]
    assert min(contrast(color, BACKGROUNDS[background]) for color in colors) >= 2.9


@pytest.mark.parametrize("cell", CELLS)
def test_no_two_networks_of_a_cell_look_alike(cell: str) -> None:
    drawn = looks([cell] * MAX_COMPARED)
    assert all(one.color != other.color and one.marker != other.marker for one, other in combinations(drawn, 2))


def test_the_backgrounds_are_those_of_the_theme() -> None:
    theme = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
    assert {name: theme[name]["backgroundColor"] for name in BACKGROUNDS} == BACKGROUNDS
