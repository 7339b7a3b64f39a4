"""What a browser makes of a page's data is what Python makes of the same: rows of ids, networks, parameters."""

import gzip
import json
import math
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.packed_reviews import LONGEST, as_text, packed_reviews
from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.playground.page_data import described_cells
from rnn_compare.report.reader import layout
from rnn_compare.reviews.encoding import pad
from rnn_compare.sources.source import Labelled
from tests.kit.javascript import HARNESSES, in_node

COUNT = 40
TENSOR = ("name", "shape", "arithmetic", "count")


def some_reviews() -> Labelled:
    """Reviews of 1 to 900 words; some words are too rare, others have the first or last code of a length."""
    random = np.random.default_rng(5)
    lengths = np.array([1, 3, LONGEST, LONGEST + 1, 900, *random.integers(1, 700, COUNT)])
    ranks = np.minimum(np.exp(random.uniform(0, math.log(30_000), lengths.sum())), 30_000).astype(np.int32)
    ranks[1:4] = 1, 2, 9_997
    ranks[-9:] = 207, 208, 209, 463, 464, 9_995, 9_996, 9_997, 12_496
    return Labelled(ranks, np.concatenate([[0], np.cumsum(lengths)]), random.integers(0, 2, len(lengths)))


@pytest.mark.parametrize("count", [1, COUNT, COUNT + 5])
@pytest.mark.parametrize("is_zipped", [True, False], ids=["zipped", "unzipped by the browser"])
def test_unpacked_reviews_are_padded_as_python_pads_them(count: int, is_zipped: bool) -> None:
    reviews = some_reviews()
    packed = packed_reviews(reviews, count)
    sizes = [{"reviews": min(count, 7), "maxlen": 5, "vocabulary_size": 10_000}]
    sizes += [{"reviews": count, "maxlen": maxlen, "vocabulary_size": 300} for maxlen in (1, 200, LONGEST)]
    sizes += [{"reviews": count, "maxlen": LONGEST, "vocabulary_size": 10_000}]
    message = {"packed": {"text": as_text(packed if is_zipped else gzip.decompress(packed))}, "sizes": sizes}
    for size, (ids, labels) in zip(sizes, in_node(message, HARNESSES / "playground_data.js")["padded"], strict=True):
        offsets = reviews.offsets[: size["reviews"] + 1]
        rows = pad(reviews.ranks, offsets, size["vocabulary_size"], size["maxlen"])
        assert ids == rows.ravel().tolist()
        assert labels == reviews.labels[: size["reviews"]].tolist()


def test_networks_of_any_cell_and_size_are_described_as_python_describes_them() -> None:
    """Character by character, and in the same order, in which the weights come."""
    cells = described_cells()
    experiments = [
        Experiment.model_validate({"cell": cell, **settings})
        for cell in CELLS
        for settings in (
            {"units": 1, "embedding_size": 1, "vocabulary_size": 100, "maxlen": 3, "forget_bias": 0.5, "seed": 7},
            {"units": 32, "mask_padding": True, "optimizer": "adam", "learning_rate": 0.005, "batch_size": 64},
            {"units": 512, "recurrent_initializer": "identity", "forget_bias": -3, "maxlen": 500},
        )
    ]
    networks = [(cells[experiment.cell], experiment.model_dump()) for experiment in experiments]
    described = in_node({"networks": networks}, HARNESSES / "playground_data.js")["described"]
    for experiment, by_script in zip(experiments, described, strict=True):
        expected = {
            "description": trainable(experiment),
            "layout": layout(experiment),
            "parameters": parameters_as_data(experiment),
        }
        assert flat(by_script) == flat(expected), experiment.label


def parameters_as_data(experiment: Experiment) -> dict[str, Any]:
    counted = parameters(experiment)
    layers = [
        {name: getattr(layer, name) for name in ("name", "kind", "arithmetic", "count")}
        | {"tensors": [{name: getattr(entry, name) for name in TENSOR} for entry in layer.tensors]}
        for layer in counted.layers
    ]
    return {"total": counted.total, "layers": layers}


def flat(values: Any) -> str:
    """Returns values as text in which 1 and 1.0 are the same, and 0 and −0."""

    def number(text: str) -> float:
        return float(text) + 0.0

    return json.dumps(json.loads(json.dumps(values), parse_int=number, parse_float=number))
