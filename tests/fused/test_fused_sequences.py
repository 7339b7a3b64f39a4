"""The blocks of a batch, by one thread or several."""

import numpy as np
import pytest
from hypothesis import settings

from rnn_compare.fused import packing, sequences, threads, word_inputs
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.kernels.registry import KERNELS
from rnn_compare.fused.sequences import LayerOptions
from tests.fused.conftest import layer_weights

BATCH, TIMESTEPS, FEATURES, UNITS, WORDS = 40, 30, 8, 96, 50
"""Units enough that every cell's batches are dealt out to several blocks."""


def gradients(cell: str, every_step: bool) -> list[Array]:
    """Returns what one batch's output gradient comes to: of each word its sum and that of squares, and the weights'."""
    random = np.random.default_rng(1)
    ids = random.integers(0, WORDS, (BATCH, TIMESTEPS))
    for row, padding in enumerate(random.integers(0, TIMESTEPS + 1, BATCH)):
        ids[row, :padding] = 0
    table = random.normal(0, 0.5, (WORDS, FEATURES)).astype(np.float32)
    weights = layer_weights(cell, FEATURES, UNITS, scale=0.1)  # larger ones would multiply what rounding does
    options = LayerOptions(KERNELS[cell], every_step=every_step)
    output, read = word_inputs.forward(options, None, ids, table, *weights)
    towards = random.normal(size=output.shape).astype(np.float32)
    embedding, of_weights = word_inputs.backward(options, read, towards)
    by_word = np.zeros((2, WORDS, FEATURES), np.float32)
    by_word[:, embedding.words] = embedding.sums, embedding.squares
    return [*by_word, *of_weights]


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("every_step", [False, True])
def test_a_backward_pass_in_blocks_and_stretches_comes_to_the_same(
    cell: str, every_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks = gradients(cell, every_step)
    monkeypatch.setattr(packing, "BLOCKS", 1)
    for ours, whole in zip(in_blocks, gradients(cell, every_step), strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-5 * float(np.abs(whole).max()))


@pytest.mark.parametrize("cell", KERNELS)
@pytest.mark.parametrize("every_step", [False, True])
def test_the_number_of_threads_changes_no_digit_however_they_are_scheduled(
    cell: str, every_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    monkeypatch.setattr(threads, "ALONE", 0)  # however long so little work has to wait for another thread
    alone = gradients(cell, every_step)
    try:
        for count in (1, 2, 3):
            threads.allow(count)
            for _ in range(settings().max_examples // 20):
                for ours, once in zip(gradients(cell, every_step), alone, strict=True):
                    np.testing.assert_array_equal(ours, once)
    finally:
        threads.allow(1)
