import pytest
from scipy import stats

from rnn_compare.comparison.means import mean


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
