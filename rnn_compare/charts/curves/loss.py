"""Loss over the epochs."""

import math
from collections.abc import Sequence

from rnn_compare.charts.curves.curve_chart import ROOM, CurveChart

HIGHEST = 3.0
"""The axis ends here at the latest: a larger loss would flatten all other curves."""


def _range(values: Sequence[float]) -> tuple[float, float]:
    highest = min(max(values, default=0.0), HIGHEST)
    return 0.0, ROOM * max(0.8, math.ceil(5 * highest + 0.25) / 5)


LOSS = CurveChart(
    name="loss",
    title="Loss",
    training="loss",
    validation="val_loss",
    tickformat=".1f",
    hoverformat=".3f",
    range=_range,
    position=20,
    shown_first=True,
)
