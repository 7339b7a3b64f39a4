"""A backward pass in several stretches, what they leave added up by a second thread meanwhile."""

import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.fused import sequences, word_inputs
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.sequences import KERNELS, LayerOptions
from tests.fused.conftest import layer_weights

BATCH, TIMESTEPS, SIZE, WORDS = 40, 30, 8, 50


def gradients(cell: str, every_step: bool) -> list[Array]:
    """Returns what one batch's output gradient comes to: by word its rows' sum and sum of squares, and the weights'."""
    random = np.random.default_rng(1)
    ids = random.integers(0, WORDS, (BATCH, TIMESTEPS))
    for row, padding in enumerate(random.integers(0, TIMESTEPS + 1, BATCH)):
        ids[row, :padding] = 0
    table = random.normal(0, 0.5, (WORDS, SIZE)).astype(np.float32)
    weights = layer_weights(cell, SIZE, SIZE)
    options = LayerOptions(KERNELS[cell], every_step=every_step)
    output, read = word_inputs.forward(options, None, ids, table, *weights)
    found, rows, *of_weights = word_inputs.backward(options, read, random.normal(size=output.shape).astype(np.float32))
    by_word, squares = np.zeros((2, WORDS, SIZE), np.float32)
    np.add.at(by_word, found, rows)
    np.add.at(squares, found, np.square(rows))
    return [by_word, squares, *of_weights]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("every_step", [False, True])
def test_a_backward_pass_in_stretches_comes_to_the_same(
    cell: str, every_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = gradients(cell, every_step)
    monkeypatch.setattr(sequences, "STRETCH", 1)
    for ours, whole in zip(gradients(cell, every_step), at_once, strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-5 * float(np.abs(whole).max()))


@pytest.mark.parametrize("cell", CELLS)
def test_the_second_thread_changes_no_digit_however_it_is_scheduled(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "STRETCH", 1)
    first = gradients(cell, False)
    for _ in range(30):
        for again, once in zip(gradients(cell, False), first, strict=True):
            np.testing.assert_array_equal(again, once)
