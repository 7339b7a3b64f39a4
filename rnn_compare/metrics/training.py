"""Metrics that training measures itself: accuracy, binary cross-entropy, and the largest gradient of an epoch."""

from rnn_compare.metrics.metric import Metric

ACCURACY = Metric("accuracy", "Accuracy", higher_is_better=True, format=".1%", position=10)
"""The share of reviews that are classified correctly, at a threshold of one half."""
LOSS = Metric("loss", "Loss", higher_is_better=False, format=".3f", position=20)
VALIDATION_ACCURACY = Metric("val_accuracy", "Validation accuracy", higher_is_better=True, format=".1%", position=30)
VALIDATION_LOSS = Metric("val_loss", "Validation loss", higher_is_better=False, format=".3f", position=40)
GRADIENT_NORM = Metric("gradient_norm", "Largest gradient norm", higher_is_better=False, format=".3g", position=60)
"""Over all weights and batches of the epoch, before clipping: what ``clipnorm`` limits. It shows exploding gradients
(Pascanu, Mikolov and Bengio 2013)."""
