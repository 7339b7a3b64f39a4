"""Recordings: whole comparisons with their weights in one file, and those that the program ships.

A recording is the data of a report (``interchange.py``), packed by gzip, in which each run also carries the weights of
its best epoch in half precision. Rounding changes what a network says, if ever so little; so that the figures shown of
these weights are theirs, the file holds for the best epoch what the *rounded* weights say of each validation and test
review, and the accuracy, loss and AUC that follow from it. All other epochs, and the figures of the training reviews,
which are means over an epoch in which the weights change, stand as they were measured.

The shipped ones were made with ``python -m rnn_compare record RUN… FILE`` from the runs that each shipped
lecture trains: ``presets.BOOK``, ``GATES``, ``ATTENTION``, and ``FIRST_WORD`` with ``OPEN_GATES``, with nothing set
from outside.
"""

import gzip
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.cells.formula import sigmoid
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import predict_logits
from rnn_compare.metrics.registry import computed
from rnn_compare.networks import weights
from rnn_compare.paths import weights_file
from rnn_compare.report.importing import take_in
from rnn_compare.report.interchange import RecordedRun, RecordedRuns
from rnn_compare.report.packed import rounded
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Part, Predictions, Status, accuracy, encoded
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

_FOLDER = Path(__file__).parents[1] / "recordings"
SHIPPED = tuple(_FOLDER / f"{lecture}.json.gz" for lecture in ("memory", "attention", "gates", "book"))
"""In the order in which they are taken in: the last one is the newest comparison, which the first page shows."""
_NEVER_0 = 1e-7
"""Keras' own bound of a probability whose logarithm is taken."""


def take_in_shipped(store: RunStore) -> None:
    """Takes in the shipped recordings.

    Raises:
        UserError: If they cannot be recorded, or their weights cannot be written.
    """
    for recording in SHIPPED:
        take_in(recording, store)


def write(store: RunStore, runs: Sequence[str], file: Path) -> None:
    """Writes finished runs with the weights of their best epochs.

    Raises:
        UserError: If there is no such run, it isn't finished or has no weights, or the file cannot be written.
    """
    recorded = RecordedRuns(format=1, made=time.time(), runs=[_recorded(store, store.run(run)) for run in runs])
    try:
        with whole_file(file) as partial:
            partial.write_bytes(gzip.compress(recorded.model_dump_json().encode(), mtime=0))
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}). Choose another path.") from error


def _recorded(store: RunStore, run: Run) -> RecordedRun:
    best = run.best
    if run.status is not Status.FINISHED or best is None:
        raise UserError(f"{run.id} is {run.status.value}; only finished runs are recorded. Finish its training first.")
    experiment, labels = run.experiment, prepared.load(run.experiment.dataset).labels(run.experiment, "validation")
    learned = rounded(weights.load(weights_file(run.id, "best"), experiment))
    by_epoch = {(epoch.part, epoch.epoch): epoch for part in _PARTS for epoch in store.predictions(run.id, part)}
    judged = {part: outcome for part in _PARTS if (outcome := _said(run, learned, part, best.epoch)) is not None}
    probabilities, predictions = judged["validation"]
    assert labels is not None
    figures = {
        "val_accuracy": predictions.accuracy,
        "val_loss": _cross_entropy(labels, probabilities),
        **computed(labels, probabilities),
    }
    epochs = [replace(epoch, figures={**epoch.figures, **figures}) if epoch is best else epoch for epoch in run.epochs]
    by_epoch |= {(part, best.epoch): outcome for part, (_, outcome) in judged.items() if (part, best.epoch) in by_epoch}
    as_shipped = replace(
        run,
        epochs=tuple(epochs),
        owner=run.owner._replace(host=_kind_of_host(run)),
        versions=run.versions | {"system": run.versions.get("system", "").partition("-")[0]},
    )
    if as_shipped.best is None or as_shipped.best.epoch != best.epoch:
        raise UserError(
            f"{run.id}: after rounding, the weights of epoch {best.epoch} are no longer the best. Train it again."
        )
    return RecordedRun.of_run(as_shipped, list(by_epoch.values()), learned)


_PARTS: tuple[Part, ...] = ("validation", "test")


def _said(run: Run, learned: weights.Weights, part: Part, epoch: int) -> tuple[NDArray[np.float32], Predictions] | None:
    """Returns what weights say of each review of a part; None where there are none to test with."""
    reviews = prepared.load(run.experiment.dataset)
    if part == "validation":
        split = reviews.padded(run.experiment)
        ids, labels = split.x_val, split.y_val
    elif (held_out := reviews.test(run.experiment)) is not None:
        ids, labels = held_out
    else:
        return None
    probabilities = sigmoid(predict_logits(run.experiment, learned, ids))
    rightly = accuracy(probabilities, labels)
    return probabilities, Predictions(run.id, epoch, part, rightly, len(labels), encoded(probabilities))


def _cross_entropy(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    positive = np.clip(probabilities.astype(np.float64), _NEVER_0, 1 - _NEVER_0)
    return float(-np.mean(np.where(labels == 1, np.log(positive), np.log(1 - positive))))


def _kind_of_host(run: Run) -> str:
    """Returns what machine it was, without the name that its owner gave it."""
    processors = run.versions.get("processors", "")
    return f"a machine with {processors} processors" if processors else "another machine"
