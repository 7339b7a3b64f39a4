"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import Untested, by_student, compare_settings
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.levels import FIRST
from rnn_compare.comparison.inference.power import power_reached, seeds_needed, seeds_to_see


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=FIRST, power=0.8)
    assert seeds_needed((deviation**2, deviation**2)) == max(3, math.ceil(expected))


@pytest.mark.parametrize("seeds", [3, 5, 12])
@pytest.mark.parametrize("effect", [0.5, 1, 3])
def test_the_power_is_statsmodels_figure(seeds: int, effect: float) -> None:
    expected = TTestIndPower().power(effect, seeds, FIRST)
    assert power_reached(seeds, (1.0, 1.0), difference=effect) == pytest.approx(expected, abs=1e-4)


def test_a_steady_setting_beside_a_jumpy_one_needs_fewer_than_two_jumpy_ones() -> None:
    steady, jumpy = 0.002**2, 0.01**2
    mixed = seeds_needed((steady, jumpy))
    alike = seeds_needed((jumpy, jumpy))
    assert mixed is not None
    assert alike is not None
    assert mixed < alike


def test_the_number_is_the_smallest_that_suffices() -> None:
    needed = seeds_needed((0.01**2, 0.008**2), 0.002**2)
    assert needed is not None
    assert power_reached(needed, (0.01**2, 0.008**2), 0.002**2) >= 0.8
    assert power_reached(needed - 1, (0.01**2, 0.008**2), 0.002**2) < 0.8


def test_where_the_reviews_alone_hide_the_difference_no_number_of_seeds_suffices() -> None:
    # 80 % power at 4 % need a difference of 2.05 + 0.84 = 2.90 standard errors: 1 point, 0.345 points each.
    assert seeds_needed((0.01**2, 0.01**2), 0.0035**2) is None
    assert seeds_needed((0.01**2, 0.01**2), 0.0034**2) is not None


@pytest.mark.parametrize("lent", [0, 3])
@pytest.mark.parametrize("seeds", [3, 4])
def test_where_the_reviews_have_most_of_the_variance_the_power_is_that_of_the_simulated_test(
    seeds: int, lent: int
) -> None:
    deviation, of_reviews, difference, draws = 0.001, 0.003, 0.01, 2000
    chance, df = np.random.default_rng(1), seeds - 1 + lent
    variance, total = deviation**2 / seeds, 2 * deviation**2 / seeds + of_reviews**2
    called = 0
    for size, of_a, of_b in zip(
        chance.normal(difference, math.sqrt(total), draws),
        *variance * chance.chisquare(df, (2, draws)) / df,
        strict=True,
    ):
        judged = by_student(size, (seeds, seeds), [(of_a, df), (of_b, df)], (of_reviews**2, 4999))
        called += judged.verdict == "a is better"
    expected = power_reached(seeds, (deviation**2, deviation**2), of_reviews**2, difference, (lent, lent))
    assert called / draws == pytest.approx(expected, abs=0.05)


def needed(a: list[Score], b: list[Score], *lent: Spread, looks: tuple[int, ...] = ()) -> tuple[int | None, int | None]:
    outcome = compare_settings(a, b, *lent, looks=looks)
    assert not isinstance(outcome, Untested)
    return seeds_to_see(outcome)


def test_the_numbers_are_those_of_a_variance_that_a_few_seeds_hardly_know() -> None:
    """From three seeds each, 26 where 26 is right was named as anything from 7 to 60, as if it were known."""
    accuracies = [[0.80, 0.81, 0.82], [0.79, 0.80, 0.81]]
    a, b = ([Score(share, None, 10**12) for share in shares] for shares in accuracies)
    low, high = (4 * 0.01**2 / stats.chi2.ppf(chance, 4) for chance in (0.95, 0.05))
    assert needed(a, b) == (seeds_needed((low, low), alpha=0.005), seeds_needed((high, high), alpha=0.005))
    many = Spread(0.01**2, 0.0, 50)
    assert needed(a, b, many, many) == (23, 35), "known well, and at the level of a second look"
    assert needed(a, b, many, many, looks=(3, 5, 8)) == (30, 47), "at that of a fourth"


def test_hardly_more_than_one_in_ten_ranges_misses_the_right_number() -> None:
    chance, draws = np.random.default_rng(1), 400
    right = seeds_needed((0.01**2, 0.01**2), alpha=0.005)
    assert right is not None
    inside = 0
    for _ in range(draws):
        a, b = ([Score(share, None, 10**12) for share in chance.normal(0.8, 0.01, 3)] for _ in "ab")
        low, high = needed(a, b)
        inside += low is not None and low <= right <= (high or math.inf)
    print(f"{inside} of {draws} ranges have the right number")
    assert inside >= 0.85 * draws
