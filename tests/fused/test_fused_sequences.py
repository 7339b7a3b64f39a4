from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from rnn_compare.fused import layer, network_pass, packing, sequences, threads
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network import options_of
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from tests.kit.networks import layer_weights, padded_reviews, random_weights, small

BATCH, TIMESTEPS, FEATURES, UNITS, WORDS = 40, 30, 8, 96, 50
"""Enough units for several blocks with every cell."""


def gradients(cell: str, output: str, order: Any = "C") -> list[Array]:
    """Returns the gradients of a batch: for each word their sum and the sum of squares, and those of the weights."""
    random = np.random.default_rng(1)
    ids = random.integers(0, WORDS, (BATCH, TIMESTEPS))
    for row, padding in enumerate(random.integers(0, TIMESTEPS + 1, BATCH)):
        ids[row, :padding] = 0
    table = random.normal(0, 0.5, (WORDS, FEATURES)).astype(np.float32)
    weights = layer_weights(cell, FEATURES, UNITS, scale=0.1)  # larger ones would amplify rounding errors
    weights = [np.array(weight, order=order) for weight in weights]
    dropout_mask = np.where(random.random((BATCH, FEATURES)) < 0.4, 0, 1 / 0.6).astype(np.float32)
    mask = dropout_mask if output == "last under dropout" else None
    options = LayerOptions(KERNELS[cell], return_sequences=output == "all")
    states, layer_pass = layer.forward_words(options, None, ids, table, weights, mask)
    embedding, of_weights = layer.backward_words(layer_pass, random.normal(size=states.shape).astype(np.float32))
    by_word = np.zeros((2, WORDS, FEATURES), np.float32)
    by_word[:, embedding.words] = embedding.sums, embedding.squares
    return [*by_word, *of_weights]


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("output", ["last", "last under dropout", "all"])
def test_gradients_have_the_same_digits_by_any_threads_and_order_in_memory_and_nearly_those_of_one_block(
    cell: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    monkeypatch.setattr(threads, "CALLS_ALONE", 0)  # though threads wait long for so little work
    alone = gradients(cell, output)
    try:
        for count in (1, 2, 3):
            threads.allow(count)
            for _ in range(settings().max_examples // 20):
                # A cell's functions take pointers.
                for ours, once in zip(gradients(cell, output, "F"), alone, strict=True):
                    np.testing.assert_array_equal(ours, once)
    finally:
        threads.allow(1)
    monkeypatch.setattr(packing, "BLOCKS", 1)
    for ours, whole in zip(alone, gradients(cell, output), strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-5 * float(np.abs(whole).max()))


@pytest.mark.parametrize("dropout", [False, True])
def test_directions_in_several_threads_give_the_same_digits(dropout: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    experiment = small(cell="GRU", embedding_size=8, maxlen=20, bidirectional=True, layers=2)
    options, weights = options_of(keras_models.network(experiment)), [*random_weights(experiment).values()]
    ids, labels = padded_reviews([0, 3, 9, 20, 14, 14, 1, 6], 20, seed=3).astype(np.int64), np.ones(8, np.float32)
    masks: Any = (np.random.default_rng(6).random((2, 2, 8, 8)) >= 0.3).astype(np.float32)  # by layer and direction
    results = []
    for count in (1, 2, 2, 5):
        threads.allow(count)
        forward_pass = network_pass.forward(options, weights, ids, masks if dropout else [[None] * 2] * 2)
        embedding, of_weights = network_pass.backward(weights, forward_pass, labels)
        results.append([forward_pass.logits, embedding.sums, embedding.squares, *of_weights])
    threads.allow(1)
    for result in results[1:]:
        for ours, by_one_thread in zip(result, results[0], strict=True):
            np.testing.assert_array_equal(ours, by_one_thread)
