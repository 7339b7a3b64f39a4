"""A gradient or an input that is no number must not come out as a gradient of zero: a diverged training has to show."""

import numpy as np
import pytest

from rnn_compare.fused import vector_inputs, word_inputs
from rnn_compare.fused.arithmetic import Array, is_negligible, largest, sigmoid, tanh, unless_faded
from rnn_compare.fused.kernels.registry import KERNELS
from rnn_compare.fused.sequences import LayerOptions
from tests.fused.conftest import layer_weights

FEATURES, LENGTHS, MAXLEN = 4, (0, 0, 3, 6, 6), 6
BAD = [np.nan, np.inf, -np.inf]

pytestmark = pytest.mark.filterwarnings("ignore:invalid value")  # NumPy's, of what these tests do on purpose

everywhere = pytest.mark.parametrize("bad", BAD, ids=str)
cells = pytest.mark.parametrize("cell", KERNELS)
sizes = pytest.mark.parametrize("units", [1, 8, 32, 33, 64])


@cells
@sizes
@everywhere
@pytest.mark.parametrize("review", [0, 4], ids=["of padding alone", "without padding"])
def test_what_is_no_number_in_the_outputs_gradient_is_none_in_any_gradient_below(
    cell: str, units: int, bad: float, review: int
) -> None:
    gradient = np.random.default_rng(1).normal(size=(len(LENGTHS), units)).astype(np.float32)
    gradient[review, units // 2] = bad
    table = np.ones((9, FEATURES), np.float32)
    for found in (_of_vectors(cell, _vectors(), gradient), _of_words(cell, table, gradient)):
        assert not any(np.isfinite(array).all() for array in found)
    assert not np.isfinite(_of_vectors(cell, _vectors(), gradient)[0][review]).all(), "the review's own gradient"


@cells
@sizes
@everywhere
def test_what_is_no_number_in_an_input_is_none_in_the_kernels_gradient(cell: str, units: int, bad: float) -> None:
    gradient = np.ones((len(LENGTHS), units), np.float32)
    vectors, table = _vectors(), np.ones((9, FEATURES), np.float32)
    vectors[3, 2, 1] = table[5, 1] = bad
    for _, of_kernel, *_ in (_of_vectors(cell, vectors, gradient), _of_words(cell, table, gradient)):
        assert not np.isfinite(of_kernel).all()


def test_reviews_are_alike_only_as_far_as_their_inputs_are_numbers() -> None:
    """Not a number equals nothing, itself included: the steps before it are all that two reviews share."""
    vectors = np.random.default_rng(3).normal(size=(3, 5, FEATURES)).astype(np.float32)
    vectors[1:, :2] = 7
    vectors[1:, 2] = np.nan
    output = _read("GRU", vectors, 3)[0]
    alone = [_read("GRU", vectors[[row]], 3)[0][0] for row in range(3)]
    np.testing.assert_array_equal(np.isnan(output).all(axis=1), [False, True, True])
    np.testing.assert_allclose(output[0], alone[0], atol=1e-6)


@everywhere
def test_small_functions_tell_what_is_no_number(bad: float) -> None:
    number = np.float32(bad)
    gradients = np.array([[[1, 2], [bad, 3]]], np.float32)
    np.testing.assert_array_equal(unless_faded(number), number)
    np.testing.assert_allclose(tanh(number), np.tanh(number), atol=4e-7)
    np.testing.assert_allclose(sigmoid(number), {np.inf: 1, -np.inf: 0}.get(bad, np.nan), atol=2e-7)
    assert not is_negligible(gradients, 1, np.float32(10))
    assert is_negligible(gradients, 0, np.float32(10))
    assert largest(gradients[0]) == 3, "one review that diverges must not make all others negligible"


def _vectors() -> Array:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(len(LENGTHS), MAXLEN, FEATURES)).astype(np.float32)
    for row, length in enumerate(LENGTHS):
        vectors[row, : MAXLEN - length] = 0.5
    return vectors


def _read(cell: str, vectors: Array, units: int) -> tuple[Array, vector_inputs.VectorPass]:
    return vector_inputs.forward(LayerOptions(KERNELS[cell]), None, vectors, *layer_weights(cell, FEATURES, units))


def _of_vectors(cell: str, vectors: Array, gradient: Array) -> tuple[Array, ...]:
    _, read = _read(cell, vectors, gradient.shape[1])
    dx, of_weights = vector_inputs.backward(LayerOptions(KERNELS[cell]), read, gradient)
    return dx, *of_weights


def _of_words(cell: str, table: Array, gradient: Array) -> tuple[Array, ...]:
    ids = np.random.default_rng(2).integers(1, 9, (len(LENGTHS), MAXLEN))
    for row, length in enumerate(LENGTHS):
        ids[row, : MAXLEN - length] = 0
    ids[3, 2] = 5
    weights = layer_weights(cell, FEATURES, gradient.shape[1])
    options = LayerOptions(KERNELS[cell])
    _, read = word_inputs.forward(options, None, ids, table.astype(np.float32), *weights)
    embedding, found = word_inputs.backward(options, read, gradient)
    return embedding.sums, *found
