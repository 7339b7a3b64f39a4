import numpy as np
import pytest
from hypothesis import settings

from rnn_compare.fused import layer, packing, sequences, threads
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.sequences import LayerOptions
from tests.kit.networks import layer_weights

BATCH, TIMESTEPS, FEATURES, UNITS, WORDS = 40, 30, 8, 96, 50
"""Enough units for several blocks with every cell."""


def gradients(cell: str, return_sequences: bool) -> list[Array]:
    """Returns the gradients of a batch: for each word their sum and the sum of squares, and those of the weights."""
    random = np.random.default_rng(1)
    ids = random.integers(0, WORDS, (BATCH, TIMESTEPS))
    for row, padding in enumerate(random.integers(0, TIMESTEPS + 1, BATCH)):
        ids[row, :padding] = 0
    table = random.normal(0, 0.5, (WORDS, FEATURES)).astype(np.float32)
    weights = layer_weights(cell, FEATURES, UNITS, scale=0.1)  # larger ones would amplify rounding errors
    options = LayerOptions(KERNELS[cell], return_sequences=return_sequences)
    output, layer_pass = layer.forward_words(options, None, ids, table, weights)
    embedding, of_weights = layer.backward_words(layer_pass, random.normal(size=output.shape).astype(np.float32))
    by_word = np.zeros((2, WORDS, FEATURES), np.float32)
    by_word[:, embedding.words] = embedding.sums, embedding.squares
    return [*by_word, *of_weights]


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_the_backward_pass_in_several_blocks_gives_the_same_gradients(
    cell: str, return_sequences: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks = gradients(cell, return_sequences)
    monkeypatch.setattr(packing, "BLOCKS", 1)
    for ours, whole in zip(in_blocks, gradients(cell, return_sequences), strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-5 * float(np.abs(whole).max()))


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_the_number_of_threads_changes_no_digit(
    cell: str, return_sequences: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    monkeypatch.setattr(threads, "CALLS_ALONE", 0)  # though threads wait long for so little work
    alone = gradients(cell, return_sequences)
    try:
        for count in (1, 2, 3):
            threads.allow(count)
            for _ in range(settings().max_examples // 20):
                for ours, once in zip(gradients(cell, return_sequences), alone, strict=True):
                    np.testing.assert_array_equal(ours, once)
    finally:
        threads.allow(1)


@pytest.mark.parametrize("cell", KERNELS)
def test_the_order_of_weights_in_memory_changes_no_digit(cell: str) -> None:
    """A cell's functions take pointers."""
    options, weights = LayerOptions(KERNELS[cell]), layer_weights(cell, 3, 4)
    x = np.random.default_rng(2).normal(size=(5, 6, 3)).astype(np.float32)
    outputs = [
        layer.forward_vectors(options, None, x, [np.array(weight, order=order) for weight in weights])[0]
        for order in ("C", "F")
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
