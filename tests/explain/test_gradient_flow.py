import numpy as np
import pytest

from rnn_compare.explain.gradient_flow import FAR, NEAR, QUARTILES, GradientNorms, gradient_flow, relative

FALLING = np.geomspace(1.0, 1e-9, 200)


def test_neither_how_wrong_a_verdict_is_nor_one_review_whose_gradient_explodes_has_a_part() -> None:
    rows = np.array([FALLING, FALLING**0.5, FALLING**2])
    first, second = relative(rows), relative(rows * np.array([[10.0], [1000.0], [1e-6]]))
    np.testing.assert_allclose(first, second)
    assert (first[:, 0] == 1).all()
    calm = np.tile(FALLING, (5, 1))
    np.testing.assert_array_equal(relative(np.vstack([calm, 1e6 / FALLING]))[0], relative(calm)[0])


@pytest.mark.parametrize("nothing", [0.0, np.nan, np.inf])
def test_reviews_without_a_gradient_are_left_out_and_where_there_is_none_at_all_there_are_zeros(nothing: float) -> None:
    np.testing.assert_array_equal(relative(np.array([[1.0, 0.5], [nothing] * 2])), [[1.0, 0.5]] * 3)
    np.testing.assert_array_equal(relative(np.full((2, 4), nothing)), np.zeros((1, 4)))


def test_a_short_review_has_no_part_where_it_has_no_words() -> None:
    result = relative(np.array([[1.0, 0.5, np.nan, np.nan], [1.0, 0.5, 0.25, 0.125]]))
    np.testing.assert_allclose(result[0], [1.0, 0.5, 0.25, 0.125])


RISING = np.geomspace(1e-9, 1.0, 500)


def norms(*rows: np.ndarray, backward: bool = False, carry: bool = False) -> GradientNorms:
    states = np.array(rows)
    return GradientNorms(backward, states, 2 * states if carry else None, states >= 0)


@pytest.mark.parametrize("backward", [False, True])
def test_the_word_read_last_comes_first(backward: bool) -> None:
    flow = gradient_flow(norms(RISING[-50:], backward=backward, carry=True))
    expected = RISING[-50:] if backward else RISING[-50:][::-1]
    np.testing.assert_allclose(flow.states, [expected / expected[0]] * len(QUARTILES), rtol=5e-3)
    assert flow.carry is not None
    np.testing.assert_allclose(flow.carry, expected / expected[0], rtol=5e-3)
    assert flow.places == list(range(1, 51))


@pytest.mark.parametrize(("backward", "second"), [(False, 2.0), (True, 0.5)])
def test_masked_timesteps_are_no_words(backward: bool, second: float) -> None:
    sizes = np.array([[9.0, 9.0, 4.0, 2.0, 1.0]])
    flow = gradient_flow(GradientNorms(backward, sizes, None, np.array([[False, False, True, True, True]])))
    assert (flow.places, flow.states[0][1]) == ([1, 2, 3], second)


@pytest.mark.parametrize("timesteps", [1, 2, NEAR, NEAR + FAR, 500])
def test_a_short_review_is_drawn_whole_and_of_a_long_one_both_ends_and_the_last_words(timesteps: int) -> None:
    places = gradient_flow(norms(RISING[-timesteps:])).places
    assert places[: NEAR + FAR] == list(range(1, timesteps + 1)) or len(places) == NEAR + FAR
    assert places[:NEAR] == list(range(1, min(NEAR, timesteps) + 1))
    assert places[-1] == timesteps
    assert (np.diff(places) > 0).all()


def test_a_gradient_that_is_not_a_number_is_recorded_as_zero() -> None:
    assert gradient_flow(norms(np.array([1.0, np.nan, np.inf]))).states == [[0.0, 0.0]]
