"""The mean of curves with its interval: against scipy's, and where runs have come less far than others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_compare.comparison.inference.intervals import band, mean

curves = st.lists(st.lists(st.floats(0, 1), max_size=5), max_size=5)


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(1).normal(0.85, 0.01, (5, 3))
    interval = band(values.tolist())
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval.mean == pytest.approx(values.mean(axis=0))
    assert interval.low == pytest.approx(expected.low)
    assert interval.high == pytest.approx(expected.high)


def test_one_run_has_a_mean_and_no_band() -> None:
    interval = band([[0.8, 0.9]])
    assert (interval.mean.tolist(), interval.low.tolist(), interval.runs.tolist()) == ([0.8, 0.9], [], [1, 1])


@given(curves)
def test_whatever_has_been_finished_there_are_numbers_only(several: list[list[float]]) -> None:
    interval = band(several)
    longest = max(map(len, several), default=0)
    assert len(interval.mean) == len(interval.runs) == longest
    assert len(interval.low) == len(interval.high) == sum(interval.runs > 2)
    assert np.isfinite([*interval.mean, *interval.low, *interval.high]).all()
    assert interval.runs.tolist() == [sum(len(curve) > epoch for curve in several) for epoch in range(longest)]
    assert (interval.low <= interval.mean[: len(interval.low)] + 1e-12).all()


def test_the_margin_is_half_the_t_interval_of_the_mean() -> None:
    values = [0.861, 0.874, 0.869, 0.858, 0.872]
    interval = mean(values)
    assert interval is not None
    low, high = stats.t.interval(0.95, 4, loc=interval.mean, scale=stats.sem(values))
    assert interval.margin == pytest.approx((high - low) / 2)
    assert interval.deviation == pytest.approx(stats.tstd(values))
    assert (interval.lowest, interval.highest, interval.runs) == (0.858, 0.874, 5)


def test_a_mean_has_an_interval_from_three_runs_on() -> None:
    assert mean([]) is None
    single, double = mean([0.86]), mean([0.86, 0.88])
    assert single is not None
    assert double is not None
    assert (single.mean, single.margin, single.deviation, single.runs) == (0.86, None, None, 1)
    assert (double.margin, double.runs) == (None, 2)
    assert double.deviation == pytest.approx(0.02 / 2**0.5)
