"""Area under the ROC curve over the epochs: how well the networks rank the validation reviews."""

from rnn_compare.charts.curves.curve_chart import CurveChart, up_to_1

GUESSING = 0.5

AUC = CurveChart(
    name="auc",
    title="AUC",
    training=None,
    validation="val_auc",
    tickformat=".3~f",
    hoverformat=".3f",
    range=up_to_1(GUESSING),
    position=30,
)
