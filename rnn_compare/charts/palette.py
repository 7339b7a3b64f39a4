"""Colours and markers, with one meaning on every page: a network, a side of a verdict, an unknown word.

A cell's drawing in ``charts/cells/`` names its colours. The first ones are Okabe and Ito's (2008, *Color Universal
Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
No other colour that means something is one of a cell's, and colour-blind eyes tell these apart too. The page's own
(``.streamlit/config.toml``) means only that something can be pressed.
"""

import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cell_picture import Picture, feedforward_picture, generic_picture, own_picture
from rnn_compare.comparison.groups import Group
from rnn_compare.feedforward.registry import FEEDFORWARD

SIDES = ("#D6003D", "#7E30F2")
"""The sides of a verdict: the label 0, such as negative, and the label 1, such as positive."""
UNKNOWN_WORD = "#00786A"
"""A known word has none: it is the usual case."""
CSS = {"--rc-negative": SIDES[0], "--rc-positive": SIDES[1], "--rc-unknown": UNKNOWN_WORD}
"""Their names in style sheets."""

MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")


@functools.cache
def picture(name: str) -> Picture:
    """Returns the picture of a cell by its name, or the colours of a network without recurrence."""
    if name in FEEDFORWARD:
        return feedforward_picture(FEEDFORWARD.index(name))
    without = [cell_name for cell_name in CELLS if own_picture(cell(cell_name)) is None]
    return own_picture(cell(name)) or generic_picture(cell(name), without.index(name))


@dataclass(frozen=True)
class Look:
    """Look of one network: its colour, and Plotly's name of its marker."""

    color: str
    marker: str

    def line(self, width: float = 3, size: int = 10) -> dict[str, Any]:
        """Returns Plotly's settings of its line with markers; hovering shows the whole name."""
        marker = {"symbol": self.marker, "size": size}
        line = {"color": self.color, "width": width}
        return {"mode": "lines+markers", "line": line, "marker": marker, "hoverlabel": {"namelength": -1}}


def look(group: Group) -> Look:
    """Returns the look of a group: that of its cell, by its place among the groups of this cell."""
    return _look(group.experiment.cell, group.place)


def looks(cells: Iterable[str]) -> list[Look]:
    """Returns the looks of several networks, given their cells in order.

    Example:
        >>> looks(["SimpleRNN", "LSTM"])
        [Look(color='#D55E00', marker='circle'), Look(color='#0072B2', marker='circle')]
        >>> len(set(looks(["LSTM"] * 8)))
        8
    """
    seen = Counter[str]()
    result = []
    for name in cells:
        result.append(_look(name, seen[name]))
        seen[name] += 1
    return result


def _look(cell_name: str, place: int) -> Look:
    index = place % len(MARKERS)
    return Look(picture(cell_name).shades[index], MARKERS[index])
