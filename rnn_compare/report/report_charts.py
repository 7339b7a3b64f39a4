"""The charts of a report, as data for its page and as a Plotly figure for notebooks."""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rnn_compare.browser.curves import baseline_levels, curves_message
from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts, shown_charts
from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, plain
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.intervals import band
from rnn_compare.report.contents import Contents
from rnn_compare.runs.record import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Trace = dict[str, Any]
MOST_TICKS = 12
"""Up to this number of epochs each has a tick, as on the page."""
BAND_OPACITY, SINGLE_OPACITY = 0.18, 0.4


def charts(contents: Contents) -> dict[str, Any]:
    """Returns the message of all charts that have data, as the live board's; no charts without an epoch."""
    shown = _with_data(contents)
    ranges = [_range(chart, contents.runs) for chart in shown]
    message = curves_message(contents.groups, contents.looks, shown, ranges, counted=True)
    levels = [asdict(level) for level in baseline_levels(contents.baselines)]
    for chart, declared in zip(shown, message["charts"], strict=True):
        declared["baselines"] = levels if chart.has_baselines else []
    return message


def figure(contents: Contents, names: Collection[str]) -> "Figure":
    """Returns charts side by side as one Plotly figure: those named, or those that the page shows first."""
    from plotly.subplots import make_subplots

    shown = [chart for chart in _with_data(contents) if chart.name in shown_charts(names)]
    titles = [f"{chart.title}{' (dashed: training)' if chart.training else ''}" for chart in shown]
    plotted: Figure = make_subplots(cols=max(1, len(shown)), subplot_titles=titles)
    for column, chart in enumerate(shown, start=1):
        for place, (group, look) in enumerate(zip(contents.groups, contents.looks, strict=True)):
            for trace in _traces(chart, group, look, place):
                in_unit = {"y": [chart.factor * value for value in trace["y"]]}
                is_named = {"showlegend": trace["showlegend"] and column == 1}
                plotted.add_trace(trace | in_unit | is_named, row=1, col=column)
        for level in baseline_levels(contents.baselines) if chart.has_baselines else ():
            side = "top left" if level.side == "bottom" else "bottom left"
            line = {"color": GREY, "dash": "dot", "width": 1}
            text = {"annotation_text": level.text.replace("\n", " "), "annotation_position": side}
            plotted.add_hline(chart.factor * level.at, row=1, col=column, line=line, **text)
        ends = [chart.factor * (math.log10(end) if chart.log else end) for end in _range(chart, contents.runs)]
        axis = {"type": "log" if chart.log else "linear", "range": ends, "ticksuffix": chart.unit}
        plotted.update_yaxes(**axis, tickformat=chart.tickformat, row=1, col=column)
    longest = max((len(run.epochs) for run in contents.runs), default=0)
    ticks = {"dtick": 1} if longest <= MOST_TICKS else {}  # Plotly's own choice for few epochs has halves
    return plotted.update_xaxes(title_text="epoch", tickformat="d", **ticks).update_layout(height=420)


def curves_of(group: Group, figure: str) -> list[list[float]]:
    """Returns a metric by epoch of each finished run; of all runs in a group where none has finished."""
    runs = group.counted or group.runs
    return [curve for run in runs if (curve := _curve(run, figure))]


def _with_data(contents: Contents) -> list[CurveChart]:
    measured = {name for run in contents.runs for epoch in run.epochs for name in epoch.figures}
    return [chart for chart in all_charts().values() if chart.validation in measured]


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    """Returns the range of the axis, closer to the curves than on the board, where epochs are still to come."""
    epochs = [epoch.figures for run in runs for epoch in run.epochs]
    values = [figures[name] for figures in epochs for name in chart.figures if name in figures]
    low, high = chart.range(values)
    return (max(low, math.ceil(10 * min(values) - 1) / 10), high) if low and not chart.log else (low, high)


def _traces(chart: CurveChart, group: Group, look: Look, place: int) -> list[Trace]:
    name = plain(group.name).replace("%{", "%\u200b{")
    shared = {"type": "scatter", "legendgroup": str(place), "name": name, "showlegend": False, "meta": group.name}
    measured = curves_of(group, chart.validation)
    if not measured:
        return []
    traces = []
    if len(group.runs) > 1:
        traces += _singles(chart, group, look, shared)
    if len(measured) > 1:
        traces.append(_band(measured, look, shared))
    if chart.training is not None and (trained := curves_of(group, chart.training)):
        dashed = {"color": look.color, "width": 2, "dash": "6px,5px"}
        hover = f"{name} training %{{y:{chart.hoverformat}}}{chart.unit}<extra></extra>"
        traces.append(shared | {**_mean(trained), "mode": "lines", "line": dashed, "hovertemplate": hover})
    means = f", mean of {len(measured)}" if len(measured) > 1 else ""
    solid = {
        "mode": "lines+markers",
        "line": {"color": look.color, "width": 3},
        "marker": {"symbol": look.marker, "size": 8, "color": look.color},
        "hovertemplate": f"{name} {chart.solid}{means} <b>%{{y:{chart.hoverformat}}}{chart.unit}</b><extra></extra>",
        "showlegend": True,
    }
    return [*traces, shared | _mean(measured) | solid]


def _singles(chart: CurveChart, group: Group, look: Look, shared: Trace) -> list[Trace]:
    thin = {"mode": "lines", "line": {"color": look.color, "width": 1}, "opacity": SINGLE_OPACITY, "hoverinfo": "skip"}
    curves = [curve for run in group.runs if (curve := _curve(run, chart.validation))]
    return [shared | thin | {"x": _epochs(curve), "y": curve} for curve in curves]


def _band(curves: Sequence[Sequence[float]], look: Look, shared: Trace) -> Trace:
    mean_band = band(curves)
    low, high = mean_band.low.tolist(), mean_band.high.tolist()
    around = {"x": _epochs(high) + _epochs(low)[::-1], "y": high + low[::-1]}
    red, green, blue = (int(look.color[place : place + 2], 16) for place in (1, 3, 5))
    fill = {"fill": "toself", "fillcolor": f"rgba({red},{green},{blue},{BAND_OPACITY})", "line": {"width": 0}}
    return shared | around | fill | {"mode": "lines", "hoverinfo": "skip"}


def _mean(curves: Sequence[Sequence[float]]) -> Trace:
    means = band(curves).mean.tolist()
    return {"x": _epochs(means), "y": means}


def _curve(run: Run, figure: str) -> list[float]:
    values = [epoch.figures.get(figure) for epoch in run.epochs]
    return [value for value in values if value is not None] if None not in values else []


def _epochs(values: Sequence[float]) -> list[int]:
    return list(range(1, len(values) + 1))
