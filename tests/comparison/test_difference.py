"""One test of a difference: by hand, against scipy's Welch and paired t, and as properties of any two groups."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import FIXED, compare_networks, compare_settings
from rnn_compare.comparison.inference.difference import Test as Outcome
from rnn_compare.comparison.inference.intervals import Spread, spread


def scored(verdicts: NDArray[np.float64]) -> list[Score]:
    return [Score(float(row.mean()), row, len(row)) for row in verdicts]


def unkept(*accuracies: float, reviews: int = 5000) -> list[Score]:
    return [Score(accuracy, None, reviews) for accuracy in accuracies]


def drawn(seed: int, runs: int, reviews: int = 60, accuracy: float = 0.8) -> list[Score]:
    return scored((np.random.default_rng(seed).random((runs, reviews)) < accuracy).astype(float))


groups = st.builds(drawn, st.integers(0, 2**32 - 1), st.integers(3, 5), st.just(60), st.floats(0.3, 0.95))
accuracies = st.lists(st.floats(0.5, 0.9), min_size=3, max_size=6).filter(lambda values: np.std(values) > 1e-4)


def numbers(test: Outcome) -> list[float]:
    return [test.difference, *test.limits(0.04), test.p, test.df]


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


@given(groups, groups, st.randoms(use_true_random=False))
def test_sides_runs_and_reviews_may_be_exchanged(a: list[Score], b: list[Score], random: object) -> None:
    order = np.random.default_rng(abs(hash(random)) % 2**32).permutation(60)

    def shuffled(runs: Sequence[Score]) -> list[Score]:
        return scored(np.array([run.correct[order] for run in reversed(runs) if run.correct is not None]))

    for compare in (compare_settings, compare_networks):
        test, turned = compare(a, b), compare(b, a)
        assert numbers(compare(shuffled(a), shuffled(b))) == pytest.approx(numbers(test))
        assert [turned.difference, turned.p] == pytest.approx([-test.difference, test.p])
        assert turned.limits(0.04) == pytest.approx([-limit for limit in test.limits(0.04)[::-1]])
    assert (compare_settings(a, a).difference, compare_settings(a, a).p) == (0, 1)


def test_a_variance_takes_three_seeds_but_of_what_has_none() -> None:
    for runs in (1, 2):
        with pytest.raises(ValueError, match=f"takes 3 runs, not {runs}"):
            compare_settings(drawn(1, 3), drawn(2, runs))
    fixed = compare_settings(drawn(1, 3), drawn(2, 1), lent_b=FIXED)
    assert fixed.variance_seeds == pytest.approx(spread(drawn(1, 3)).variance / 3)


def test_earlier_runs_are_pooled_with_the_runs_own_spread() -> None:
    a, b, lent = drawn(1, 3), drawn(2, 4), Spread(0.5, 0.2, 9)
    test = compare_settings(a, b, lent, lent)
    of_a, of_b = (2 * spread(a).variance + 8 * 0.5) / 10, (3 * spread(b).variance + 8 * 0.5) / 11
    noise = [(2 * spread(a).noise + 8 * 0.2) / 10, (3 * spread(b).noise + 8 * 0.2) / 11]
    assert [of.noise for of in test.spreads] == pytest.approx(noise)
    assert [number for of in test.spreads for number in (of.variance, of.df)] == pytest.approx([of_a, 10, of_b, 11])
    assert test.variance_seeds == pytest.approx(of_a / 3 + of_b / 4)
    assert numbers(compare_settings(a, b, Spread(0.5, 0.2, 2))) == numbers(compare_settings(a, b)), "two are too few"


def test_without_verdicts_the_reviews_count_as_independent_ones() -> None:
    expected = sum(share * (1 - share) for share in (4401 / 5002, 4251 / 5002)) / 5000
    for compare in (compare_settings, compare_networks):
        test = compare(unkept(0.88, 0.87, 0.89), unkept(0.84, 0.86, 0.85))
        assert not test.paired
        assert test.variance_reviews == pytest.approx(expected)
        assert not compare(drawn(1, 3), unkept(0.8, 0.9, 0.8, reviews=60)).paired
    nobody_erred = compare_settings(unkept(*[1.0] * 3, reviews=25), unkept(*[0.0] * 3, reviews=25))
    assert nobody_erred.variance_reviews == pytest.approx(2 * (26 / 27) * (1 / 27) / 25)


@given(st.integers(3, 4), st.integers(1, 5000))
def test_equal_accuracies_are_known_to_their_last_digit_only(runs: int, reviews: int) -> None:
    same = unkept(*[0.8] * runs, reviews=reviews)
    test = compare_settings(same, same)
    assert test.p == 1
    assert test.variance_seeds == pytest.approx(2 / (12 * reviews**2 * runs)), "rounding to a whole review"
    rounded = [Score(0.8, None, 10**12, rounded_to=0.01)] * runs
    assert compare_settings(rounded, rounded).variance_seeds == pytest.approx(2 * 0.01**2 / 12 / runs)
