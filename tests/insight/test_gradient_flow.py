import json

import numpy as np
import pytest

from rnn_compare.insight.gradient_flow import FAR, NEAR, from_plain, gradient_flow
from rnn_compare.insight.gradient_norms import GradientNorms
from rnn_compare.insight.gradient_track import QUARTILES
from rnn_compare.runs.events import DirectionGradients

RISING = np.geomspace(1e-9, 1.0, 500)


def norms(*rows: np.ndarray, backward: bool = False, carry: bool = False) -> GradientNorms:
    states = np.array(rows)
    return GradientNorms(backward, states, 2 * states if carry else None, states >= 0)


@pytest.mark.parametrize("backward", [False, True])
def test_the_word_read_last_comes_first(backward: bool) -> None:
    flow = gradient_flow(norms(RISING[-50:], backward=backward, carry=True))
    expected = RISING[-50:] if backward else RISING[-50:][::-1]
    np.testing.assert_allclose(flow.states.relative, [expected / expected[0]] * len(QUARTILES))
    assert flow.carry is not None
    np.testing.assert_allclose(flow.carry.relative, [expected / expected[0]])
    assert (flow.states.size, flow.carry.size) == (expected[0], 2 * expected[0])
    assert list(flow.places) == list(range(1, 51))


@pytest.mark.parametrize(("backward", "first"), [(False, 1.0), (True, 4.0)])
def test_masked_timesteps_are_no_words(backward: bool, first: float) -> None:
    sizes = np.array([[9.0, 9.0, 4.0, 2.0, 1.0]])
    flow = gradient_flow(GradientNorms(backward, sizes, None, np.array([[False, False, True, True, True]])))
    assert flow.states.size == first
    assert list(flow.places) == [1, 2, 3]


def test_of_a_long_review_both_ends_and_all_of_the_last_words_are_kept_and_where_a_share_reaches_one_half() -> None:
    flow = gradient_flow(norms(RISING**0.01, RISING**0.02, RISING**0.3, carry=True))
    assert len(flow.places) <= NEAR + FAR + 2 * (len(QUARTILES) + 1)
    assert list(flow.places[:NEAR]) == list(range(1, NEAR + 1))
    assert flow.places[-1] == 500
    assert (np.diff(flow.places) > 0).all()
    for memory, share in zip(flow.states.memory, flow.states.share, strict=True):
        assert memory > NEAR
        assert flow.places[np.argmax(share >= 0.5)] == memory


@pytest.mark.parametrize("timesteps", [1, 2, NEAR, NEAR + FAR])
def test_a_short_review_is_kept_whole(timesteps: int) -> None:
    assert list(gradient_flow(norms(RISING[:timesteps])).places) == list(range(1, timesteps + 1))


def test_it_goes_through_a_record_in_a_few_kilobytes() -> None:
    flow = gradient_flow(norms(RISING, RISING**0.5, carry=True))
    written = json.dumps(flow.plain())
    assert len(written) < 4000
    back = from_plain(json.loads(written))
    np.testing.assert_array_equal(back.places, flow.places)
    np.testing.assert_allclose(back.states.relative, flow.states.relative, rtol=5e-3)
    assert back.carry is not None
    assert flow.carry is not None
    assert (back.states.memory, back.carry.memory, back.backward) == (flow.states.memory, flow.carry.memory, False)


def test_what_is_no_number_is_recorded_as_none() -> None:
    flow = gradient_flow(norms(np.array([1.0, np.nan, np.inf])))
    assert from_plain(json.loads(json.dumps(flow.plain(), allow_nan=False))).states.memory == (0,)


def test_what_an_earlier_version_recorded_is_read() -> None:
    old = DirectionGradients(
        backward=True, places=[1, 2, 4], states=[4.0, 2.0, 1.0], carry=[1.0, 1.0, 1.0], memory=1, carry_memory=2
    )
    flow = from_plain(old)
    np.testing.assert_array_equal(flow.states.relative, [[1.0, 0.5, 0.25]])
    assert flow.carry is not None
    assert (flow.states.memory, flow.carry.memory) == ((1,), (2,))
