"""The weights of a network as named NumPy arrays, and their files."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters

Array = NDArray[np.float32]
Weights = Mapping[str, Array]
"""All weight tensors of a network by their paths (``networks.parameters``), in Keras' order."""


def save(weights: Weights, path: Path) -> None:
    """Writes weights to an ``.npz`` file, completely or not at all.

    Raises ``UserError`` if the folder cannot be written to or is full.
    """
    try:
        with whole_file(path) as partial:
            # Not compressed: trained weights hardly shrink, and a large embedding would take seconds.
            np.savez(partial, allow_pickle=False, **weights)
    except OSError as error:
        raise UserError(
            f"Cannot save {path} ({error.strerror or error}); it needs "
            f"{sum(array.nbytes for array in weights.values()) / 1e6:.1f} MB. Free some space or make the folder "
            "writable, then continue the run."
        ) from error


def load(path: Path, experiment: Experiment) -> Weights:
    """Reads the weights of an experiment's network and checks every shape.

    Raises ``UserError`` if the file is missing, broken, cut short or belongs to another network.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise UserError(f"No weights at {path}: they are saved after each epoch. Train at least one epoch.") from error
    except (OSError, ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise _broken(path, f"cannot be read ({error})") from error
    return _checked(arrays, path, experiment)


def _checked(arrays: dict[str, Array], path: Path, experiment: Experiment) -> Weights:
    expected = {tensor.path: tensor.shape for tensor in parameters(experiment).tensors}
    for name, shape in expected.items():
        if name not in arrays:
            raise _broken(path, f"lack {name}, which {experiment.label} needs with shape {shape}")
        array = arrays[name]
        if array.shape != shape:
            raise _broken(path, f"have {name} with shape {array.shape}, where {experiment.label} needs {shape}")
        if array.dtype not in (np.float32, np.float16):
            raise _broken(path, f"have {name} as {array.dtype}, where float32 is expected")
    if surplus := sorted(arrays.keys() - expected.keys()):
        raise _broken(path, f"hold {surplus[0]}, which {experiment.label} does not have")
    return {name: arrays[name].astype(np.float32, copy=False) for name in expected}


def _broken(path: Path, what: str) -> UserError:
    return UserError(
        f"The weights in {path} {what}: the file is damaged or of another network. Restore it, or train the network "
        "again."
    )
