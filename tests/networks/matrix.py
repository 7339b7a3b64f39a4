"""Who computes a network as whom, and how near: cell × backend × mask × dtype × optimizer.

Each backend answers for a row with the probabilities of a batch, the gradients of its mean loss, and the weights after
some steps, from the same weights and reviews. A cell that is added to the registry takes part without a line here.
"""

import contextlib
import functools
import itertools
import re
import sys
import unittest.mock
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment, Optimizer
from rnn_compare.explain.prediction import predict
from rnn_compare.fused import network_pass
from rnn_compare.fused.network import FusedNetwork, options_of
from rnn_compare.networks import keras_models
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.networks.weights import Weights
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.networks import shaken

Array = NDArray[Any]
Arrays = list[Array]
Dtype = Literal["float32", "float64"]
RATES: dict[Optimizer, float] = {"rmsprop": 0.01, "adam": 0.003, "sgd": 0.1}
"""Of each optimizer: Adam moves a weight by the whole rate though its gradient may be all rounding."""
DTYPES: tuple[Dtype, ...] = ("float32", "float64")
BATCH, BATCHES = 10, 5
LENGTHS = [12, 9, 0, 5, 1, 0, 12, 3, 7, 2] * 3 + [12] * BATCH + [0] * BATCH
"""Words of the reviews: some have no padding, some nothing else, and so have all of the last two batches."""
DEEP = {"layers": 2, "bidirectional": True, "dropout": 0.3, "clipnorm": 0.05}


@dataclass(frozen=True)
class Row:
    """A network, its training, and the precision of stock Keras.

    Attributes:
        deep: Whether it has two layers that read both ways, clipped gradients and dropout.
        dtype: Of Keras' layers: that of a training, or one in which they are exact.
    """

    cell: str
    mask: bool
    dtype: Dtype
    optimizer: Optimizer
    deep: bool = False

    def __str__(self) -> str:
        parts = self.cell, self.optimizer, self.dtype, "masked" * self.mask, "deep" * self.deep
        return " ".join(filter(None, parts))

    @property
    def experiment(self) -> Experiment:
        # 11 units: products in the browser have whole tiles, one of a single vector, and rows that are left over.
        sizes = {"units": 11, "embedding_size": 5, "vocabulary_size": 100, "maxlen": 12, "batch_size": BATCH}
        training = {"optimizer": self.optimizer, "mask_padding": self.mask, "learning_rate": RATES[self.optimizer]}
        deep = DEEP if self.dtype == "float32" else DEEP | {"dropout": 0}  # in float64 Keras draws other masks
        return Experiment.model_validate({"cell": self.cell, **sizes, **training, **(deep if self.deep else {})})

    @property
    def reviews(self) -> "Reviews":
        # A browser that skips padding takes no review of padding alone: in each there is at least the start token.
        return WITH_A_WORD if self.mask and not self.deep else REVIEWS


def every_row() -> list[Row]:
    """The full product."""
    axes = itertools.product(CELLS, (False, True), DTYPES, RATES, (False, True))
    return [Row(*values) for values in axes]


def covering_rows() -> list[Row]:
    """Rows in which every cell meets every backend, and each of them both masks, both precisions and all optimizers."""
    rows = []
    for place, cell in enumerate(CELLS):
        first, second, third = ([*RATES][(place + turn) % 3] for turn in range(3))
        exact = DTYPES[place % 2], DTYPES[(place + 1) % 2]
        rows += [Row(cell, False, exact[0], first), Row(cell, True, exact[1], second)]
        rows.append(Row(cell, place % 2 == 0, "float32", third, deep=True))
    return rows


class Reviews:
    """Batches of word ids, padded in front, and their labels.

    Attributes:
        ids: Of all reviews (reviews, timesteps).
        labels: 1 or 0 (reviews,).
        batches: The places of the reviews of each batch.
        first: Ids and labels of the first batch.
    """

    def __init__(self, lengths: list[int]) -> None:
        random = np.random.default_rng(1)
        self.ids = random.integers(1, 20, (len(lengths), 12)).astype(np.int32)
        for row, length in zip(self.ids, lengths, strict=True):
            row[: 12 - length] = 0
        self.labels = random.integers(0, 2, len(self.ids)).astype(np.int32)
        self.batches = np.split(np.arange(len(self.ids)), BATCHES)
        self.first = self.ids[self.batches[0]], self.labels[self.batches[0]]


REVIEWS = Reviews(LENGTHS)
WITH_A_WORD = Reviews([max(1, length) for length in LENGTHS])


Answers = dict[str, Arrays]
"""What a backend computes for a row: ``probabilities``, ``gradients`` and ``weights``, or some of these."""


@functools.cache
def initial_weights(row: Row) -> Weights:
    """Weights of which none is zero: all backends begin with them, so none may change them."""
    weights = shaken(keras_models.get_weights(keras_models.build(row.experiment)), seed=1, by=0.2)
    for array in weights.values():
        array.flags.writeable = False
    return weights


def shaped(tensors: Sequence[Any], like: Arrays) -> Arrays:
    """Returns tensors in the shapes of others."""
    return [np.array(tensor, np.float32).reshape(other.shape) for tensor, other in zip(tensors, like, strict=True)]


@contextlib.contextmanager
def precision(dtype: Dtype) -> Iterator[None]:
    """Builds Keras' layers with numbers of this type."""
    keras.config.set_dtype_policy(dtype)
    yield
    keras.config.set_dtype_policy("float32")


