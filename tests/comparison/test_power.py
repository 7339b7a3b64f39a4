"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import math

import pytest
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.power import power_reached, seeds_needed


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=0.05, power=0.8)
    assert seeds_needed(deviation**2, deviation**2) == max(2, math.ceil(expected))


@pytest.mark.parametrize("seeds", [2, 3, 5, 20])
@pytest.mark.parametrize("effect", [0.5, 1, 3])
def test_the_power_is_statsmodels_figure(seeds: int, effect: float) -> None:
    expected = TTestIndPower().power(effect, seeds, 0.05)
    assert power_reached(seeds, 1.0, 1.0, difference=effect) == pytest.approx(expected, abs=1e-4)


def test_a_steady_setting_beside_a_jumpy_one_needs_fewer_than_two_jumpy_ones() -> None:
    steady, jumpy = 0.002**2, 0.01**2
    mixed = seeds_needed(steady, jumpy)
    alike = seeds_needed(jumpy, jumpy)
    assert mixed is not None
    assert alike is not None
    assert mixed < alike


def test_the_number_is_the_smallest_that_suffices() -> None:
    needed = seeds_needed(0.01**2, 0.008**2, 0.003**2)
    assert needed is not None
    assert power_reached(needed, 0.01**2, 0.008**2, 0.003**2) >= 0.8
    assert power_reached(needed - 1, 0.01**2, 0.008**2, 0.003**2) < 0.8


def test_where_the_reviews_alone_hide_the_difference_no_number_of_seeds_suffices() -> None:
    # 80 % power at 5 % need a difference of 1.96 + 0.84 = 2.80 standard errors: 1 point, 0.357 points each.
    assert seeds_needed(0.01**2, 0.01**2, 0.0036**2) is None
    assert seeds_needed(0.01**2, 0.01**2, 0.0035**2) is not None
