"""Small networks with weights that are far from those of a fresh one, and reviews for them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.fused.arithmetic import Array
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights, save
from rnn_compare.paths import weights_file
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.reviews.vocabulary import Vocabulary

VOCABULARY = Vocabulary([f"word{rank}" for rank in range(1, 200)])


def small(**changes: Any) -> Experiment:
    """A network that knows the first 96 words of ``VOCABULARY``."""
    return Experiment(**({"units": 4, "embedding_size": 5, "vocabulary_size": 100, "maxlen": 9} | changes))


def small_networks(**changes: st.SearchStrategy[Any]) -> st.SearchStrategy[Experiment]:
    """Networks of any cell, size, layers and directions, with and without a mask."""
    settings: dict[str, st.SearchStrategy[Any]] = {"cell": st.sampled_from(CELLS), "units": st.integers(1, 5)}
    settings |= {"layers": st.integers(1, 3), "bidirectional": st.booleans(), "mask_padding": st.booleans()}
    return st.fixed_dictionaries(settings | {"maxlen": st.integers(1, 9)} | changes).map(lambda chosen: small(**chosen))


def random_weights(experiment: Experiment, seed: int = 0, size: float = 0.6) -> Weights:
    """Draws every weight, biases too, large enough that verdicts differ."""
    random = np.random.default_rng(seed)
    tensors = parameters(experiment).tensors
    return {tensor.path: random.normal(scale=size, size=tensor.shape).astype(np.float32) for tensor in tensors}


def save_random(run: str, experiment: Experiment, seed: int = 0) -> None:
    for which in ("best", "last"):
        save(random_weights(experiment, seed), weights_file(run, which))


def encoded(experiment: Experiment, text: str) -> EncodedReview:
    """Encodes a text of words such as ``word7``; those beyond the vocabulary are unknown."""
    return read_text(text, VOCABULARY, experiment.vocabulary_size, experiment.maxlen)


def random_text(words: int, seed: int = 0, known: int = 110) -> str:
    """A text of so many words, about one in eight of which is unknown to a small network."""
    return " ".join(f"word{rank}" for rank in np.random.default_rng(seed).integers(1, known, words))


def shaken(weights: Weights, seed: int, by: float = 0.3) -> Weights:
    """Moves every weight, so that biases are no longer zero and verdicts differ."""
    random = np.random.default_rng(seed)
    return {path: (array + by * random.normal(size=array.shape)).astype(np.float32) for path, array in weights.items()}


def padded_reviews(lengths: list[int], maxlen: int, seed: int) -> NDArray[np.int32]:
    """Rows of ids, each padded at the front."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, 100, (len(lengths), maxlen), dtype=np.int32)
    for review, length in zip(ids, lengths, strict=True):
        review[: maxlen - min(length, maxlen)] = 0
    return ids


def layer_weights(cell: str, features: int, units: int, scale: float = 0.5) -> list[Array]:
    random = np.random.default_rng(1)
    layer = parameters(Experiment(cell=cell, units=units, embedding_size=features)).recurrent_layers[0]
    return [random.normal(0, scale, tensor.shape).astype(np.float32) for tensor in layer.tensors]


class StopError(Exception):
    """What a job's own way to stop may look like."""


def stop(_done: int, _total: int) -> None:
    """To be told how far something is: stops it."""
    raise StopError
