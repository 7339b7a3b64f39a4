"""Runs of other machines: import of reports and recordings, all of a file's runs or none, and writing of recordings.

A recording is the data of a report (``interchange.py``), packed by gzip, in which each run also carries the weights of
its best epoch in half precision. Rounding changes predictions slightly. So that figures and weights agree, the file
holds, for the best epoch, the predictions of the *rounded* weights for each validation and test review, and their
accuracy, loss and AUC. All other epochs, and the figures of the training reviews, stand as they were measured.

The shipped ones were made with ``python -m rnn_compare record RUN… FILE`` from the runs that each shipped
lecture trains: ``presets.BOOK``, ``GATES``, ``ATTENTION``, and ``FIRST_WORD`` with ``OPEN_GATES``, with nothing set
from outside.
"""

import gzip
import secrets
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
from rnn_compare.metrics.metric import computed
from rnn_compare.networks import weights
from rnn_compare.paths import delete_files, weights_file
from rnn_compare.report.interchange import DATA_ID, RecordedRun, RecordedRuns, load_runs
from rnn_compare.report.packed import inflated, rounded
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Part, Predictions, Status, accuracy, encoded
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

_FOLDER = Path(__file__).parents[1] / "recordings"
SHIPPED = tuple(_FOLDER / f"{lecture}.json.gz" for lecture in ("memory", "attention", "gates", "book"))
"""In the order in which they are imported: the last is then the newest comparison, which the first page shows."""
_NEVER_0 = 1e-7
"""Keras' lower bound for a probability in a logarithm."""
MAX_FILE = 128 * 2**20
_BEGIN, _END = f'<script type="application/json" id="{DATA_ID}">'.encode(), b"</script>"
_GZIP = b"\x1f\x8b"
"""The first bytes of a recording."""


def import_runs(file: Path, store: RunStore) -> dict[str, Run]:
    """Records the runs of a report or recording as *recorded elsewhere*, with the weights that it carries.

    Returns:
        Each run as recorded here, by its id in the file. It has another id if a run here had that one already.

    Raises:
        UserError: If the file cannot be read, is no report, or holds a value that the program would not have written;
            then nothing is recorded.
    """
    recorded = load_runs(_data(file)).runs
    ids = _ids(recorded, store)
    # A comparison is called by its first run; where that is not in the file, by the first one that is.
    comparisons = {run.comparison: ids[run.id] for run in reversed(recorded)} | ids
    runs: dict[str, Run] = {}
    predictions: list[list[Predictions]] = []
    trained: dict[str, weights.Weights] = {}
    for run in recorded:
        run_id = ids[run.id]
        try:
            predictions.append([epoch for part in run.predictions for epoch in part.unpacked(run_id)])
            if run.weights is not None:
                trained[run_id] = run.weights.unpacked(run.experiment)
        except ValueError as error:
            raise UserError(f"The report cannot be imported: {run.id} has {error}. Nothing was recorded.") from None
        runs[run.id] = run.run(run_id, comparisons[run.comparison])
    try:
        for run_here in runs.values():  # first: a run that can be asked has its weights
            if arrays := trained.get(run_here.id):
                weights.save(arrays, weights_file(run_here.id, "best"))
                if run_here.best is run_here.last:
                    weights.save(arrays, weights_file(run_here.id, "last"))
        store.take_in(list(zip(runs.values(), predictions, strict=True)))
    except UserError:
        for run_id in trained:
            delete_files(run_id)
        raise
    return runs


def _data(file: Path) -> bytes:
    """Returns the JSON text in a report or a recording."""
    content = _content(file)
    if content.startswith(_GZIP):
        try:
            return inflated(content, MAX_FILE)
        except ValueError:
            raise UserError(
                f"{file} is not a recording of this program, or is damaged. Ask for the whole file."
            ) from None
    if content.count(_BEGIN) != 1:
        raise UserError(f"{file} is not a report of this program. Name a file written by `report --html`.")
    data, end, _ = content.partition(_BEGIN)[2].partition(_END)
    if not end:
        raise UserError(f"{file} is incomplete. Ask for the whole file.")
    return data


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist or is not a file"
            raise UserError(f"{file} {what}. Name a report written by `report --html`.")
        if (size := file.stat().st_size) > MAX_FILE:
            raise UserError(
                f"{file} has {size / 2**20:,.0f} MB; the limit is {MAX_FILE // 2**20}. Make a report of fewer runs."
            )
        return file.read_bytes()
    except (OSError, ValueError) as error:  # a name with a null sign is a ValueError
        raise UserError(f"{str(file)[:200]} cannot be read ({error}). Name another file.") from error


def _ids(recorded: Sequence[RecordedRun], store: RunStore) -> dict[str, str]:
    """Returns the id here of each run: its own, unless a run here has it."""
    ids: dict[str, str] = {}
    taken = {run.id for run in recorded}
    for run in recorded:
        run_id = run.id
        while store.runs([run_id]) or (run_id != run.id and run_id in taken):
            run_id = f"{run.experiment.cell.lower()}-{secrets.token_hex(3)}"
        ids[run.id] = run_id
        taken.add(run_id)
    return ids


def import_shipped(store: RunStore) -> None:
    """Imports the shipped recordings.

    Raises:
        UserError: If they cannot be recorded, or their weights cannot be written.
    """
    for recording in SHIPPED:
        import_runs(recording, store)


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
    """Returns a run with its best weights in half precision, and with their predictions and figures for that epoch."""
    best, experiment = run.best, run.experiment
    if run.status is not Status.FINISHED or best is None:
        raise UserError(f"{run.id} is {run.status.value}; only finished runs are recorded. Finish its training first.")
    half = rounded(weights.load(weights_file(run.id, "best"), experiment))
    reviews = prepared.load(experiment.dataset)
    split = reviews.padded(experiment)
    parts: list[tuple[Part, tuple[NDArray[np.int32], NDArray[np.int64]]]] = [("validation", (split.x_val, split.y_val))]
    if test := reviews.test(experiment):
        parts.append(("test", test))
    figures, predictions = dict(best.figures), []
    for part, (ids, labels) in parts:
        probabilities = sigmoid(predict_logits(experiment, half, ids))
        share, content = accuracy(probabilities, labels), encoded(probabilities)
        if part == "validation":
            figures |= {"val_accuracy": share, "val_loss": _cross_entropy(labels, probabilities)}
            figures |= computed(labels, probabilities)
        predictions += [
            replace(epoch, accuracy=share, probabilities=content) if epoch.epoch == best.epoch else epoch
            for epoch in store.predictions(run.id, part)
        ]
    as_shipped = replace(
        run,
        epochs=tuple(replace(epoch, figures=figures) if epoch is best else epoch for epoch in run.epochs),
        owner=run.owner._replace(host=_kind_of_host(run)),
        versions=run.versions | {"system": run.versions.get("system", "").partition("-")[0]},
    )
    if as_shipped.best is None or as_shipped.best.epoch != best.epoch:
        raise UserError(
            f"{run.id}: after rounding, the weights of epoch {best.epoch} are no longer the best. Train it again."
        )
    return RecordedRun.of_run(as_shipped, predictions, half)


def _cross_entropy(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    positive = np.clip(probabilities.astype(np.float64), _NEVER_0, 1 - _NEVER_0)
    return float(-np.mean(np.where(labels == 1, np.log(positive), np.log(1 - positive))))


def _kind_of_host(run: Run) -> str:
    """Describes the machine without the name that its owner gave it."""
    processors = run.versions.get("processors", "")
    return f"a machine with {processors} processors" if processors else "another machine"
