"""Plotly layout that all figures made in Python share."""

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

GREY = "#888888"
"""Visible on white and on black."""
TICKS, FINE_TICKS = [1, 3, 10, 30, 100, 300, 1000], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
"""Numbers of words along an axis."""


def layout(height: int) -> dict[str, object]:
    """Returns the layout of line charts: a legend above, in type that a lecture hall can read."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 16}}
    return {"legend": legend, "margin": {"l": 10, "r": 15, "t": 10, "b": 50}, "height": height}


def axis(title: str, **settings: object) -> dict[str, object]:
    """Returns an axis with a title, in type that a lecture hall can read; it cannot be dragged."""
    return {
        "title": {"text": title, "font": {"size": 15}},
        "tickfont": {"size": 15},
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        **settings,
    }


def percentages(shares: Iterable[float]) -> list[float]:
    """Returns shares of 0 to 1 in percent: Plotly's format for shares writes "85%", this program "85 %"."""
    return [100 * share for share in shares]


def percent_axis(title: str, digits: int = 0, **settings: object) -> dict[str, object]:
    """Returns an axis in percent, for values of ``percentages``."""
    return axis(title, tickformat=f".{digits}f", ticksuffix=" %", **settings)


def between(x: Sequence[float], low: Sequence[float], high: Sequence[float], **look: object) -> dict[str, object]:
    """Returns Plotly's settings of the area between two lines over the same points."""
    area = {"x": [*x, *x[::-1]], "y": [*low, *high[::-1]]}
    return area | {"mode": "none", "fill": "toself", "hoverinfo": "skip"} | look


def over_words(title: str, height: int, ends: tuple[float, float]) -> dict[str, object]:
    """Returns the layout over a logarithmic axis of words between two exponents; a line by itself has a name too."""
    offered = TICKS if max(ends) - min(ends) > 1.5 else FINE_TICKS  # more have no room on a phone
    ticks = [tick for tick in offered if min(ends) <= np.log10(tick) <= max(ends)]
    shown = {"range": ends, "tickvals": ticks, "ticktext": [f"{tick:,}" for tick in ticks], "tickangle": 0}
    return layout(height) | {"showlegend": True, "xaxis": axis(title, type="log", **shown)}


def plain(text: str) -> str:
    """Returns a text escaped for Plotly, which reads markup."""
    return escape(text, quote=False)
