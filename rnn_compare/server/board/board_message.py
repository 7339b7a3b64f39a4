"""The board's message: cards, curves, charts and findings as values and texts for the browser."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rnn_compare.charts.curves.curve_chart import CurveChart, Mark
from rnn_compare.charts.curves.registry import CHARTS, SHOWN_FIRST
from rnn_compare.charts.palette import looks
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.intervals import FEWEST, Band, band
from rnn_compare.formatting import counted
from rnn_compare.metrics.registry import METRICS
from rnn_compare.runs.estimate import NO_HISTORY, History
from rnn_compare.runs.events import Progress
from rnn_compare.runs.record import Run
from rnn_compare.server.board import board_cards
from rnn_compare.server.board.board_cards import replay_text, subject
from rnn_compare.server.shown_runs import grouped

MARKED = "Kamada's 85 % and 89 % are the best epochs of one training each: another seed gives others."


@dataclass(frozen=True)
class View:
    """A viewer's choice of charts and of their content.

    Attributes:
        charts: Names of the charts.
        marks: Whether to draw the lecture's 85 % and 89 %.
        baselines: Whether to draw baselines.
        gap: Whether to shade the gap between training and validation.
    """

    charts: tuple[str, ...] = SHOWN_FIRST
    marks: bool = False
    baselines: bool = False
    gap: bool = False


def message(
    runs: Sequence[Run],
    starts: Mapping[str, float],
    view: View = View(),
    hint: str = "",
    history: History = NO_HISTORY,
    findings: Sequence[Finding] = (),
    baselines: Sequence[Mark] = (),
    remark: str = "",
) -> dict[str, Any]:
    """Returns the board's message.

    Args:
        runs: The runs on the board.
        starts: Seconds until each queued run of the server starts, by id, the next first.
        view: The viewer's choice of charts.
        hint: Text in the empty charts when there is no run.
        history: Timings of earlier runs, for runs without a finished epoch.
        findings: Sentences about the curves.
        baselines: Lines across the charts that have them.
        remark: A note on the baselines, beside the titles of these charts.
    """
    groups = grouped(runs)
    curve_charts = [CHARTS[name] for name in view.charts]
    styles = looks(group.experiment.cell for group in groups)
    colors = {run.id: look.color for group, look in zip(groups, styles, strict=True) for run in group.runs}
    every = thinning(groups, curve_charts)
    # Half an interval may be longer than the axis.
    scales = {chart.name: max(1, 2 * _range(chart, runs)[1] / LARGEST) for chart in curve_charts}
    return {
        "subject": subject(runs),
        "replay": replay_text(runs),
        "groups": [
            {
                "id": group.runs[0].id,
                "label": group.name,
                "color": look.color,
                "marker": look.marker,
                **board_cards.card(group, starts, history),
                **curves(group, curve_charts, scales, every),
            }
            for group, look in zip(groups, styles, strict=True)
        ],
        "charts": [_chart(chart, runs, scales[chart.name], view, baselines, remark) for chart in curve_charts],
        "gap": view.gap,
        "busy": any(not run.status.ended for run in runs),
        "epochs": max((run.experiment.epochs for run in runs), default=10),
        "hint": hint,
        "note": " ".join(filter(None, [MARKED if view.marks else "", _how_to_read(groups)])),
        "findings": [{"color": colors[finding.run], "text": finding.text} for finding in findings],
    }


def _range(chart: CurveChart, runs: Sequence[Run]) -> tuple[float, float]:
    points = [point.figures for run in runs for points in (run.epochs, trail(run)) for point in points]
    return chart.range([figures[name] for figures in points for name in chart.figures if name in figures])


def _chart(
    chart: CurveChart, runs: Sequence[Run], scale: float, view: View, baselines: Sequence[Mark], remark: str
) -> dict[str, Any]:
    title = f"Replay: {chart.title}" if any(run.replayed for run in runs) else chart.title
    low, high = (end / scale for end in _range(chart, runs))
    lines = baselines if view.baselines and chart.has_baselines else ()
    called = METRICS[chart.validation].title
    return {
        "name": chart.name,
        "title": title,
        "training": chart.training,
        "validation": chart.validation,
        "solid": chart.solid,
        "called": f"{called[0].lower()}{called[1:]}",
        "best": "highest" if METRICS[chart.validation].higher_is_better else "lowest",
        "tickformat": chart.tickformat,
        "hoverformat": chart.hoverformat,
        "unit": chart.unit,
        "factor": chart.factor * scale,
        "range": (low, high),
        "marks": [asdict(mark) for mark in chart.marks] if view.marks else [],
        "remark": remark if chart.has_baselines else "",
        "baselines": [asdict(line) for line in lines if low <= line.at <= high],
    }


def _how_to_read(groups: Sequence[Group]) -> str:
    several = [group for group in groups if len(group.runs) > 1]
    if not several:
        return ""
    counts = [count for group in several for count in finished(group)]
    fewest, most = min(counts, default=0), max(counts, default=0)
    seeds = counted(most, "seed") if fewest == most else f"{fewest} to {most} seeds"
    interval = "; band: 95 % t-interval" if most >= FEWEST else ""
    return f"Thick: mean of n = {seeds}{interval}; thin: single seeds."


TRAIL = 24
"""Points of the running epoch in a message, including the newest."""
LARGEST = 4.6655
"""Largest number in three base-36 digits of ten-thousandths."""
FIRST_BATCHES = 8
"""Batches of a later epoch that are not drawn."""
MOST_OF_SEEDS = 800
"""Numbers of single seeds and bands in a message; above this, only every second, third, … epoch is sent."""


def curves(group: Group, charts: Sequence[CurveChart], scales: Mapping[str, float], every: int = 1) -> dict[str, Any]:
    """Returns the curves of a card: ``figures`` per epoch by name, divided by their chart's scale.

    One run also has ``trail``, the points of its running epoch. For several seeds, ``figures`` are means over the seeds
    that have finished the epoch, and ``seeds`` holds their number (``counts``, a base-36 digit each), half the width of
    the mean's interval (``half``) and the single curves (``single``), the latter two for every ``every``-th epoch.
    """
    if len(group.runs) == 1:
        return _of_one(group.runs[0], charts, scales)
    means = {name: _mean(group, name) for chart in charts for name in chart.figures}
    by = {name: scales[chart.name] for chart in charts for name in chart.figures}
    validation = [chart.validation for chart in charts]
    few = slice(every - 1, None, every)
    return {
        "figures": {name: packed(values.mean, by[name]) for name, values in means.items()},
        "seeds": {
            "counts": "".join(np.base_repr(count, 36) for count in finished(group)),
            "every": every,
            "half": {name: packed(((means[name].high - means[name].low) / 2)[few], by[name]) for name in validation},
            "single": {
                name: [packed(_values(run, name)[few], by[name]) for run in group.runs if run.epochs]
                for name in validation
            },
        },
    }


def thinning(groups: Sequence[Group], charts: Sequence[CurveChart]) -> int:
    """Returns the step between epochs of single seeds and bands that keeps a message small."""
    of_seeds = [run for group in groups if len(group.runs) > 1 for run in group.runs]
    numbers = len(charts) * sum(len(run.epochs) for run in of_seeds)
    return max(1, math.ceil(numbers / MOST_OF_SEEDS))


def finished(group: Group) -> list[int]:
    """Returns the number of seeds that have finished each epoch."""
    epochs = [len(run.epochs) for run in group.runs]
    return [sum(count > epoch for count in epochs) for epoch in range(max(epochs))]


def trail(run: Run) -> list[Progress]:
    """Returns the points of the running epoch that are drawn."""
    # A mean over one or two batches fluctuates; only in the first epoch is it better than nothing.
    points = [
        point
        for point in run.progress
        if point.phase == "training" and point.figures and (point.epoch == 1 or point.batch >= FIRST_BATCHES)
    ]
    step = -(-len(points) // TRAIL) or 1
    return points[::-1][::step][::-1]


def packed(values: Iterable[float | None], scale: float = 1) -> str:
    """Returns numbers as three base-36 digits each, in ten-thousandths of a scale: a third of the bytes of decimals.

    This is finer than a wall can show. Larger numbers become 4.6655; missing ones are ``___``.

    Example:
        >>> packed([0.0, 0.8624, 9.9, None])
        '0006NKZZZ___'
    """
    return "".join(
        "___" if value is None else np.base_repr(round(10_000 * min(max(value / scale, 0.0), LARGEST)), 36).zfill(3)
        for value in values
    )


def _of_one(run: Run, charts: Sequence[CurveChart], scales: Mapping[str, float]) -> dict[str, Any]:
    points = trail(run)
    return {
        "figures": {name: packed(_values(run, name), scales[chart.name]) for chart in charts for name in chart.figures},
        "trail": {
            "at": packed(point.batch / point.batches for point in points),
            "figures": {
                chart.training: packed((point.figures.get(chart.training) for point in points), scales[chart.name])
                for chart in charts
                if chart.training is not None
            },
        },
    }


def _values(run: Run, name: str) -> list[float | None]:
    return [epoch.figures.get(name) for epoch in run.epochs]


def _mean(group: Group, name: str) -> Band:
    """Returns the mean per epoch; empty for a figure that some epoch lacks, which would mix different seeds."""
    values = [_values(run, name) for run in group.runs if run.epochs]
    whole = [[value for value in curve if value is not None] for curve in values]
    return band(whole if [*map(len, whole)] == [*map(len, values)] else [])
