"""A NaN or infinite gradient or input must not lead to a gradient of zero: a diverged training must be visible."""

import numba
import numpy as np
import pytest

from rnn_compare.fused import layer
from rnn_compare.fused.arithmetic import OPTIONS, Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.recurrence import is_negligible, largest
from rnn_compare.fused.sequences import LayerOptions
from tests.kit.networks import layer_weights

FEATURES, LENGTHS, MAXLEN = 4, (0, 0, 3, 6, 6), 6
BAD = [np.nan, np.inf, -np.inf]

pytestmark = pytest.mark.filterwarnings("ignore:invalid value")  # NumPy's, here on purpose

everywhere = pytest.mark.parametrize("bad", BAD, ids=str)
cells = pytest.mark.parametrize("cell", KERNELS)
sizes = pytest.mark.parametrize("units", [1, 8, 32, 33, 64])


@cells
@sizes
@everywhere
def test_a_non_finite_output_gradient_or_input_makes_gradients_below_non_finite(
    cell: str, units: int, bad: float
) -> None:
    table, vectors = np.ones((9, FEATURES), np.float32), _vectors()
    for review in (0, 4):  # of padding alone, and without padding
        gradient = np.random.default_rng(1).normal(size=(len(LENGTHS), units)).astype(np.float32)
        gradient[review, units // 2] = bad
        of_vectors = _of_vectors(cell, vectors, gradient)
        for gradients in (of_vectors, _of_words(cell, table, gradient)):
            assert not any(np.isfinite(array).all() for array in gradients)
        assert not np.isfinite(of_vectors[0][review]).all(), "the review's own gradient"
    vectors[3, 2, 1] = table[5, 1] = bad
    gradient = np.ones((len(LENGTHS), units), np.float32)
    for _, of_kernel, *_ in (_of_vectors(cell, vectors, gradient), _of_words(cell, table, gradient)):
        assert not np.isfinite(of_kernel).all()


@everywhere
def test_a_review_that_diverges_is_not_negligible_and_makes_no_other_so(bad: float) -> None:
    @numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
    def facts(gradients: Array, threshold: np.float32) -> tuple[bool, bool, np.float32]:
        first, second = (is_negligible(gradients, 0, threshold), is_negligible(gradients, 1, threshold))
        return first, second, largest(gradients, 0, 2)

    assert facts(np.array([[[1, 2], [bad, 3]]], np.float32), np.float32(10)) == (True, False, 3)


def _vectors() -> Array:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(len(LENGTHS), MAXLEN, FEATURES)).astype(np.float32)
    for row, length in enumerate(LENGTHS):
        vectors[row, : MAXLEN - length] = 0.5
    return vectors


def _of_vectors(cell: str, vectors: Array, gradient: Array) -> tuple[Array, ...]:
    weights = layer_weights(cell, FEATURES, gradient.shape[1])
    _, layer_pass = layer.forward_vectors(LayerOptions(KERNELS[cell]), None, vectors, weights)
    dx, of_weights = layer.backward_vectors(layer_pass, gradient)
    return dx, *of_weights


def _of_words(cell: str, table: Array, gradient: Array) -> tuple[Array, ...]:
    ids = np.random.default_rng(2).integers(1, 9, (len(LENGTHS), MAXLEN))
    for row, length in enumerate(LENGTHS):
        ids[row, : MAXLEN - length] = 0
    ids[3, 2] = 5
    weights = layer_weights(cell, FEATURES, gradient.shape[1])
    _, layer_pass = layer.forward_words(LayerOptions(KERNELS[cell]), None, ids, table, weights)
    embedding, of_weights = layer.backward_words(layer_pass, gradient)
    return embedding.sums, *of_weights
