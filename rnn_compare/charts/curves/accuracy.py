"""Accuracy over the epochs, with the lecture's best values as marks."""

from rnn_compare.charts.curves.curve_chart import CurveChart, Mark, up_to_1
from rnn_compare.charts.palette import picture

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
    marks=(
        Mark("lecture's SimpleRNN\n85 %", 0.85, picture("SimpleRNN").color, "bottom"),
        Mark("lecture's LSTM\n89 %", 0.89, picture("LSTM").color, "top"),
    ),
    has_baselines=True,
)
