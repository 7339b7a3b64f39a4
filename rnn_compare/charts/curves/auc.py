"""Area under the ROC curve over the epochs: how well the networks rank the validation reviews."""

import math
from collections.abc import Sequence

from rnn_compare.charts.curves.curve_chart import ROOM, CurveChart

GUESSING = 0.5


def _range(values: Sequence[float]) -> tuple[float, float]:
    lowest = min(values, default=GUESSING)
    return min(GUESSING, math.floor(10 * lowest) / 10), ROOM


AUC = CurveChart(
    name="auc",
    title="AUC",
    training=None,
    validation="val_auc",
    tickformat=".3~f",
    hoverformat=".3f",
    range=_range,
    position=30,
)
