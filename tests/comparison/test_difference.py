"""One test of a difference, by hand and against SciPy's Welch and paired t; and how many seeds one needs."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import compare_networks, compare_settings, satterthwaite
from rnn_compare.comparison.inference.intervals import Spread, spread
from rnn_compare.comparison.inference.levels import FIRST
from rnn_compare.comparison.inference.power import seeds_needed, seeds_to_see
from tests.kit.judgements import compared, setting


def scored(verdicts: NDArray[np.float64]) -> list[Score]:
    return [Score(float(row.mean()), row, len(row)) for row in verdicts]


def unkept(*accuracies: float, reviews: int = 5000) -> list[Score]:
    return [Score(accuracy, None, reviews) for accuracy in accuracies]


def drawn(seed: int, runs: int, reviews: int = 60, accuracy: float = 0.8) -> list[Score]:
    return scored((np.random.default_rng(seed).random((runs, reviews)) < accuracy).astype(float))


accuracies = st.lists(st.floats(0.5, 0.9), min_size=3, max_size=6).filter(lambda values: np.std(values) > 1e-4)


def test_the_whole_arithmetic_by_hand() -> None:
    a = scored(np.array([[1.0, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 0]]))
    b = scored(np.array([[1.0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]))
    test = compare_settings(a, b)
    # Seeds: accuracies ¾, ½, ¾ and ¼, 0, ¼ have variance 1/48; noise is two thirds of Var(0, 0, 1, 0) / 2.
    # Reviews: mean verdicts differ by ⅓, 1, ⅔, 0: variance 5/27, less 1/12 / 3 twice, and 2/6 of one more a side.
    of_seeds, of_reviews = 1 / 144, (5 / 27 - 2 / 36 + 1 / 3) / 4
    error = math.sqrt(2 * of_seeds + of_reviews)
    assert (test.difference, test.runs, test.paired) == (0.5, (3, 3), True)
    assert [test.variance_seeds, test.variance_reviews] == pytest.approx([2 * of_seeds, of_reviews])
    assert test.df == pytest.approx(error**4 / (2 * of_seeds**2 / 2 + of_reviews**2 / 3))
    assert test.p == pytest.approx(2 * stats.t.sf(0.5 / error, test.df))
    half = stats.t.ppf(0.98, test.df) * error
    assert test.half_width(0.04) == pytest.approx(half)
    assert test.limits(0.04) == pytest.approx((0.5 - half, 1.0)), "no two accuracies differ by more than 1"


@given(accuracies, accuracies)
def test_without_a_share_of_the_reviews_it_is_welchs_test(a: list[float], b: list[float]) -> None:
    test = compare_settings(unkept(*a, reviews=10**15), unkept(*b, reviews=10**15))
    welch = stats.ttest_ind(a, b, equal_var=False)
    interval = welch.confidence_interval(0.96)
    assert [test.p, test.df] == pytest.approx([welch.pvalue, welch.df], rel=1e-6, abs=1e-6)
    assert test.limits(0.04) == pytest.approx((max(-1, interval.low), min(1, interval.high)), abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))
def test_trained_networks_are_compared_by_the_paired_t_over_reviews(seed: int, of_a: int, of_b: int) -> None:
    a, b = drawn(seed, of_a, accuracy=0.6), drawn(seed + 1, of_b, accuracy=0.9)
    test = compare_networks(a, b)
    mean_a, mean_b = (np.mean([run.correct for run in runs if run.correct is not None], axis=0) for runs in (a, b))
    paired = stats.ttest_rel(mean_a, mean_b)
    # One review more that only a gets right, and one that only b does.
    error = math.sqrt((np.var(mean_a - mean_b, ddof=1) + 2 / 62) / 60)
    assert test.difference == pytest.approx(np.mean(mean_a - mean_b))
    assert (test.df, test.variance_seeds, test.spreads) == (paired.df, 0, ())
    assert test.p == pytest.approx(2 * stats.t.sf(abs(test.difference) / error, 59))
    assert test.p >= paired.pvalue


def test_earlier_runs_are_pooled_with_the_runs_own_spread() -> None:
    a, b, lent = drawn(1, 3), drawn(2, 4), Spread(0.5, 0.2, 9)
    test = compare_settings(a, b, lent, lent)
    of_a, of_b = (2 * spread(a).variance + 8 * 0.5) / 10, (3 * spread(b).variance + 8 * 0.5) / 11
    noise = [(2 * spread(a).noise + 8 * 0.2) / 10, (3 * spread(b).noise + 8 * 0.2) / 11]
    assert [of.noise for of in test.spreads] == pytest.approx(noise)
    assert [number for of in test.spreads for number in (of.variance, of.df)] == pytest.approx([of_a, 10, of_b, 11])
    assert test.variance_seeds == pytest.approx(of_a / 3 + of_b / 4)
    assert compare_settings(a, b, Spread(0.5, 0.2, 2)) == compare_settings(a, b), "two are too few"


def test_without_verdicts_the_reviews_count_as_independent_ones() -> None:
    test = compare_settings(unkept(0.88, 0.87, 0.89), unkept(0.84, 0.86, 0.85))
    right, wrong = np.array([4401, 4251]) / 5002, np.array([601, 751]) / 5002  # and one more of each
    assert test.variance_reviews == pytest.approx((right * wrong).sum() / 5000)
    assert not test.paired
    assert not compare_networks(drawn(1, 3), unkept(0.8, 0.9, 0.8, reviews=60)).paired


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=FIRST, power=0.8)
    assert seeds_needed((deviation**2, deviation**2)) == max(3, math.ceil(expected))


def test_where_the_reviews_alone_hide_the_difference_no_number_of_seeds_suffices() -> None:
    # 80 % power at 4 % need a difference of 2.05 + 0.84 = 2.90 standard errors: 1 point, 0.345 points each.
    assert seeds_needed((0.01**2, 0.01**2), 0.0035**2) is None
    assert seeds_needed((0.01**2, 0.01**2), 0.0034**2) is not None


def test_earlier_runs_lend_further_seeds_their_degrees_of_freedom() -> None:
    earlier = Spread(0.01**2, 0.0, 4)
    a, b = (replace(setting(name, 0.9, 0.91, 0.92), earlier=earlier) for name in "AB")
    difference = compared(a, b)
    df = satterthwaite(*((spread.variance / spread.runs, spread.df) for spread in difference.newest.spreads))
    for seeds, chance in zip(seeds_to_see(difference), (0.95, 0.05), strict=True):
        of_a, of_b = (df / stats.chi2.ppf(chance, df) * spread.variance for spread in difference.newest.spreads)
        assert seeds == seeds_needed((of_a, of_b), difference.newest.variance_reviews, lent=(3, 3), alpha=0.005)
