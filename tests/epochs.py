"""Finished epochs and runs, for tests in which only a few numbers matter."""

from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Owner, Run


def run_of(experiment: Experiment, run: str = "a", status: Status = Status.FINISHED, **fields: Any) -> Run:
    """A run of this machine."""
    return Run(run, 1, run, experiment, status, Owner(1, 1.0, "here"), "page", **({"created": 0.0} | fields))


def epoch_end(
    run: str, epoch: int, accuracy: float, loss: float, val_accuracy: float, val_loss: float, seconds: float
) -> EpochEnd:
    """An epoch with the four figures that Keras measures."""
    figures = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
    return EpochEnd(run, epoch, figures, seconds)