def by_keras(row: Row) -> Answers:
    """Stock layers, step by step, without a graph that would take seconds to make."""
    with precision(row.dtype):
        model = keras_models.build(row.experiment)
    model.run_eagerly = True
    weights = [*initial_weights(row).values()]
    model.set_weights(weights)
    for batch in row.reviews.batches:
        model.train_on_batch(row.reviews.ids[batch], row.reviews.labels[batch])
    trained = model.get_weights()
    model.set_weights(weights)  # only now: a prediction draws a dropout mask too, which it does not apply
    ids, labels = row.reviews.first
    with tf.GradientTape() as tape:
        probabilities = model(ids)
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels[:, np.newaxis], probabilities))
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    tensors = [tf.convert_to_tensor(gradient).numpy() for gradient in gradients]
    return {"probabilities": [probabilities.numpy()[:, 0]], "gradients": tensors, "weights": trained}


def by_kernels(row: Row) -> Answers:
    """Fused layers, as a worker trains them."""
    model = keras_models.build(row.experiment, FusedNetwork)
    weights = [*initial_weights(row).values()]
    model.set_weights(weights)
    options, (ids, labels) = options_of(model), row.reviews.first
    no_dropout = [[None] * len(directions) for directions in options.layers]
    forward = network_pass.forward(options, weights, ids.astype(np.int64), no_dropout)
    embedding, others = network_pass.backward(weights, forward, labels.astype(np.float32))
    table = np.zeros_like(weights[0])
    np.add.at(table, embedding.words, embedding.sums)
    for batch in row.reviews.batches:
        model.train_on_batch(row.reviews.ids[batch], row.reviews.labels[batch])
    probabilities = [network_pass.probabilities(forward.logits)]
    return {"probabilities": probabilities, "gradients": [table, *others], "weights": model.get_weights()}


def by_numpy(row: Row) -> Answers:
    """The steps of the cell over the words, by which pages read and explain."""
    return {"probabilities": [predict(row.experiment, initial_weights(row), row.reviews.first[0])]}


def by_the_plain_file(row: Row) -> Answers:
    """The functions of the file that goes home, without its reviews and its loop over epochs."""
    text = plain_script(row.experiment)
    functions = re.sub(r"\n# 1\. The reviews.*?(?=\n# 2\.)", "", text, flags=re.DOTALL).partition("\nsplit = ")[0]
    names: dict[str, Any] = {}
    with unittest.mock.patch.object(sys, "argv", ["plain.py"]):
        exec(functions, names)
    start, (ids, labels) = [*initial_weights(row).values()], row.reviews.first
    names["weights"] = [initial.reshape(own.shape).copy() for initial, own in zip(start, names["weights"], strict=True)]
    logits, *_ = names["read"](ids)
    of_words, *gradients = names["gradients"](ids, labels.astype(np.float32))
    np.add.at(table := np.zeros_like(start[0]), ids, of_words)
    for batch in row.reviews.batches:
        names["train"](row.reviews.ids[batch], row.reviews.labels[batch].astype(np.float32))
    return {
        "probabilities": [sigmoid(logits[:, 0])],
        "gradients": shaped([table, *gradients], start),
        "weights": shaped(names["weights"], start),
    }


def by_a_browser(vectors: bool = True, relaxed: bool = False) -> Callable[[Row], Answers]:
    """WebAssembly: with vectors; without; or as fast as the processor multiplies and adds."""

    def answers(row: Row) -> Answers:
        weights = [*initial_weights(row).values()]
        question = {"description": trainable(row.experiment), "vectors": vectors, "relaxed": relaxed}
        question |= {"ids": row.reviews.ids.ravel().tolist(), "labels": row.reviews.labels.tolist()}
        question |= {"batches": [batch.tolist() for batch in row.reviews.batches]}
        trained = in_node(question | {"weights": [weight.ravel().tolist() for weight in weights]}, TRAINING)
        assert trained["continued"] == trained["weights"], "as another trainer goes on from the first one's state"
        return {name: shaped(trained[name], weights) for name in ("gradients", "weights")}

    return answers


TRAINING = HARNESSES / "train_batches.js"
BACKENDS: dict[str, Callable[[Row], Answers]] = {
    "Keras": by_keras,
    "kernels": by_kernels,
    "NumPy": by_numpy,
    "plain file": by_the_plain_file,
    "browser": by_a_browser(),
    "browser without vectors": by_a_browser(vectors=False),
    "relaxed browser": by_a_browser(relaxed=True),
}
SIMPLE = {name for name in BACKENDS if "browser" in name} | {"plain file"}
"""Those that train a single layer in one direction only."""


AGREEMENTS: dict[tuple[str, str], dict[str, float]] = {
    ("kernels", "Keras"): {"probabilities": 1e-6, "gradients": 1e-5, "weights": 2e-5},
    ("NumPy", "Keras"): {"probabilities": 1e-6},
    ("plain file", "Keras"): {"probabilities": 1e-6, "gradients": 1e-5, "weights": 2e-5},
    ("browser", "Keras"): {"gradients": 1e-5, "weights": 2e-5},
    ("browser", "kernels"): {"gradients": 2e-6, "weights": 1e-5},
    ("relaxed browser", "kernels"): {"gradients": 1e-5, "weights": 1e-5},
    ("browser without vectors", "browser"): {"gradients": 0, "weights": 0},
}
"""Who agrees with whom: the largest differences, of gradients as a share of the largest in their tensor."""
