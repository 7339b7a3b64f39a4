"""Runs: as values, recorded through the record's own ways, or as if they had been trained on the real reviews."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.presets import Preset
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, EpochEnd, Part, Predictions, Started, Status, accuracy, encoded
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.schema import row_of
from rnn_compare.runs.shipped import add_shipped, shipped_ids
from rnn_compare.runs.store import RunStore


def run_of(experiment: Experiment, run: str = "a", status: Status = Status.FINISHED, **fields: Any) -> Run:
    """A run of this machine."""
    return Run(run, 1, run, experiment, status, Owner(1, 1.0, "here"), "page", **({"created": 0.0} | fields))


def run_with(
    name: str = "a",
    val_accuracies: Sequence[float] = (),
    status: Status = Status.FINISHED,
    fields: Mapping[str, Any] = MappingProxyType({}),
    **settings: Any,
) -> Run:
    """A run of this machine with these settings, and with an epoch of two seconds for each validation accuracy.

    Args:
        name: Its id.
        val_accuracies: Of each epoch; ``[0.6] * 4`` where only their number matters.
        status: Where it stands.
        fields: Of the run, such as ``turn`` or ``visitor``.
        settings: Of its experiment.
    """
    epochs = tuple(epoch_end(name, n, 0.5, 0.7, share, 0.65, 2.0) for n, share in enumerate(val_accuracies, 1))
    return run_of(Experiment.model_validate(settings), name, status, **({"epochs": epochs} | dict(fields)))


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


def drawn(labels: NDArray[np.int64], share: float, chance: np.random.Generator) -> NDArray[np.float64]:
    """Probabilities of which exactly that share, to the nearest review, are on the right side; which ones is drawn."""
    right = chance.permutation(len(labels)) < round(share * len(labels))
    return np.where(right == (labels == 1), 0.9, 0.1)


def record(
    store: RunStore,
    experiment: Experiment,
    val_accuracies: Sequence[float],
    status: Status = Status.FINISHED,
    test: float | None = None,
    keep: bool = True,
    run: str = "",
) -> Run:
    """Records a run whose validation had these accuracies.

    Args:
        store: The record.
        experiment: What was trained; its number of epochs is that of the accuracies, unless it was broken off.
        val_accuracies: Of each finished epoch.
        status: How it ended, or running.
        test: Accuracy on the test reviews.
        keep: Whether verdicts are kept, which earlier versions did not.
        run: The id of the run, where it was created before, beside others of its comparison.
    """
    reviews = prepared.load(experiment.source)
    chance = np.random.default_rng([experiment.seed, round(1e6 * sum(val_accuracies))])

    def predictions(run: str, epoch: int, part: Part, share: float) -> Predictions:
        labels = reviews.labels(experiment, part)
        assert labels is not None
        probabilities = drawn(labels, share, chance)
        return Predictions(run, epoch, part, accuracy(probabilities, labels), len(labels), encoded(probabilities))

    run = run or store.create([experiment], Owner.current(), "page")[0]
    store.record([Started(run, 1, "", {}, 0.0)])
    for epoch, share in enumerate(val_accuracies, 1):
        validation = predictions(run, epoch, "validation", share)
        figures = {"accuracy": share, "loss": 0.3, "val_accuracy": validation.accuracy, "val_loss": 0.3}
        store.record([*([validation] if keep else []), EpochEnd(run, epoch, figures, 1.0)])
    if test is not None:
        store.record([predictions(run, int(np.argmax(val_accuracies)) + 1, "test", test)])
    if status is not Status.RUNNING:
        store.record([Ended(run, status, None, 1.0)])
    return store.run(run)


def insert(store: RunStore, run: Run, predictions: Sequence[Predictions] = ()) -> None:
    """Records a run as it is, with its epochs and these predictions."""
    row = row_of(run)
    epochs = [{**vars(epoch), "run": run.id, "figures": json.dumps(dict(epoch.figures))} for epoch in run.epochs]
    with store._transaction() as connection:
        for table, rows in {"runs": [row], "epochs": epochs, "predictions": list(map(vars, predictions))}.items():
            for values in rows:
                columns = f"({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})"
                connection.execute(f"INSERT INTO {table} {columns}", values)


def shipped(store: RunStore, *presets: Preset) -> list[Run]:
    """Adds the shipped runs to a record that lacks them, and returns those of some presets."""
    if not store.runs(shipped_ids()):
        add_shipped(store)
    experiments = [experiment for preset in presets for experiment in preset.experiments()]
    return [run for run in store.runs() if run.is_from_elsewhere and run.experiment in experiments]
