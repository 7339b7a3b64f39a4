"""The mean of curves with its interval: against scipy's, and where runs have come less far than others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnn_compare.comparison.inference.intervals import band

curves = st.lists(st.lists(st.floats(0, 1), max_size=5), max_size=5)


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(1).normal(0.85, 0.01, (5, 3))
    mean, half = band(values.tolist())
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean == pytest.approx(values.mean(axis=0))
    assert mean - half == pytest.approx(expected.low)
    assert mean + half == pytest.approx(expected.high)


@given(curves)
def test_whatever_has_been_finished_there_are_numbers_only(several: list[list[float]]) -> None:
    mean, half = band(several)
    lengths = [*sorted(map(len, several), reverse=True), 0, 0, 0]
    assert (len(mean), len(half)) == (lengths[0], lengths[2])
    assert np.isfinite([*mean, *half]).all()
    assert (half >= 0).all()
