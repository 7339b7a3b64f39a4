"""One colour for each network, the same on every page.

The three are Okabe and Ito's (2008, *Color Universal Design*), told apart by colour-blind eyes too.
Further runs of a cell get other shades of its colour and another marker.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CELL_COLORS: dict[str, str] = {"SimpleRNN": "#D55E00", "LSTM": "#0072B2", "GRU": "#009E73", "MGU": "#CC79A7"}
SHADES: dict[str, tuple[str, ...]] = {
    "SimpleRNN": ("#D55E00", "#B23A64", "#B8860B", "#E06A5B", "#9C5A2E", "#D9469A", "#BD7F41", "#A8553F"),
    "LSTM": ("#0072B2", "#3F98DA", "#4A63C9", "#0E8FA8", "#7C8FC4", "#2F78D6", "#6C7FA6", "#3E86A0"),
    "GRU": ("#009E73", "#7A9A1F", "#2C8C4A", "#3BA57A", "#5F8F6B", "#85992F", "#1F8F86", "#5E8C2E"),
    "MGU": ("#CC79A7", "#A64D9B", "#8C6BC8", "#C2577F", "#9D7BB8", "#B04FC0", "#A8708F", "#B97BD0"),
}
"""The colours of a cell's first, second, … network: warm, blue or green, and each seen on white and on black."""
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
        result.append(Look(SHADES[cell][index], MARKERS[index]))
    return result
