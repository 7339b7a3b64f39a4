"""Largest gradient norm over the epochs, which shows exploding gradients."""

import math
from collections.abc import Sequence

from rnn_compare.charts.curves.curve_chart import ROOM, CurveChart


def _decades(values: Sequence[float]) -> tuple[float, float]:
    positive = [value for value in values if value > 0] or [0.1, 10.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return 10.0**low, ROOM * 10.0 ** max(high, low + 1)


GRADIENT_NORM = CurveChart(
    name="gradient",
    title="Largest gradient norm",
    training=None,
    validation="gradient_norm",
    tickformat="~g",
    hoverformat=".2f",
    range=_decades,
    position=40,
    log=True,
)
