"""Colours and markers, with one meaning on every page: a network, a side of a verdict, an unknown word.

A cell's drawing in ``charts/cells/`` names its colours. The first ones are Okabe and Ito's (2008, *Color Universal
Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
No other colour that means something is one of a cell's, and colour-blind eyes tell these apart too. The page's own
(``.streamlit/config.toml``) means only that something can be pressed.
"""

import functools
from dataclasses import dataclass
from typing import Any

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cell_picture import Picture, feedforward_picture, generic_picture, own_picture
from rnn_compare.comparison.groups import Group, NamedNetwork
from rnn_compare.feedforward.registry import FEEDFORWARD

SIDES = ("#D6003D", "#7E30F2")
"""The sides of a verdict: the label 0, such as negative, and the label 1, such as positive."""
UNKNOWN_WORD = "#00786A"
"""A known word has none: it is the usual case."""
CSS = {"--rc-negative": SIDES[0], "--rc-positive": SIDES[1], "--rc-unknown": UNKNOWN_WORD}
"""Their names in style sheets."""
OF_TASKS = {"--rc-negative": "#6E7280", "--rc-positive": "#946200"}
"""The sides of a task's labels, such as red and blue, which are neither negative nor positive."""

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


def look(network: NamedNetwork | Group) -> Look:
    """Returns the look of a network: that of its cell, by its place among the networks of this cell."""
    return look_of_cell(network.experiment.cell, network.place)


def look_of_cell(name: str, place: int = 0) -> Look:
    """Returns the look of a cell's first network, or of that at a further place.

    Example:
        >>> look_of_cell("SimpleRNN")
        Look(color='#D55E00', marker='circle')
    """
    index = place % len(MARKERS)
    return Look(picture(name).shades[index], MARKERS[index])
