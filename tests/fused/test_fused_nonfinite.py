"""A NaN or infinite gradient or input must not lead to a gradient of zero: a diverged training must be visible."""

import numba
import numpy as np
import pytest

from rnn_compare.fused import layer
from rnn_compare.fused.arithmetic import OPTIONS, Array, flushed, sigmoid, tanh
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
@pytest.mark.parametrize("review", [0, 4], ids=["of padding alone", "without padding"])
def test_a_non_finite_output_gradient_makes_all_gradients_below_non_finite(
    cell: str, units: int, bad: float, review: int
) -> None:
    gradient = np.random.default_rng(1).normal(size=(len(LENGTHS), units)).astype(np.float32)
    gradient[review, units // 2] = bad
    table = np.ones((9, FEATURES), np.float32)
    for gradients in (_of_vectors(cell, _vectors(), gradient), _of_words(cell, table, gradient)):
        assert not any(np.isfinite(array).all() for array in gradients)
    assert not np.isfinite(_of_vectors(cell, _vectors(), gradient)[0][review]).all(), "the review's own gradient"


@cells
@sizes
@everywhere
def test_a_non_finite_input_makes_the_kernels_gradient_non_finite(cell: str, units: int, bad: float) -> None:
    gradient = np.ones((len(LENGTHS), units), np.float32)
    vectors, table = _vectors(), np.ones((9, FEATURES), np.float32)
    vectors[3, 2, 1] = table[5, 1] = bad
    for _, of_kernel, *_ in (_of_vectors(cell, vectors, gradient), _of_words(cell, table, gradient)):
        assert not np.isfinite(of_kernel).all()


def test_reviews_share_a_prefix_only_up_to_the_first_nan() -> None:
    """NaN equals nothing, not even itself."""
    vectors = np.random.default_rng(3).normal(size=(3, 5, FEATURES)).astype(np.float32)
    vectors[1:, :2] = 7
    vectors[1:, 2] = np.nan
    output = _read("GRU", vectors, 3)[0]
    alone = [_read("GRU", vectors[[row]], 3)[0][0] for row in range(3)]
    np.testing.assert_array_equal(np.isnan(output).all(axis=1), [False, True, True])
    np.testing.assert_allclose(output[0], alone[0], atol=1e-6)


@everywhere
def test_small_functions_preserve_non_finite_numbers(bad: float) -> None:
    number = np.float32(bad)
    np.testing.assert_array_equal(flushed(number), number)
    np.testing.assert_allclose(tanh(number), np.tanh(number), atol=4e-7)
    np.testing.assert_allclose(sigmoid(number), {np.inf: 1, -np.inf: 0}.get(bad, np.nan), atol=2e-7)


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


def _read(cell: str, vectors: Array, units: int) -> tuple[Array, layer.LayerPass]:
    return layer.forward_vectors(LayerOptions(KERNELS[cell]), None, vectors, layer_weights(cell, FEATURES, units))


def _of_vectors(cell: str, vectors: Array, gradient: Array) -> tuple[Array, ...]:
    _, layer_pass = _read(cell, vectors, gradient.shape[1])
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
