"""Accuracy against what it costs, a point for each setting, with the Pareto front."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from rnn_compare.charts.palette import MARKERS, picture
from rnn_compare.charts.plotly_style import GREY, accuracy_axis, axis, in_percent, layout, plain
from rnn_compare.charts.sweep_charts import HEIGHT, LOGARITHMIC
from rnn_compare.comparison.sweeps import Outcome
from rnn_compare.formatting import percent

NAME_ROOM = 0.25
MOST_NAMED = 8
"""Points of the front up to which names fit."""


def front(costs: Sequence[float], accuracies: Sequence[float]) -> list[int]:
    """Returns the indices of the points that no other point dominates, from the cheapest to the most expensive.

    A point dominates another if it costs no more and is no less accurate, and is better in one of the two. All of
    several equal points are kept.

    Example:
        >>> front([2080, 6336, 8320, 8320], [0.84, 0.88, 0.87, 0.89])
        [0, 1, 3]
    """
    points = list(zip(costs, accuracies, strict=True))
    best_places: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (costs[place], -accuracies[place])):
        best = points[best_places[-1]] if best_places else None
        if best is None or accuracies[place] > best[1] or points[place] == best:
            best_places.append(place)
    return best_places


def cost_chart(settings: Sequence[Outcome], costs: Sequence[float], cost: str, unit: str, accuracy: str) -> go.Figure:
    """Returns the scatter; error bars are 95 % intervals of the mean over seeds."""
    figure = go.Figure()
    best = front(costs, [setting.accuracy.mean for setting in settings])
    figure.add_scatter(
        x=[costs[place] for place in best],
        y=in_percent(settings[place].accuracy.mean for place in best),
        mode="lines",
        line={"color": GREY, "dash": "dash", "width": 2.5, "shape": "hv"},
        name="Pareto front",
        hoverinfo="skip",
    )
    names = _names(settings, costs, best) if len(best) <= MOST_NAMED else {}
    for number, cell in enumerate(dict.fromkeys(setting.experiment.cell for setting in settings)):
        places = [place for place, setting in enumerate(settings) if setting.experiment.cell == cell]
        of_cell = [settings[place] for place in places]
        figure.add_scatter(
            x=[costs[place] for place in places],
            y=in_percent(item.accuracy.mean for item in of_cell),
            error_y={
                "array": in_percent(item.accuracy.margin or 0.0 for item in of_cell),
                "thickness": 1.5,
                "width": 5,
            },
            mode="markers+text",
            name=cell,
            marker={"color": picture(cell).color, "symbol": MARKERS[number % len(MARKERS)], "size": 12},
            text=[names.get(place, "") for place in places],
            # Alternately above and below, for neighbours on the front may lie close.
            textposition=[f"{'bottom' if place in best[1::2] else 'top'} right" for place in places],
            textfont={"size": 14},
            cliponaxis=False,
            hoverlabel={"namelength": -1},
            customdata=[[_name(item), percent(item.accuracy.mean), item.accuracy.runs] for item in of_cell],
            hovertemplate=f"%{{customdata[0]}}: %{{customdata[1]}}, %{{x:,.4~r}} {unit}, "
            "n = %{customdata[2]}<extra></extra>",
        )
    return figure.update_layout(
        **layout(HEIGHT), xaxis=axis(cost, **_range(costs), tickformat=",.3~r"), yaxis=accuracy_axis(accuracy)
    )


def _range(costs: Sequence[float]) -> dict[str, object]:
    """Returns the range of the axis, with room for names at the right."""
    low, high = min(costs), max(costs)
    if high > LOGARITHMIC * low:
        span = math.log10(high / low)
        return {
            "type": "log",
            "dtick": "D2",
            "range": [math.log10(low) - 0.06 * span, math.log10(high) + NAME_ROOM * span],
        }
    span = (high - low) or high
    return {"range": [low - 0.06 * span, high + NAME_ROOM * span]}


def _names(settings: Sequence[Outcome], costs: Sequence[float], places: Sequence[int]) -> dict[int, str]:
    """Returns the labels of points by index; the first of several equal points has the names of all, one a line."""
    together: dict[tuple[float, float], list[int]] = {}
    for place in places:
        together.setdefault((costs[place], settings[place].accuracy.mean), []).append(place)
    return {equal[0]: "<br>".join(_name(settings[place]) for place in equal) for equal in together.values()}


def _name(outcome: Outcome) -> str:
    return plain(outcome.group.name)
