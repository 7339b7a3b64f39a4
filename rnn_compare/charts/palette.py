"""One colour for each network, the same on every page.

A cell's own file in ``charts.cells`` names its colours. The first ones are Okabe and Ito's (2008, *Color Universal
Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rnn_compare.charts.cell_pictures import picture

MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")


@dataclass(frozen=True)
class Look:
    """How one network is drawn: its colour, and Plotly's name of its marker."""

    color: str
    marker: str


def looks(cells: Iterable[str]) -> list[Look]:
    """Returns how to draw each of several networks, given their cells in order.

    Example:
        >>> looks(["SimpleRNN", "LSTM"])
        [Look(color='#D55E00', marker='circle'), Look(color='#0072B2', marker='circle')]
        >>> len(set(looks(["LSTM"] * 8)))
        8
    """
    seen: dict[str, int] = {}
    result = []
    for cell in cells:
        index = seen.get(cell, 0) % len(MARKERS)
        seen[cell] = index + 1
        result.append(Look(picture(cell).shades[index], MARKERS[index]))
    return result
