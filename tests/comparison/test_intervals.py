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


def test_a_mean_is_of_all_its_seeds() -> None:
    assert mean([]) is None
    values = [0.861, 0.874, 0.869, 0.858, 0.872]
    several, single = mean(values), mean([0.86])
    assert several is not None
    assert single is not None
    assert several.deviation == pytest.approx(stats.tstd(values))
    assert (several.lowest, several.highest, several.runs) == (0.858, 0.874, 5)
    assert (single.mean, single.deviation, single.runs) == (0.86, None, 1)
