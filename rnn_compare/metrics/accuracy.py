"""The share of reviews that are judged rightly, at a threshold of one half."""

from rnn_compare.metrics.epoch_figure import Figure

ACCURACY = Figure("accuracy", "Accuracy", higher_is_better=True, format=".1%", position=10)
VALIDATION_ACCURACY = Figure("val_accuracy", "Validation accuracy", higher_is_better=True, format=".1%", position=30)
