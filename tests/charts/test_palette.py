import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cell_pictures import picture
from rnn_compare.charts.cells.generic import generic_picture
from rnn_compare.charts.palette import MARKERS, looks
from rnn_compare.experiment_sets import MAX_COMPARED

BACKGROUNDS = {"light": "#FFFFFF", "dark": "#12141B"}
"""As `.streamlit/config.toml` has them."""
SHADES = {name: picture(name).shades for name in CELLS} | {
    f"unknown {number}": generic_picture(cell("GRU"), number).shades for number in range(4)
}


def linear(color: str) -> tuple[float, float, float]:
    """Red, green and blue in proportion to light."""
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Of two colours, by their relative luminance (WCAG 2.2)."""
    luminances = (0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other)))
    darker, lighter = sorted(luminances)
    return (lighter + 0.05) / (darker + 0.05)


def lightness_and_hue(color: str) -> tuple[float, float, float]:
    """In Oklab (Ottosson 2020), in which equal distances look about equally large."""
    red, green, blue = linear(color)
    long = (0.4122 * red + 0.5363 * green + 0.0514 * blue) ** (1 / 3)
    medium = (0.2119 * red + 0.6807 * green + 0.1074 * blue) ** (1 / 3)
    short = (0.0883 * red + 0.2817 * green + 0.6300 * blue) ** (1 / 3)
    return (
        0.2105 * long + 0.7936 * medium - 0.0041 * short,
        1.9780 * long - 2.4286 * medium + 0.4506 * short,
        0.0259 * long + 0.7828 * medium - 0.8087 * short,
    )


def difference(one: str, other: str) -> float:
    pairs = zip(lightness_and_hue(one), lightness_and_hue(other), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


@pytest.mark.parametrize("cell_name", SHADES)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_network_of_a_cell_is_seen_on_either_background(cell_name: str, background: str) -> None:
    assert min(contrast(color, BACKGROUNDS[background]) for color in SHADES[cell_name]) >= 2.9


@pytest.mark.parametrize("cell_name", SHADES)
def test_no_two_networks_of_a_cell_look_alike(cell_name: str) -> None:
    assert len(SHADES[cell_name]) == len(set(MARKERS)) == MAX_COMPARED
    assert min(difference(one, other) for one, other in combinations(SHADES[cell_name], 2)) >= 0.02


def test_networks_of_different_cells_are_told_apart_by_colour() -> None:
    """Whatever is compared: the first network of a cell is the one that is seen most."""
    for one, other in combinations(SHADES, 2):
        assert difference(SHADES[one][0], SHADES[other][0]) >= 0.04, (one, other)


@pytest.mark.parametrize("cell_name", CELLS)
def test_each_further_network_of_a_cell_gets_another_look(cell_name: str) -> None:
    drawn = looks([cell_name] * MAX_COMPARED)
    assert [look.color for look in drawn] == list(SHADES[cell_name])
    assert all(one.marker != other.marker for one, other in combinations(drawn, 2))


def test_the_backgrounds_are_those_of_the_theme() -> None:
    theme = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
    assert {name: theme[name]["backgroundColor"] for name in BACKGROUNDS} == BACKGROUNDS
