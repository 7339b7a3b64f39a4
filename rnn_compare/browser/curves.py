"""Curves over the epochs as data for a browser: what every message with charts has in common.

``drawing/curves/curves_message.js`` reads it, for the live board, for reports and for phones.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.numbers import LARGEST, packed
from rnn_compare.charts.curves.curve_chart import CurveChart
from rnn_compare.charts.palette import look
from rnn_compare.comparison.baselines import Baseline
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.intervals import band
from rnn_compare.formatting import percent
from rnn_compare.runs.events import Progress
from rnn_compare.runs.record import Run

_SMALLEST = 1e-9
"""Stands for 0 on a logarithmic axis."""


@dataclass(frozen=True)
class Scale:
    """The scale of a chart's numbers in a message.

    Attributes:
        unit: What 1 in the message stands for.
        log: Whether the message has the numbers' decimal logarithms, so that small ones keep their digits beside large.
    """

    unit: float = 1
    log: bool = False

    @classmethod
    def of_axis(cls, low: float, high: float, *, log: bool) -> Self:
        """Returns the scale of an axis between these ends; half an interval may be twice as long."""
        ends = [cls(1, log).scaled(end) for end in (low, high)]
        return cls(max(1, 2 * max(map(abs, ends)) / LARGEST), log)

    def scaled(self, value: float) -> float:
        """Returns a number as it is sent."""
        return (math.log10(max(value, _SMALLEST)) if self.log else value) / self.unit

    def packed(self, values: Iterable[float | None]) -> str:
        """Returns numbers on this scale, packed."""
        return packed(None if value is None else self.scaled(value) for value in values)


FEWEST_WITH_BAND = 5
"""Seeds whose mean is drawn with its interval: that of fewer covers half of a chart, and says little about others."""
TRAIL = 24
"""Points of the running epoch in a message, including the newest."""
FIRST_BATCHES = 8
"""Batches of a later epoch that are not drawn."""


def curves_message(
    groups: Sequence[Group],
    charts: Sequence[CurveChart],
    baselines: Sequence[Baseline] = (),
    every: int = 1,
    *,
    counted: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """Returns ``charts`` and ``groups`` of a message, in these orders.

    Args:
        groups: The settings that are drawn.
        charts: The charts that draw them.
        baselines: Drawn across the charts that have them.
        every: Single seeds and bands are sent for every so many epochs.
        counted: Whether only runs that trained to their end are in the means, where there are any.
    """
    ranges = [_range(chart, groups) for chart in charts]
    scales = [Scale.of_axis(*ends, log=chart.log) for chart, ends in zip(charts, ranges, strict=True)]
    by_figure = {name: scale for chart, scale in zip(charts, scales, strict=True) for name in chart.figures}
    return {
        "charts": [
            {
                **chart.declaration,
                "title": chart.title,
                "factor": chart.factor * scale.unit,
                "range": tuple(map(scale.scaled, ends)),
                "baselines": _levels(chart, ends, baselines),
            }
            for chart, scale, ends in zip(charts, scales, ranges, strict=True)
        ],
        "groups": [
            {
                "id": group.runs[0].id,
                "label": group.name,
                "color": look(group).color,
                "marker": look(group).marker,
                **_curves(group, (counted and group.counted) or group.runs, charts, by_figure, every),
            }
            for group in groups
        ],
    }


def _range(chart: CurveChart, groups: Sequence[Group]) -> tuple[float, float]:
    runs = [run for group in groups for run in group.runs]
    points = [point.figures for run in runs for points in (run.epochs, trail(run)) for point in points]
    return chart.range([figures[name] for figures in points for name in chart.figures if name in figures])


def _levels(chart: CurveChart, ends: tuple[float, float], baselines: Sequence[Baseline]) -> list[dict[str, Any]]:
    """Returns the baselines within a chart's axis as lines across it: the text of each, and where it is."""
    return [
        {"text": f"{baseline.title.lower()}\n{percent(baseline.val_accuracy)}", "at": baseline.val_accuracy}
        for baseline in baselines
        if chart.has_baselines and baseline.reads_text and ends[0] <= baseline.val_accuracy <= ends[1]
    ]


def _curves(
    group: Group, averaged: tuple[Run, ...], charts: Sequence[CurveChart], scales: Mapping[str, Scale], every: int
) -> dict[str, Any]:
    """Returns a group's curves: ``figures`` per epoch by name, on their chart's scale.

    One run also has ``trail``, the points of its running epoch. For several seeds, ``figures`` are means over the
    averaged runs that have finished the epoch, and ``seeds`` holds their number (``counts``),
    half the width of the mean's interval (``half``) and all single curves (``single``), the latter two for every
    ``every``-th epoch.
    """
    if len(group.runs) == 1:
        points = trail(group.runs[0])
        training = [chart.training for chart in charts if chart.training is not None]
        return {
            "figures": {name: scale.packed(_values(group.runs[0], name)) for name, scale in scales.items()},
            "trail": {
                "at": packed(point.batch / point.batches for point in points),
                "figures": {name: scales[name].packed(p.figures.get(name) for p in points) for name in training},
            },
        }
    means = {name: _mean(averaged, name) for name in scales}
    validation = {chart.validation: scales[chart.validation] for chart in charts}
    few = slice(every - 1, None, every)
    return {
        "figures": {name: scales[name].packed(mean) for name, (mean, _) in means.items()},
        "seeds": {
            "counts": packed(replace(group, runs=averaged).finishers, 1, "<i1"),
            "every": every,
            "half": {name: scale.packed(means[name][1][few]) for name, scale in validation.items()},
            "single": {
                name: [scale.packed(_values(run, name)[few]) for run in group.runs if run.epochs]
                for name, scale in validation.items()
            },
        },
    }


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


def _values(run: Run, name: str) -> list[float | None]:
    return [epoch.figures.get(name) for epoch in run.epochs]


def _mean(runs: Sequence[Run], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the mean per epoch, and half its interval.

    Empty for a figure that some epoch lacks, which would mix different seeds.
    """
    values = [_values(run, name) for run in runs if run.epochs]
    whole = [[value for value in curve if value is not None] for curve in values]
    return band(whole if [*map(len, whole)] == [*map(len, values)] else [], FEWEST_WITH_BAND)
