"""Largest gradient norm over the epochs, which shows exploding gradients."""

import math
from collections.abc import Sequence

from rnn_compare.charts.curves.curve_chart import ROOM, CurveChart


def _range(values: Sequence[float]) -> tuple[float, float]:
    highest = max(values, default=0.0) or 1.0
    step = 10.0 ** math.floor(math.log10(highest))
    return 0.0, ROOM * step * math.ceil(highest / step + 0.1)


GRADIENT_NORM = CurveChart(
    name="gradient",
    title="Largest gradient norm",
    training=None,
    validation="gradient_norm",
    tickformat="~g",
    hoverformat=".2f",
    range=_range,
    position=40,
)
