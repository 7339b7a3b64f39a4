import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from rnn_compare.fused.arithmetic import FLUSH_BELOW, OPTIONS, Array, flushed, multiply, sigmoid, tanh


def test_tanh_and_sigmoid_are_those_of_numpy_also_where_the_fit_ends_and_where_numbers_are_none() -> None:
    """Beyond 8.5 tanh is constant, while the float32 nearest to it is 1 only beyond 9.01."""
    ends = np.linspace(8, 10, 20_001, dtype=np.float32)
    everywhere = np.array([*np.linspace(-12, 12, 4001), *ends, -1e30, 1e30, np.nan, np.inf, -np.inf], np.float32)
    ours = np.array([tanh(x) for x in everywhere])
    np.testing.assert_allclose(ours, np.tanh(everywhere.astype(np.float64)), rtol=0, atol=4e-7)
    assert set(ours[everywhere > 8.5]) == {tanh(np.float32(8.5))}
    expected = 0.5 + np.tanh(everywhere.astype(np.float64) / 2) / 2
    np.testing.assert_allclose([sigmoid(x) for x in everywhere], expected, rtol=0, atol=2e-7)
    small = np.array([1e-30, 1e-8, -3e-6, 2e-3], np.float32)
    np.testing.assert_allclose([tanh(x) for x in small], np.tanh(small), rtol=4e-7, err_msg="all their digits")


def test_gradients_are_flushed_to_zero_before_they_become_denormal_and_what_is_no_number_stays() -> None:
    assert np.finfo(np.float32).tiny < FLUSH_BELOW
    stays = np.array([1e-3, -1e-24, np.nan, np.inf, -np.inf], np.float32)
    np.testing.assert_array_equal([flushed(gradient) for gradient in stays], stays)
    assert [flushed(np.float32(gradient)) for gradient in (1e-26, -1e-40)] == [0, 0]


def test_products_of_other_types_than_float32_are_refused() -> None:
    @numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]  # Numba has no types
    def product(a: Array, b: Array, out: Array) -> None:
        multiply(a, b, out)

    single, double = np.ones((2, 2), np.float32), np.ones((2, 2))
    product(single, 2 * single, out := np.empty_like(single))
    np.testing.assert_array_equal(out, 4)
    with pytest.raises(TypingError, match="float32"):
        product(single, double, out)
