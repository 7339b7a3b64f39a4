"""The share of reviews that are judged rightly, at a threshold of one half."""

from rnn_compare.metrics.metric import Metric

ACCURACY = Metric("accuracy", "Accuracy", higher_is_better=True, format=".1%", position=10)
VALIDATION_ACCURACY = Metric("val_accuracy", "Validation accuracy", higher_is_better=True, format=".1%", position=30)
