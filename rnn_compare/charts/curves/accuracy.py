"""Accuracy over the epochs, with the lecture's best ones as marks."""

import math
from collections.abc import Sequence

from rnn_compare.charts.curves.curve_chart import ROOM, CurveChart, Mark
from rnn_compare.charts.palette import picture


def _range(values: Sequence[float]) -> tuple[float, float]:
    lowest = min(values, default=1.0)
    return min(0.4, math.floor(10 * lowest) / 10), ROOM


ACCURACY = CurveChart(
    name="accuracy",
    title="Accuracy",
    training="accuracy",
    validation="val_accuracy",
    tickformat=".0f",
    hoverformat=".1f",
    unit=" %",
    factor=100,
    range=_range,
    position=10,
    shown_first=True,
    marks=(
        Mark("lecture's SimpleRNN\n85 %", 0.85, picture("SimpleRNN").color, "bottom"),
        Mark("lecture's LSTM\n89 %", 0.89, picture("LSTM").color, "top"),
    ),
    has_baselines=True,
)
