"""Reviews and networks that a page brings along so that its reader can train, small enough for a phone."""

import base64
import gzip
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import picture
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.quiz import HOME_UNITS
from rnn_compare.networks.parameters import parameters
from rnn_compare.presets import PHONES
from rnn_compare.report.reader import layout
from rnn_compare.reviews import prepared
from rnn_compare.sources import registry

LESSON: dict[str, Any] = PHONES.shared | {"maxlen": PHONES.maxlens[0]}


def lesson(dataset: str) -> dict[str, Any]:
    """Returns all that ``train_card.js`` needs to train networks on a source's first reviews.

    Raises ``UserError`` if the source cannot be read, or has fewer reviews.
    """
    networks = {
        name: {units: _network(Experiment(cell=name, units=units, source=dataset, **LESSON)) for units in HOME_UNITS}
        for name in CELLS
    }
    split = prepared.load(dataset).padded(Experiment(source=dataset, **LESSON))
    ids = np.concatenate([split.x_train, split.x_val])
    return {
        "dataset": dataset,
        "subject": registry.source(dataset).subject,
        "labels": registry.labels(dataset),
        "training": len(split.x_train),
        "epochs": LESSON["epochs"],
        "networks": networks,
        "colors": {name: picture(name).color for name in CELLS},
        "ids": _packed(ids.astype("<u2")),
        "signs": _packed(np.concatenate([split.y_train, split.y_val]).astype(np.uint8)),
    }


def _network(experiment: Experiment) -> dict[str, Any]:
    layers = parameters(experiment)
    terms = [f"{layer.kind}: {layer.arithmetic}" for layer in layers.layers]
    terms.append(f"together {layers.total:,}")
    return {"description": trainable(experiment), "layout": layout(experiment), "terms": terms}


def _packed(numbers: NDArray[Any]) -> str:
    """Returns numbers by gzip and base64, all low bytes before all high bytes."""
    planes = numbers.reshape(-1).view(np.uint8).reshape(-1, numbers.itemsize).T
    return base64.b64encode(gzip.compress(planes.tobytes(), mtime=0)).decode()
