import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.explain.gradient_flow import FAR, NEAR, QUARTILES, GradientNorms, gradient_flow, track

FALLING = np.geomspace(1.0, 1e-9, 200)
sizes = st.lists(st.lists(st.integers(1, 1000), min_size=6, max_size=6), min_size=1, max_size=9)


@given(sizes)
def test_a_share_reaches_one_half_where_the_reach_says_and_no_sooner(reviews: list[list[int]]) -> None:
    result = track(np.array(reviews, np.float64))
    for memory, share in zip(result.memory, result.share, strict=True):
        assert share[memory - 1] >= 0.5
        assert memory == 1 or share[memory - 2] < 0.5


@given(sizes)
def test_the_reach_is_the_median_of_those_of_single_reviews_and_the_quartiles_lie_around_it(
    reviews: list[list[int]],
) -> None:
    result = track(np.array(reviews, np.float64))
    single = sorted(track(np.array([review], np.float64)).memory[0] for review in reviews)
    assert result.memory[0] == np.quantile(single, 0.5, method="inverted_cdf")
    assert result.memory[1] <= result.memory[0] <= result.memory[2]


def test_how_wrong_a_verdict_is_has_no_part_in_size_and_reach() -> None:
    rows = np.array([FALLING, FALLING**0.5, FALLING**2])
    first, second = track(rows), track(rows * np.array([[10.0], [1000.0], [1e-6]]))
    np.testing.assert_allclose(first.relative, second.relative)
    np.testing.assert_allclose(first.share, second.share)
    assert first.memory == second.memory
    assert first.size != second.size
    assert (first.relative[:, 0] == 1).all()


def test_one_review_whose_gradient_explodes_moves_nothing() -> None:
    calm = np.tile(FALLING, (5, 1))
    wild = np.vstack([calm, 1e6 / FALLING])
    assert track(wild).memory == track(calm).memory
    np.testing.assert_array_equal(track(wild).relative[0], track(calm).relative[0])


@pytest.mark.parametrize("nothing", [0.0, np.nan, np.inf])
def test_reviews_without_a_gradient_are_left_out_and_where_there_is_none_at_all_nothing_is_remembered(
    nothing: float,
) -> None:
    result = track(np.array([[1.0, 1.0, 1.0, 1.0], [nothing] * 4]))
    assert result.memory == (2, 2, 2)
    assert track(np.full((2, 4), nothing)).memory == (0,)


def test_a_short_review_has_no_part_where_it_has_no_words() -> None:
    result = track(np.array([[1.0, 0.5, np.nan, np.nan], [1.0, 0.5, 0.25, 0.125]]))
    np.testing.assert_allclose(result.relative[0], [1.0, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(result.share[1, 2:], 1.0)  # it has all of its own


@given(sizes)
def test_what_is_recorded_still_reaches_one_half_at_the_reach(reviews: list[list[int]]) -> None:
    result = track(np.array(reviews, np.float64))
    recorded = json.loads(json.dumps(result.plain(np.arange(1, 7))))
    assert tuple(recorded["memory"]) == result.memory
    np.testing.assert_allclose(recorded["relative"], result.relative, rtol=5e-3)
    np.testing.assert_allclose(recorded["share"], result.share, atol=1.1e-3)
    for memory, share in zip(recorded["memory"], recorded["share"], strict=True):
        assert share[memory - 1] >= 0.5
        assert memory == 1 or share[memory - 2] < 0.5


RISING = np.geomspace(1e-9, 1.0, 500)


def norms(*rows: np.ndarray, backward: bool = False, carry: bool = False) -> GradientNorms:
    states = np.array(rows)
    return GradientNorms(backward, states, 2 * states if carry else None, states >= 0)


@pytest.mark.parametrize("backward", [False, True])
def test_the_word_read_last_comes_first(backward: bool) -> None:
    flow = gradient_flow(norms(RISING[-50:], backward=backward, carry=True))
    expected = RISING[-50:] if backward else RISING[-50:][::-1]
    np.testing.assert_allclose(flow["states"]["relative"], [expected / expected[0]] * len(QUARTILES), rtol=5e-3)
    np.testing.assert_allclose(flow["carry"]["relative"], [expected / expected[0]], rtol=5e-3)
    sizes = flow["states"]["size"], flow["carry"]["size"]
    np.testing.assert_allclose(sizes, (expected[0], 2 * expected[0]), rtol=5e-3)
    assert flow["places"] == list(range(1, 51))


@pytest.mark.parametrize(("backward", "first"), [(False, 1.0), (True, 4.0)])
def test_masked_timesteps_are_no_words(backward: bool, first: float) -> None:
    sizes = np.array([[9.0, 9.0, 4.0, 2.0, 1.0]])
    flow = gradient_flow(GradientNorms(backward, sizes, None, np.array([[False, False, True, True, True]])))
    assert flow["states"]["size"] == first
    assert flow["places"] == [1, 2, 3]


def test_of_a_long_review_both_ends_the_last_words_and_the_reach_are_recorded() -> None:
    flow = gradient_flow(norms(RISING**0.01, RISING**0.02, RISING**0.3, carry=True))
    assert len(flow["places"]) <= NEAR + FAR + 2 * (len(QUARTILES) + 1)
    assert flow["places"][:NEAR] == list(range(1, NEAR + 1))
    assert flow["places"][-1] == 500
    assert (np.diff(flow["places"]) > 0).all()
    for memory, share in zip(flow["states"]["memory"], np.array(flow["states"]["share"]), strict=True):
        assert memory > NEAR
        assert flow["places"][np.argmax(share >= 0.5)] == memory
        assert memory - 1 in flow["places"], "so that a line crosses one half right there"


@pytest.mark.parametrize("timesteps", [1, 2, NEAR, NEAR + FAR])
def test_a_short_review_is_recorded_whole(timesteps: int) -> None:
    assert gradient_flow(norms(RISING[:timesteps]))["places"] == list(range(1, timesteps + 1))


def test_it_goes_through_a_record_in_a_few_kilobytes() -> None:
    flow = gradient_flow(norms(RISING, RISING**0.5, carry=True))
    written = json.dumps(flow)
    assert len(written) < 4000
    assert json.loads(written) == flow


def test_a_gradient_that_is_not_a_number_is_recorded_as_zero() -> None:
    flow = gradient_flow(norms(np.array([1.0, np.nan, np.inf])))
    assert json.loads(json.dumps(flow, allow_nan=False))["states"]["memory"] == [0]
