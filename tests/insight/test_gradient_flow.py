import json

import numpy as np
import pytest

from rnn_compare.insight.gradient_flow import FAR, NEAR, from_plain, gradient_flow
from rnn_compare.insight.gradient_norms import GradientNorms

RISING = np.geomspace(1e-9, 1.0, 500)


@pytest.mark.parametrize("backward", [False, True])
def test_the_word_read_last_comes_first(backward: bool) -> None:
    norms = GradientNorms(backward, RISING, 2 * RISING)
    flow = gradient_flow(norms)
    expected = RISING if backward else RISING[::-1]
    np.testing.assert_array_equal(flow.states, expected)
    assert flow.carry is not None
    np.testing.assert_array_equal(flow.carry, 2 * expected)
    assert list(flow.places[[0, -1]]) == [1, 500]
    assert (flow.memory, flow.carry_memory) == (norms.memory, norms.carry_memory)


def test_a_thinned_one_keeps_both_ends_and_all_of_the_last_words_and_its_memory_is_exact() -> None:
    norms = GradientNorms(False, RISING, None)
    flow = gradient_flow(norms, thinned=True)
    assert len(flow.places) == NEAR + FAR
    assert list(flow.places[:NEAR]) == list(range(1, NEAR + 1))
    assert flow.places[-1] == 500
    assert (np.diff(flow.places) > 0).all()
    np.testing.assert_array_equal(flow.states, RISING[::-1][flow.places - 1])
    assert flow.memory == norms.memory


@pytest.mark.parametrize("timesteps", [1, 2, NEAR, NEAR + FAR, NEAR + FAR + 1])
def test_a_short_review_is_kept_whole(timesteps: int) -> None:
    flow = gradient_flow(GradientNorms(False, RISING[:timesteps], None), thinned=True)
    assert flow.places[-1] == timesteps
    assert len(set(flow.places)) == len(flow.places) == min(timesteps, NEAR + FAR)


def test_it_goes_through_a_record_with_three_digits_in_a_few_kilobytes() -> None:
    flow = gradient_flow(GradientNorms(False, RISING, RISING), thinned=True)
    written = json.dumps(flow.plain())
    assert len(written) < 4000
    back = from_plain(json.loads(written))
    np.testing.assert_allclose(back.states, flow.states, rtol=5e-3)
    assert back.carry is not None
    assert flow.carry is not None
    np.testing.assert_allclose(back.carry, flow.carry, rtol=5e-3)
    np.testing.assert_array_equal(back.places, flow.places)
    assert (back.memory, back.carry_memory, back.backward) == (flow.memory, flow.carry_memory, False)


def test_what_is_no_number_is_recorded_as_none() -> None:
    flow = gradient_flow(GradientNorms(True, np.array([1.0, np.nan, np.inf]), None))
    assert flow.plain()["states"] == [1.0, 0.0, 0.0]
    assert flow.plain()["carry"] is None
    assert from_plain(flow.plain()).carry is None
