"""Binary cross-entropy: what training brings down."""

from rnn_compare.metrics.metric import Metric

LOSS = Metric("loss", "Loss", higher_is_better=False, format=".3f", position=20)
VALIDATION_LOSS = Metric("val_loss", "Validation loss", higher_is_better=False, format=".3f", position=40)
