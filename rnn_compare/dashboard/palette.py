"""One colour for each network, the same on every page.

The three are Okabe and Ito's (2008, *Color Universal Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rnn_compare.experiment import Cell

CELL_COLORS: dict[Cell, str] = {"SimpleRNN": "#D55E00", "LSTM": "#0072B2", "GRU": "#009E73"}
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")
# Share of white (above 0) or black (below) mixed in for a cell's first, second, … network: near ones differ most.
_MIXED = (0.0, 0.45, -0.4, 0.65, -0.6, 0.25, -0.2, 0.55)


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
        shade = _shade(CELL_COLORS[cell], _MIXED[index % len(_MIXED)])
        result.append(Look(shade, MARKERS[index % len(MARKERS)]))
    return result


def _shade(color: str, mixed: float) -> str:
    towards = 255 if mixed > 0 else 0
    channels = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(channel + abs(mixed) * (towards - channel)):02X}" for channel in channels)
