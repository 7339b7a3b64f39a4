"""The Brier score over the epochs."""

from rnn_compare.charts.curves.curve_chart import CurveChart

BRIER = CurveChart(
    name="brier",
    title="Brier score",
    training=None,
    validation="val_brier",
    tickformat=".3~f",
    hoverformat=".3f",
    range=lambda values: (0.0, max([0.25, *values])),
    position=35,
)
