"""Finished epochs and runs, for tests in which only a few numbers matter."""

from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, EpochEnd, Started, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore


def run_of(experiment: Experiment, run: str = "a", status: Status = Status.FINISHED, **fields: Any) -> Run:
    """A run of this machine."""
    return Run(run, 1, run, experiment, status, Owner(1, 1.0, "here"), "page", **({"created": 0.0} | fields))


def epoch_end(
    run: str, epoch: int, accuracy: float, loss: float, val_accuracy: float, val_loss: float, seconds: float
) -> EpochEnd:
    """An epoch with the four figures that Keras measures."""
    figures = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
    return EpochEnd(run, epoch, figures, seconds)


def finish(
    store: RunStore, run: str, *accuracies: float, status: Status = Status.FINISHED, reason: str | None = None
) -> None:
    """Records through the record's own ways that a waiting run has trained, an epoch for each accuracy, and its end."""
    if status is not Status.QUEUED:
        store.record([Started(run, 322_113, "Model: sequential", {"keras": "3.15.1"}, 1.0)])
    store.record([epoch_end(run, n, share, 0.6, share, 0.65, 1.5) for n, share in enumerate(accuracies, 1)])
    if status.ended:
        store.record([Ended(run, status, reason, 60.0)])


def finished_run(store: RunStore, *accuracies: float, **settings: Any) -> str:
    """Records a new run that has trained, or whose ``status`` is another, and returns its id."""
    status = settings.pop("status", Status.FINISHED)
    [run] = store.create([Experiment(**settings)], Owner.current(), "page")
    finish(store, run, *accuracies, status=status)
    return run
