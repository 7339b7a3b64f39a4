"""The mean of curves with its interval: against scipy's, and where runs have come less far than others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_compare.comparison.intervals import band, mean

curves = st.lists(st.lists(st.floats(0, 1), max_size=5), max_size=5)


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(1).normal(0.85, 0.01, (5, 3))
    found = band(values.tolist())
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.mean == pytest.approx(values.mean(axis=0))
    assert found.low == pytest.approx(expected.low)
    assert found.high == pytest.approx(expected.high)


def test_one_run_has_a_mean_and_no_band() -> None:
    found = band([[0.8, 0.9]])
    assert (found.mean.tolist(), found.low.tolist(), found.runs.tolist()) == ([0.8, 0.9], [], [1, 1])


@given(curves)
def test_whatever_has_been_finished_there_are_numbers_only(several: list[list[float]]) -> None:
    found = band(several)
    longest = max(map(len, several), default=0)
    assert len(found.mean) == len(found.runs) == longest
    assert len(found.low) == len(found.high) == sum(found.runs > 2)
    assert np.isfinite([*found.mean, *found.low, *found.high]).all()
    assert found.runs.tolist() == [sum(len(curve) > epoch for curve in several) for epoch in range(longest)]
    assert (found.low <= found.mean[: len(found.low)] + 1e-12).all()


def test_the_margin_is_half_the_t_interval_of_the_mean() -> None:
    values = [0.861, 0.874, 0.869, 0.858, 0.872]
    found = mean(values)
    assert found is not None
    low, high = stats.t.interval(0.95, 4, loc=found.mean, scale=stats.sem(values))
    assert found.margin == pytest.approx((high - low) / 2)
    assert found.deviation == pytest.approx(stats.tstd(values))
    assert (found.lowest, found.highest, found.runs) == (0.858, 0.874, 5)


def test_of_a_single_run_nothing_is_said_of_chance() -> None:
    found = mean([0.86])
    assert found is not None
    assert (found.mean, found.margin, found.deviation, found.runs) == (0.86, None, None, 1)
    assert mean([]) is None


def test_the_interval_of_two_is_not_told() -> None:
    found = mean([0.86, 0.88])
    assert found is not None
    assert (found.margin, found.runs) == (None, 2)
    assert found.deviation == pytest.approx(0.02 / 2**0.5)
