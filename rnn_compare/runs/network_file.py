"""A trained network as one file that travels between this program and a page on which it was trained.

It is NumPy's ``.npz``, not compressed: the weights in the order of Keras' ``model.get_weights()`` as ``arr_0``,
``arr_1``, …, and a member ``experiment.json`` with the settings, the figures by epoch and the epoch of the weights.
``browser/reading/weights_file.js`` reads and writes the same.
"""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, JsonValue, ValidationError

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.formatting import counted
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks import weights as weight_files
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Array, Weights
from rnn_compare.paths import weights_file
from rnn_compare.runs.events import Ended, EpochEnd, Started, Status
from rnn_compare.runs.record import ELSEWHERE, Owner, Run
from rnn_compare.runs.store import RunStore

ENDING = ".npz"
_SETTINGS = "experiment.json"
_Share = Annotated[float, Field(ge=0, le=1)]


class _Epoch(BaseModel):
    """The figures of an epoch; those that a page does not measure may be missing."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FiniteFloat]

    accuracy: _Share
    loss: FiniteFloat
    val_accuracy: _Share
    val_loss: FiniteFloat
    seconds: Annotated[FiniteFloat, Field(ge=0)]

    @property
    def figures(self) -> dict[str, float]:
        """Those that this program knows."""
        return {name: value for name, value in self.model_dump().items() if name in all_metrics()}


class _Contents(BaseModel):
    """The member ``experiment.json``."""

    experiment: dict[str, JsonValue]
    epochs: list[_Epoch] = Field(min_length=1)
    weights_epoch: int = Field(ge=1)


def network_file(run: Run, weights: Weights, epoch: int) -> bytes:
    """Returns the file of a run's network with the weights of one of its epochs, from 1."""
    contents = {
        "experiment": run.experiment.model_dump(mode="json"),
        "epochs": [{**end.figures, "seconds": end.seconds} for end in run.epochs],
        "weights_epoch": epoch,
    }
    content = io.BytesIO()
    np.savez(content, *weights.values(), allow_pickle=False)
    with zipfile.ZipFile(content, "a") as file:
        file.writestr(_SETTINGS, json.dumps(contents))
    return content.getvalue()


def add(store: RunStore, path: Path) -> str:
    """Records the network of a file as a run from elsewhere, with its weights, and returns the run's id.

    The same file again is the same run.

    Raises:
        UserError: If the file cannot be read, is of another kind or damaged, or this program lacks what it was trained
            on.
    """
    contents, arrays = _read(path)
    experiment = experiment_from(contents.experiment)
    if not contents.weights_epoch <= len(contents.epochs) <= experiment.epochs:
        has = f"{counted(len(contents.epochs), 'epoch')} of {experiment.epochs}"
        raise _unusable(path, f"has {has} and weights of epoch {contents.weights_epoch}")
    weights = _named(path, experiment, arrays)
    figures = [epoch.figures for epoch in contents.epochs]
    trained = (experiment, contents.weights_epoch, figures)
    for run in store.with_setting(experiment.setting):
        if run.is_from_elsewhere and trained == (
            run.experiment,
            run.weights_epoch,
            [end.figures for end in run.epochs],
        ):
            return run.id

    def write(ids: list[str]) -> None:
        weight_files.save(weights, weights_file(ids[0], "best"))
        if contents.weights_epoch == len(figures):
            weight_files.save(weights, weights_file(ids[0], "last"))

    [run_id] = store.create([experiment], Owner(0, 0.0, "another machine"), ELSEWHERE, beforehand=write)
    versions = {"weights": f"of epoch {contents.weights_epoch}"}
    is_whole = len(figures) == experiment.epochs
    now = time.time()
    store.record(
        [
            Started(run_id, parameters(experiment).total, "", versions, now),
            *(EpochEnd(run_id, at, epoch.figures, epoch.seconds) for at, epoch in enumerate(contents.epochs, 1)),
            Ended(run_id, Status.FINISHED if is_whole else Status.STOPPED, None, now),
        ]
    )
    return run_id


def _read(path: Path) -> tuple[_Contents, list[Array]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            if not hasattr(file, "files") or _SETTINGS not in file.files:
                raise _unusable(path, f"lacks {_SETTINGS}")
            if any(member.compress_type != zipfile.ZIP_STORED for member in file.zip.infolist()):
                raise _unusable(path, "is compressed")
            contents = _Contents.model_validate_json(file[_SETTINGS])
            return contents, [file[f"arr_{place}"] for place in range(len(file.files) - 1)]
    except ValidationError as error:
        [first, *_] = error.errors()
        raise _unusable(path, f"has in {_SETTINGS} {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}). Choose another file.") from error
    except (ValueError, EOFError, KeyError, TypeError, AttributeError, MemoryError, zipfile.BadZipFile) as error:
        raise _unusable(path, f"cannot be read ({error})") from error


def _named(path: Path, experiment: Experiment, arrays: list[Array]) -> Weights:
    tensors = parameters(experiment).tensors
    shapes = [array.shape for array in arrays]
    if shapes != [tensor.shape for tensor in tensors] or any(array.dtype != np.float32 for array in arrays):
        raise _unusable(path, f"has weights of other shapes than {experiment.label} needs")
    if not all(np.isfinite(array).all() for array in arrays):
        raise _unusable(path, "has weights that are no finite numbers")
    return {tensor.path: array for tensor, array in zip(tensors, arrays, strict=True)}


def _unusable(path: Path, what: str) -> UserError:
    return UserError(f"{path} {what}: it is no network's file, or it is damaged. Save the network again.")
