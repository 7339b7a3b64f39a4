"""Parallel coordinates of a sweep: a line for each setting, through its values to its accuracy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.palette import picture
from rnn_compare.charts.plotly_style import GREY, plain
from rnn_compare.comparison.sweeps import Outcome, varied
from rnn_compare.formatting import percent
from rnn_compare.settings import SETTINGS, text

HEIGHT = 430
TICKS = 5
"""Labels of the accuracy axis."""
FAN = 0.1
"""Spread of the lines through one value, as a share of an axis: they would hide each other."""


def parallel_chart(results: Sequence[Outcome]) -> go.Figure:
    """Returns the chart of one setting or more: values evenly spaced along each axis, accuracies to scale."""
    names = varied([item.experiment for item in results]) or ["cell"]
    figure = go.Figure()
    for place, name in enumerate(names):
        values = _ordered([getattr(item.experiment, name) for item in results])
        heights = np.linspace(0, 1, len(values)) if len(values) > 1 else np.array([0.5])
        _add_axis(figure, place, SETTINGS[name].label, [text(name, value) for value in values], heights.tolist())
    means = [item.accuracy.mean for item in results]
    low, high = min(means), max(means)
    ticks = np.linspace(low, high, TICKS) if high > low else np.array([low])
    _add_axis(figure, len(names), "accuracy", list(map(percent, ticks)), [_scaled(tick, low, high) for tick in ticks])
    _add_lines(figure, results, names, [_scaled(value, low, high) for value in means])
    hidden: dict[str, Any] = {"visible": False, "fixedrange": True}
    return figure.update_layout(
        showlegend=False,
        hovermode="closest",
        xaxis={**hidden, "range": [-0.35, len(names) + 0.65]},
        yaxis={**hidden, "range": [-0.12, 1.2]},
        margin={"l": 5, "r": 5, "t": 5, "b": 5},
        height=HEIGHT,
    )


def _add_axis(figure: go.Figure, place: int, title: str, texts: Sequence[str], heights: Sequence[float]) -> None:
    figure.add_scatter(
        x=[place, place], y=[-FAN, 1 + FAN], mode="lines", line={"color": GREY, "width": 2}, hoverinfo="skip"
    )
    figure.add_annotation(x=place, y=1 + FAN, yanchor="bottom", text=f"<b>{title}</b>", showarrow=False, font_size=16)
    for label, height in zip(texts, heights, strict=True):
        figure.add_annotation(
            x=place, y=height, xanchor="left", xshift=6, text=f"<b>{label}</b>", showarrow=False, font_size=15
        )


def _add_lines(figure: go.Figure, results: Sequence[Outcome], names: Sequence[str], ends: Sequence[float]) -> None:
    fan = np.linspace(-FAN / 2, FAN / 2, len(results)) if len(results) > 1 else np.zeros(1)
    fanned = dict(zip(sorted(range(len(results)), key=lambda line: ends[line]), fan, strict=True))
    columns = [_ordered([getattr(item.experiment, name) for item in results]) for name in names]
    for line, (item, end) in enumerate(zip(results, ends, strict=True)):
        heights = [
            (values.index(getattr(item.experiment, name)) / (len(values) - 1) if len(values) > 1 else 0.5)
            + fanned[line]
            for name, values in zip(names, columns, strict=True)
        ]
        figure.add_scatter(
            x=list(range(len(names) + 1)),
            y=[*heights, end],
            mode="lines+markers",
            line={"color": picture(item.experiment.cell).color, "width": 2.5},
            marker={"size": 7},
            opacity=0.8,
            customdata=[f"{plain(item.group.name)}: {item.accuracy.text}, n = {item.accuracy.runs}"] * (len(names) + 1),
            hovertemplate="%{customdata}<extra></extra>",
        )


def _ordered(values: Sequence[Any]) -> list[Any]:
    return (
        list(dict.fromkeys(values))
        if isinstance(values[0], str)
        else sorted(set(values), key=lambda value: (value is not None, value))
    )


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5
