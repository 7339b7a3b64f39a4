import json

import numpy as np
import pytest

from rnn_compare.insight.gradient_flow import FAR, NEAR, from_plain, way_back
from rnn_compare.insight.gradient_norms import GradientNorms

RISING = np.geomspace(1e-9, 1.0, 500)


@pytest.mark.parametrize("backward", [False, True])
def test_the_word_read_last_comes_first(backward: bool) -> None:
    norms = GradientNorms(backward, RISING, 2 * RISING)
    way = way_back(norms)
    expected = RISING if backward else RISING[::-1]
    np.testing.assert_array_equal(way.states, expected)
    assert way.carry is not None
    np.testing.assert_array_equal(way.carry, 2 * expected)
    assert list(way.places[[0, -1]]) == [1, 500]
    assert (way.memory, way.carry_memory) == (norms.memory, norms.carry_memory)


def test_a_thinned_one_keeps_both_ends_and_all_of_the_last_words_and_its_memory_is_exact() -> None:
    norms = GradientNorms(False, RISING, None)
    way = way_back(norms, thinned=True)
    assert len(way.places) == NEAR + FAR
    assert list(way.places[:NEAR]) == list(range(1, NEAR + 1))
    assert way.places[-1] == 500
    assert (np.diff(way.places) > 0).all()
    np.testing.assert_array_equal(way.states, RISING[::-1][way.places - 1])
    assert way.memory == norms.memory


@pytest.mark.parametrize("timesteps", [1, 2, NEAR, NEAR + FAR, NEAR + FAR + 1])
def test_a_short_review_is_kept_whole(timesteps: int) -> None:
    way = way_back(GradientNorms(False, RISING[:timesteps], None), thinned=True)
    assert way.places[-1] == timesteps
    assert len(set(way.places)) == len(way.places) == min(timesteps, NEAR + FAR)


def test_it_goes_through_a_record_with_three_digits_in_a_few_kilobytes() -> None:
    way = way_back(GradientNorms(False, RISING, RISING), thinned=True)
    written = json.dumps(way.plain())
    assert len(written) < 4000
    back = from_plain(json.loads(written))
    np.testing.assert_allclose(back.states, way.states, rtol=5e-3)
    assert back.carry is not None
    assert way.carry is not None
    np.testing.assert_allclose(back.carry, way.carry, rtol=5e-3)
    np.testing.assert_array_equal(back.places, way.places)
    assert (back.memory, back.carry_memory, back.backward) == (way.memory, way.carry_memory, False)


def test_what_is_no_number_is_recorded_as_none() -> None:
    way = way_back(GradientNorms(True, np.array([1.0, np.nan, np.inf]), None))
    assert way.plain()["states"] == [1.0, 0.0, 0.0]
    assert way.plain()["carry"] is None
    assert from_plain(way.plain()).carry is None
