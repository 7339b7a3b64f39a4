"""Binary cross-entropy: what training brings down."""

from rnn_compare.metrics.epoch_figure import Figure

LOSS = Figure("loss", "Loss", higher_is_better=False, format=".3f", position=20)
VALIDATION_LOSS = Figure("val_loss", "Validation loss", higher_is_better=False, format=".3f", position=40)
