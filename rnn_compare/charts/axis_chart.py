"""Line charts of a sweep: accuracy along one setting, with bands, and the expected best of k trainings."""

from collections.abc import Sequence

import plotly.graph_objects as go

from rnn_compare.charts.palette import Look, looks
from rnn_compare.charts.plotly_style import accuracy_axis, axis, in_percent, layout, plain
from rnn_compare.comparison.sweeps import Outcome, expected_best
from rnn_compare.experiment_sets import MAX_COMPARED, labels
from rnn_compare.settings import SETTINGS

HEIGHT = 410
LOGARITHMIC = 8
"""How many times the least value the largest must be for an axis that counts factors."""


def axis_chart(results: Sequence[Outcome], setting: str, accuracy: str) -> go.Figure:
    """Returns mean accuracies by the values of a setting; bands are 95 % intervals of the mean over seeds."""
    lines: dict[object, list[Outcome]] = {}
    for item in results:
        rest = item.experiment.model_copy(update={setting: None, "seed": 0})
        lines.setdefault(rest, []).append(item)
    names = _names([members[0] for members in lines.values()], setting)
    drawn_as = looks(members[0].experiment.cell for members in lines.values())
    values = sorted({getattr(item.experiment, setting) for item in results}, key=_order)
    numbers = bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    figure = go.Figure()
    for members, name, look in zip(lines.values(), names, drawn_as, strict=True):
        members.sort(key=lambda item: values.index(getattr(item.experiment, setting)))
        _add(figure, members, setting, name, look, numbers, band=len(lines) <= MAX_COMPARED)
    figure.update_layout(
        **layout(), xaxis=axis(SETTINGS[setting].label, **_scale(values, numbers)), yaxis=accuracy_axis(accuracy)
    )
    return figure


def _add(
    figure: go.Figure, members: Sequence[Outcome], setting: str, name: str, look: Look, numbers: bool, band: bool
) -> None:
    places = [getattr(item.experiment, setting) for item in members]
    x = places if numbers else [str(place) for place in places]
    intervals = [
        (place, item.accuracy) for place, item in zip(x, members, strict=True) if item.accuracy.margin is not None
    ]
    if band and intervals:
        highs = [accuracy.mean + (accuracy.margin or 0.0) for _, accuracy in intervals]
        lows = [accuracy.mean - (accuracy.margin or 0.0) for _, accuracy in intervals]
        figure.add_scatter(
            x=[*(place for place, _ in intervals), *(place for place, _ in reversed(intervals))],
            y=in_percent([*highs, *reversed(lows)]),
            fill="toself",
            fillcolor=look.color,
            opacity=0.16,
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=name,
        )
    figure.add_scatter(
        x=x,
        y=in_percent(item.accuracy.mean for item in members),
        mode="lines+markers",
        name=name,
        legendgroup=name,
        line={"color": look.color, "width": 3},
        marker={"symbol": look.marker, "size": 10},
        hoverlabel={"namelength": -1},
        customdata=[
            [f" ± {100 * item.accuracy.margin:.1f}" if item.accuracy.margin is not None else "", item.accuracy.runs]
            for item in members
        ],
        hovertemplate="%{y:.1f}%{customdata[0]} %, n = %{customdata[1]}",
    )


def _names(firsts: Sequence[Outcome], setting: str) -> list[str]:
    # The value along the axis tells no line from another: all get the first one's, so that no label names it.
    alike = [
        item.experiment.model_copy(update={setting: getattr(firsts[0].experiment, setting), "seed": 0})
        for item in firsts
    ]
    if setting == "units":
        return [
            plain(label.replace(f"({item.units})", "", 1)) for label, item in zip(labels(alike), alike, strict=True)
        ]
    return [plain(label) for label in labels(alike)]


def _scale(values: Sequence[object], numbers: bool) -> dict[str, object]:
    if not numbers:
        return {"type": "category"}
    sizes = [float(str(value)) for value in values]
    ticks: dict[str, object] = {"tickvals": values, "ticktext": [f"{value:,}" for value in values]}
    return {"type": "log", **ticks} if sizes[0] > 0 and sizes[-1] >= LOGARITHMIC * sizes[0] else ticks


def _order(value: object) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))


def best_of_chart(results: Sequence[Outcome], accuracy: str) -> go.Figure:
    """Returns for each cell what the best of k trainings, drawn from those of the sweep, is expected to reach."""
    cells = list(dict.fromkeys(item.experiment.cell for item in results))
    figure = go.Figure()
    for cell, look in zip(cells, looks(cells), strict=True):
        expected = expected_best(
            [value for item in results if item.experiment.cell == cell for value in item.accuracies]
        )
        figure.add_scatter(
            x=list(range(1, len(expected) + 1)),
            y=in_percent(expected),
            mode="lines+markers",
            name=f"{cell} (n = {len(expected)})",
            line={"color": look.color, "width": 3},
            marker={"symbol": look.marker, "size": 8},
            hoverlabel={"namelength": -1},
            hovertemplate="best of %{x}: %{y:.1f} %",
        )
    few = sum(len(item.accuracies) for item in results) <= 12  # Plotly would put halves between them
    ticks = {"dtick": 1} if few else {}
    figure.update_layout(
        **layout(),
        xaxis=axis("number of trainings, k", rangemode="tozero", tickformat="d", **ticks),
        yaxis=accuracy_axis(accuracy),
    )
    return figure
