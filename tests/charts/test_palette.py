import re
import tomllib
from itertools import combinations, product
from pathlib import Path

import pytest

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cell_picture import generic_picture, own_picture
from rnn_compare.charts.palette import CSS, MARKERS, SIDES, UNKNOWN_WORD, picture
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.feedforward.registry import FEEDFORWARD, NETWORKS
from rnn_compare.server.assets import PACKAGE, assets

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
BACKGROUNDS = {name: THEME[name]["backgroundColor"] for name in ("light", "dark")}
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
"""What dichromats see of red, green and blue light (Machado, Oliveira and Fernandes 2009)."""
SHADES = {f"unknown {number}": generic_picture(cell("GRU"), number).shades for number in range(4)} | {
    name: picture(name).shades for name in CELLS if own_picture(cell(name))
}
SHADES |= {name: picture(name).shades for name in FEEDFORWARD}


def linear(color: str) -> tuple[float, float, float]:
    """Red, green and blue in proportion to light."""
    channels = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def contrast(first: str, second: str) -> float:
    """Of two colours, by their relative luminance (WCAG 2.2)."""
    luminances = (0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (first, second)))
    darker, lighter = sorted(luminances)
    return (lighter + 0.05) / (darker + 0.05)


def lightness_and_hue(color: str, eyes: str = "all cones") -> tuple[float, float, float]:
    """In Oklab (Ottosson 2020), in which equal distances look about equally large."""
    light = linear(color)
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, light, strict=True)), 0.0), 1.0) for row in EYES[eyes])
    long = (0.4122 * red + 0.5363 * green + 0.0514 * blue) ** (1 / 3)
    medium = (0.2119 * red + 0.6807 * green + 0.1074 * blue) ** (1 / 3)
    short = (0.0883 * red + 0.2817 * green + 0.6300 * blue) ** (1 / 3)
    return (
        0.2105 * long + 0.7936 * medium - 0.0041 * short,
        1.9780 * long - 2.4286 * medium + 0.4506 * short,
        0.0259 * long + 0.7828 * medium - 0.8087 * short,
    )


def difference(first: str, second: str, eyes: str = "all cones") -> float:
    pairs = zip(lightness_and_hue(first, eyes), lightness_and_hue(second, eyes), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def mixed(color: str, share: float, background: str) -> str:
    """As ``color-mix(in srgb, color share, transparent)`` is seen on a background."""
    channels = ((int(color[at : at + 2], 16), int(background[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * over + (1 - share) * under):02X}" for over, under in channels)


@pytest.mark.parametrize("cell_name", SHADES)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_network_of_a_cell_is_seen_on_either_background(cell_name: str, background: str) -> None:
    assert min(contrast(color, BACKGROUNDS[background]) for color in SHADES[cell_name]) >= 2.9


@pytest.mark.parametrize("cell_name", SHADES)
def test_no_two_networks_of_a_cell_look_alike(cell_name: str) -> None:
    assert len(SHADES[cell_name]) == len(set(MARKERS)) == MAX_COMPARED
    assert min(difference(first, second) for first, second in combinations(SHADES[cell_name], 2)) >= 0.02


def test_networks_of_different_cells_differ_in_colour() -> None:
    """Whatever is compared: the first network of a cell is the one that is seen most."""
    for first, second in combinations(SHADES, 2):
        assert difference(SHADES[first][0], SHADES[second][0]) >= 0.04, (first, second)


def test_the_sides_of_a_prediction_are_far_apart_for_each_kind_of_colour_blindness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words are tinted with them: red and a reddish violet were 0.20 apart without blue cones."""
    tritanopia = ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))
    monkeypatch.setitem(EYES, "tritanopia", tritanopia)
    assert min(difference(*SIDES, eyes) for eyes in EYES) >= 0.28
    assert min(difference(side, UNKNOWN_WORD, "tritanopia") for side in SIDES) >= 0.1


@pytest.mark.parametrize("eyes", EYES)
def test_meanings_differ_from_each_other_and_from_cells(eyes: str) -> None:
    """A generic picture's colour is nobody's choice."""
    assert min(difference(first, second, eyes) for first, second in combinations(CSS.values(), 2)) >= 0.1
    for color, name in product(CSS.values(), SHADES.keys() & {*NETWORKS}):
        assert difference(color, picture(name).color, eyes) >= 0.07, (color, name)
    taken = [shade for name in NETWORKS for shade in picture(name).shades]
    taken += [THEME[name]["primaryColor"] for name in BACKGROUNDS]
    if eyes == "all cones":
        assert min(difference(color, second) for color, second in product(CSS.values(), taken)) >= 0.06


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_marks_are_seen_and_words_are_read_on_every_tint_of_them(background: str) -> None:
    ink, paper = THEME[background]["textColor"], BACKGROUNDS[background]
    [deepest] = re.findall(
        r"Math.round\((\d+) \* Math.sqrt", (PACKAGE / "browser" / "drawing" / "cell" / "marked_text.js").read_text()
    )
    for color in CSS.values():
        assert contrast(color, paper) >= 3
        assert contrast(ink, mixed(color, int(deepest) / 100, paper)) >= 4.5


def test_style_sheets_name_no_colour_of_a_meaning_themselves_and_write_nothing_in_it() -> None:
    """They would drift from the palette, and as text on a dark page it would be too faint."""
    for sheet in (path for path in assets().values() if path.suffix == ".css"):
        text = sheet.read_text()
        for name, color in CSS.items():
            assert color.lower() not in text.lower(), sheet.name
            assert not re.search(rf"(?<![-\w])(color: var\({name}\)|{name}:)", text), sheet.name
