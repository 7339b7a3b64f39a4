import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from rnn_compare.fused.arithmetic import FLUSH_BELOW, OPTIONS, Array, flushed, multiply, sigmoid, tanh

EVERYWHERE = np.concatenate([np.linspace(-12, 12, 4001), [-1e30, -1e-30, 0, 1e-30, 1e30]]).astype(np.float32)


def test_tanh_equals_that_of_numpy() -> None:
    ours = [tanh(x) for x in EVERYWHERE]
    np.testing.assert_allclose(ours, np.tanh(EVERYWHERE.astype(np.float64)), rtol=0, atol=4e-7)


def test_tanh_keeps_its_bound_where_the_fit_ends() -> None:
    """Beyond 8.5 it is constant, while the float32 nearest to tanh x is 1 only beyond 9.01."""
    ends = np.linspace(8, 10, 20_001, dtype=np.float32)
    ours = np.array([tanh(x) for x in ends])
    np.testing.assert_allclose(ours, np.tanh(ends.astype(np.float64)), rtol=0, atol=4e-7)
    assert set(ours[ends > 8.5]) == {tanh(np.float32(8.5))}


def test_tanh_of_small_numbers_has_all_their_digits() -> None:
    small = np.array([1e-8, -3e-6, 2e-3], np.float32)
    np.testing.assert_allclose([tanh(x) for x in small], np.tanh(small), rtol=4e-7)


def test_sigmoid_is_the_logistic_function() -> None:
    expected = 1 / (1 + np.exp(-EVERYWHERE[:4001].astype(np.float64)))
    np.testing.assert_allclose([sigmoid(x) for x in EVERYWHERE[:4001]], expected, rtol=0, atol=2e-7)


@pytest.mark.parametrize(("gradient", "is_kept"), [(1e-3, True), (-1e-24, True), (1e-26, False), (-1e-40, False)])
def test_gradients_are_flushed_to_zero_before_they_become_denormal(gradient: float, is_kept: bool) -> None:
    assert np.finfo(np.float32).tiny < FLUSH_BELOW
    assert flushed(np.float32(gradient)) == (np.float32(gradient) if is_kept else 0)


def test_products_of_other_types_than_float32_are_refused() -> None:
    @numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
    def product(a: Array, b: Array, out: Array) -> None:
        multiply(a, b, out)

    single, double = np.ones((2, 2), np.float32), np.ones((2, 2))
    product(single, 2 * single, out := np.empty_like(single))
    np.testing.assert_array_equal(out, 4)
    with pytest.raises(TypingError, match="float32"):
        product(single, double, out)
