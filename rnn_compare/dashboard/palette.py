"""One colour for each network, the same on every page.

The three are Okabe and Ito's (2008, *Color Universal Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
"""

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass

from rnn_compare.experiment import Cell

CELL_COLORS: dict[Cell, str] = {"SimpleRNN": "#D55E00", "LSTM": "#0072B2", "GRU": "#009E73"}
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")
# Steps of lightness for the first, second, … network of one cell: near ones differ most.
_LIGHTNESS = (0.0, 0.22, -0.14, 0.34, -0.08, 0.12, 0.28, -0.18)


@dataclass(frozen=True)
class Look:
    """How one network is drawn: its colour, and Plotly's name of its marker."""

    color: str
    marker: str


def looks(cells: Iterable[Cell]) -> list[Look]:
    """Returns how to draw each of several networks, given their cells in order.

    Example:
        >>> looks(["SimpleRNN", "LSTM"])
        [Look(color='#D55E00', marker='circle'), Look(color='#0072B2', marker='circle')]
        >>> len(set(looks(["LSTM"] * 8)))
        8
    """
    seen: dict[Cell, int] = {}
    result = []
    for cell in cells:
        index = seen.get(cell, 0)
        seen[cell] = index + 1
        shade = _shade(CELL_COLORS[cell], _LIGHTNESS[index % len(_LIGHTNESS)])
        result.append(Look(shade, MARKERS[index % len(MARKERS)]))
    return result


def _shade(color: str, lightness: float) -> str:
    if not lightness:
        return color
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = colorsys.hls_to_rgb(hue, min(max(light + lightness, 0.12), 0.82), saturation)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)
