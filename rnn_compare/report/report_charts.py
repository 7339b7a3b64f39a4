"""The charts of a report, as data for its page."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rnn_compare.browser.curves import baseline_levels, curves_message
from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts
from rnn_compare.report.contents import Contents
from rnn_compare.runs.record import Run


def charts(contents: Contents) -> dict[str, Any]:
    """Returns the message of all charts that have data, as the live board's; no charts without an epoch."""
    shown = _with_data(contents)
    ranges = [_range(chart, contents.runs) for chart in shown]
    message = curves_message(contents.groups, contents.looks, shown, ranges, counted=True)
    levels = [asdict(level) for level in baseline_levels(contents.baselines)]
    for chart, declared in zip(shown, message["charts"], strict=True):
        declared["baselines"] = levels if chart.has_baselines else []
    return message


def _with_data(contents: Contents) -> list[CurveChart]:
    measured = {name for run in contents.runs for epoch in run.epochs for name in epoch.figures}
    return [chart for chart in all_charts().values() if chart.validation in measured]


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    """Returns the range of the axis, closer to the curves than on the board, where epochs are still to come."""
    epochs = [epoch.figures for run in runs for epoch in run.epochs]
    values = [figures[name] for figures in epochs for name in chart.figures if name in figures]
    low, high = chart.range(values)
    return (max(low, math.ceil(10 * min(values) - 1) / 10), high) if low and not chart.log else (low, high)
