"""Accuracy over the epochs."""

from rnn_compare.charts.curves.curve_chart import CurveChart, up_to_1

ACCURACY = CurveChart(
    name="accuracy",
    title="Accuracy",
    training="accuracy",
    validation="val_accuracy",
    tickformat=".0f",
    hoverformat=".1f",
    unit=" %",
    factor=100,
    range=up_to_1(0.4),
    position=10,
    shown_first=True,
    has_baselines=True,
)
