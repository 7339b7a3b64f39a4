"""Checkpoints of runs after each epoch (weights, optimizer, random state, metrics), and recovery from them."""

import hashlib
import io
import json
import logging
import secrets
import time
from dataclasses import asdict, dataclass
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.database import NotSaved
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.paths import checkpoint_file
from rnn_compare.runs.events import Ended, EpochEnd, Event, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

Array = NDArray[np.generic]
_EPOCHS, _PROBABILITIES, _EXPERIMENT = "epochs", "probabilities", "experiment"

ORPHANED = "The program ended during the training. Finished epochs are kept; continue the run."


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after its last finished epoch.

    Attributes:
        epochs: All finished epochs, in order; they complete the record.
        model: The network's variables in Keras' order, including dropout's random states.
        optimizer: The optimizer's variables in Keras' order.
        probabilities: Of the validation reviews, from ``events.encoded``.
        experiment: What is trained, in JSON, for a damaged record; empty in checkpoints of earlier versions.
    """

    epochs: tuple[EpochEnd, ...]
    model: tuple[Array, ...]
    optimizer: tuple[Array, ...]
    probabilities: bytes = b""
    experiment: str = ""


def save(run: str, checkpoint: Checkpoint) -> None:
    """Writes a run's checkpoint atomically, with a checksum. The previous one is kept beside it.

    Raises ``UserError`` if the folder cannot be written to or is full.
    """
    payload = io.BytesIO()
    epochs = json.dumps([asdict(epoch) for epoch in checkpoint.epochs]).encode()
    model = {f"model/{i}": array for i, array in enumerate(checkpoint.model)}
    optimizer = {f"optimizer/{i}": array for i, array in enumerate(checkpoint.optimizer)}
    experiment = checkpoint.experiment.encode()
    plain = {_EPOCHS: epochs, _PROBABILITIES: checkpoint.probabilities, _EXPERIMENT: experiment}
    written = {name: np.frombuffer(content, np.uint8) for name, content in plain.items()}
    np.savez(payload, allow_pickle=False, **written, **model, **optimizer)
    content = payload.getvalue()
    try:
        put(run, hashlib.sha256(content).digest() + content)
    except OSError as error:
        raise UserError(
            f"Cannot save {checkpoint_file(run)} ({error.strerror or error}); it needs {len(content) / 1e6:.1f} MB. "
            "Free some space or make the folder writable, then continue the run."
        ) from error


def put(run: str, content: bytes) -> None:
    """Writes a run's checkpoint from the bytes of a checkpoint file, as ``save`` does.

    A folder in its place is renamed. Raises ``OSError`` if the folder cannot be written to or is full.
    """
    path, previous = checkpoint_file(run), checkpoint_file(run, previous=True)
    for place in (path, previous):
        if place.is_dir():
            place.rename(place.with_name(f"{place.name}-{secrets.token_hex(4)}.folder"))
    with whole_file(path) as partial:
        partial.write_bytes(content)
        if path.exists():
            path.replace(previous)


def load(run: str) -> Checkpoint | None:
    """Returns a run's newest valid checkpoint; None if there is none.

    If it is damaged, the previous one is used: its next epoch is trained again, with the same result.
    """
    for previous in (False, True):
        path = checkpoint_file(run, previous)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            logging.getLogger(__name__).warning("The checkpoint %s cannot be read (%s).", path, error)
            continue
        checksum, payload = content[:32], content[32:]
        if hashlib.sha256(payload).digest() == checksum:
            return _read(payload)
        logging.getLogger(__name__).warning("The checkpoint %s is damaged and was ignored.", path)
    return None


def exists(run: str) -> bool:
    """Returns whether a run has a checkpoint, valid or not."""
    return checkpoint_file(run).exists() or checkpoint_file(run, previous=True).exists()


def _read(payload: bytes) -> Checkpoint:
    with np.load(io.BytesIO(payload), allow_pickle=False) as file:
        epochs = tuple(EpochEnd(**values) for values in json.loads(file[_EPOCHS].tobytes()))
        experiment = file[_EXPERIMENT].tobytes().decode() if _EXPERIMENT in file else ""
        parts = _part(file, "model"), _part(file, "optimizer")
        return Checkpoint(epochs, *parts, file[_PROBABILITIES].tobytes(), experiment)


def _part(file: np.lib.npyio.NpzFile, part: str) -> tuple[Array, ...]:
    count = sum(name.startswith(f"{part}/") for name in file.files)
    return tuple(file[f"{part}/{i}"] for i in range(count))


def continued(run: Run, more: int = 0) -> Experiment:
    """Returns the experiment of a run that is to continue, for some more epochs; raises ``UserError`` if it cannot."""
    if not isinstance(more, Integral) or more < 0:
        raise UserError(f"more is {more!r:.40}; it must be a whole number of epochs, 0 or more.")
    if run.is_from_elsewhere:
        raise UserError(
            f"{run.id} was trained on another machine, so it cannot be continued here. Train a new run with the same "
            "settings."
        )
    experiment = experiment_from(run.experiment.model_dump() | {"epochs": run.experiment.epochs + more})
    if run.status is Status.FINISHED and len(run.epochs) >= experiment.epochs:
        raise UserError(f"{run.id} has trained all its {experiment.epochs} epochs. Set how many more.")
    if run.stopped_early:
        raise UserError(
            f"{run.id} stopped early: validation loss had not improved for {experiment.patience} epochs. Train a new "
            "run with more patience, or none (0)."
        )
    # A run whose disk was full after its first epoch has only that in the record, and starts again.
    if len(run.epochs) > 1 and not exists(run.id):
        raise UserError(
            f"{run.id} has weights but no training state, so it cannot be continued. Train a new run with the same "
            "settings."
        )
    return experiment


def interrupt_orphans(store: RunStore) -> list[str]:
    """Marks unfinished runs whose process has ended as interrupted, and returns their ids.

    Finished epochs that the record lacks are taken from the checkpoints. A failure, as on a full disk, is logged: they
    can be listed as they are. Raises ``UserError`` if the record cannot be read.
    """
    orphans = store.orphans()
    events: list[Event] = []
    for run in orphans:
        events += unrecorded_epochs(run, store)
        events.append(Ended(run, Status.INTERRUPTED, ORPHANED, time.time()))
    try:
        if events:
            store.record(events)
    except NotSaved as error:
        logging.getLogger(__name__).warning("%s", error)
    return orphans


def unrecorded_epochs(run: str, store: RunStore) -> list[EpochEnd]:
    """Returns the epochs of a run's checkpoint that its record lacks; none if there is no such record."""
    saved, recorded = load(run), store.runs([run])
    return list(saved.epochs[len(recorded[0].epochs) :]) if saved and recorded else []
