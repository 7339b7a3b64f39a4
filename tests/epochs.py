"""Finished epochs and their figures, for tests in which only a few numbers matter."""

from rnn_compare.runs.events import EpochEnd


def epoch_end(
    run: str, epoch: int, accuracy: float, loss: float, val_accuracy: float, val_loss: float, seconds: float
) -> EpochEnd:
    """An epoch with the four figures that Keras measures."""
    figures = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
    return EpochEnd(run, epoch, figures, seconds)
