"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import math

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.accuracies import Score
from rnn_compare.comparison.difference import LOOKS, by_student, settings
from rnn_compare.comparison.intervals import Spread
from rnn_compare.comparison.power import power_reached, seeds_needed, seeds_to_see


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=0.05 / LOOKS, power=0.8)
    assert seeds_needed((deviation**2, deviation**2)) == max(2, math.ceil(expected))


@pytest.mark.parametrize("seeds", [2, 3, 5, 20])
@pytest.mark.parametrize("effect", [0.5, 1, 3])
def test_the_power_is_statsmodels_figure(seeds: int, effect: float) -> None:
    expected = TTestIndPower().power(effect, seeds, 0.05 / LOOKS)
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
    # 80 % power at 1 % a look need a difference of 2.58 + 0.84 = 3.42 standard errors: 1 point, 0.293 points each.
    assert seeds_needed((0.01**2, 0.01**2), 0.003**2) is None
    assert seeds_needed((0.01**2, 0.01**2), 0.0029**2) is not None


@pytest.mark.parametrize("lent", [0, 3])
@pytest.mark.parametrize("seeds", [2, 3])
def test_where_the_reviews_have_most_of_the_variance_the_power_is_that_of_the_simulated_test(
    seeds: int, lent: int
) -> None:
    """Two seeds were promised 88 % power, where the test's degrees of freedom left them 3 %."""
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


def test_a_comparison_needs_as_many_seeds_as_its_own_spreads_and_floor_say() -> None:
    alike, earlier = [Score(0.8, None, 400)] * 3, Spread(0.01**2, 0.0, 10)
    floor = 1 / (12 * 400**2)
    assert seeds_to_see(0.1, settings(alike, alike)) == seeds_needed((floor, floor), 0.0008, 0.1) == 3
    variance = 9 * 0.01**2 / 11  # their own, of two degrees of freedom, is 0
    expected = seeds_needed((variance, variance), 0.0008, 0.14, (9, 9))
    assert seeds_to_see(0.14, settings(alike, alike, earlier, earlier)) == expected == 2
