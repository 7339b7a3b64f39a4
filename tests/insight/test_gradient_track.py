import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.insight.gradient_track import GradientTrack, recorded_track, track

FALLING = np.geomspace(1.0, 1e-9, 200)
sizes = st.lists(st.lists(st.integers(1, 1000), min_size=6, max_size=6), min_size=1, max_size=9)


@given(sizes)
def test_a_share_reaches_one_half_where_the_effective_memory_says_and_no_sooner(reviews: list[list[int]]) -> None:
    found = track(np.array(reviews, np.float64))
    for memory, share in zip(found.memory, found.share, strict=True):
        assert share[memory - 1] >= 0.5
        assert memory == 1 or share[memory - 2] < 0.5


@given(sizes)
def test_the_effective_memory_is_the_median_of_those_of_single_reviews_and_the_quartiles_lie_around_it(
    reviews: list[list[int]],
) -> None:
    found = track(np.array(reviews, np.float64))
    single = sorted(track(np.array([review], np.float64)).memory[0] for review in reviews)
    assert found.memory[0] == np.quantile(single, 0.5, method="inverted_cdf")
    assert found.memory[1] <= found.memory[0] <= found.memory[2]


def test_how_wrong_a_verdict_is_has_no_part_in_size_and_reach() -> None:
    rows = np.array([FALLING, FALLING**0.5, FALLING**2])
    one, other = track(rows), track(rows * np.array([[10.0], [1000.0], [1e-6]]))
    np.testing.assert_allclose(one.relative, other.relative)
    np.testing.assert_allclose(one.share, other.share)
    assert one.memory == other.memory
    assert one.size != other.size
    assert (one.relative[:, 0] == 1).all()


def test_one_review_whose_gradient_explodes_moves_nothing() -> None:
    calm = np.tile(FALLING, (5, 1))
    wild = np.vstack([calm, 1e6 / FALLING])
    assert track(wild).memory == track(calm).memory
    np.testing.assert_array_equal(track(wild).relative[0], track(calm).relative[0])


@pytest.mark.parametrize("nothing", [0.0, np.nan, np.inf])
def test_reviews_without_a_gradient_are_left_out_and_where_there_is_none_at_all_nothing_is_remembered(
    nothing: float,
) -> None:
    found = track(np.array([[1.0, 1.0, 1.0, 1.0], [nothing] * 4]))
    assert found.memory == (2, 2, 2)
    assert track(np.full((2, 4), nothing)).memory == (0,)


def test_a_short_review_has_no_part_where_it_has_no_words() -> None:
    found = track(np.array([[1.0, 0.5, np.nan, np.nan], [1.0, 0.5, 0.25, 0.125]]))
    np.testing.assert_allclose(found.relative[0], [1.0, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(found.share[1, 2:], 1.0)  # it has all of its own


def through_a_record(found: GradientTrack) -> GradientTrack:
    return recorded_track(json.loads(json.dumps(found.plain())), np.arange(1, found.share.shape[1] + 1), None)


@given(sizes)
def test_what_is_recorded_still_reaches_one_half_at_the_effective_memory(reviews: list[list[int]]) -> None:
    found = track(np.array(reviews, np.float64))
    back = through_a_record(found)
    assert back.memory == found.memory
    np.testing.assert_allclose(back.relative, found.relative, rtol=5e-3)
    np.testing.assert_allclose(back.share, found.share, atol=1.1e-3)
    for memory, share in zip(back.memory, back.share, strict=True):
        assert share[memory - 1] >= 0.5
        assert memory == 1 or share[memory - 2] < 0.5


def test_the_mean_of_an_earlier_version_is_one_row_that_reaches_one_half_at_its_effective_memory() -> None:
    places = np.array([1, 2, 3, 4, 8, 12])
    old = recorded_track([2.0] * 6, places, 6)
    assert old.size == 2
    np.testing.assert_array_equal(old.relative, np.ones((1, 6)))
    np.testing.assert_allclose(old.share, [places / 12])
    assert old.memory == (6,)
    assert recorded_track([0.0, 0.0], np.array([1, 2]), 0).memory == (0,)
