"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.inference.difference import satterthwaite
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.levels import FIRST
from rnn_compare.comparison.inference.power import seeds_needed, seeds_to_see
from tests.kit.judgements import compared, judged, setting


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=FIRST, power=0.8)
    assert seeds_needed((deviation**2, deviation**2)) == max(3, math.ceil(expected))


def test_where_the_reviews_alone_hide_the_difference_no_number_of_seeds_suffices() -> None:
    # 80 % power at 4 % need a difference of 2.05 + 0.84 = 2.90 standard errors: 1 point, 0.345 points each.
    assert seeds_needed((0.01**2, 0.01**2), 0.0035**2) is None
    assert seeds_needed((0.01**2, 0.01**2), 0.0034**2) is not None


def test_hardly_more_than_one_in_ten_ranges_misses_the_right_number() -> None:
    chance, draws = np.random.default_rng(1), 400
    right = seeds_needed((0.01**2, 0.01**2), alpha=0.005)
    assert right is not None
    inside = 0
    for _ in range(draws):
        a, b = chance.normal(0.8, 0.01, (2, 3)).tolist()
        difference = judged(A=a, B=b).pairs[0].difference
        assert difference
        low, high = seeds_to_see(difference)
        inside += low is not None and low <= right <= (high or math.inf)
    print(f"{inside} of {draws} ranges have the right number")
    assert inside >= 0.85 * draws


def test_earlier_runs_lend_further_seeds_their_degrees_of_freedom() -> None:
    earlier = Spread(0.01**2, 0.0, 4)
    a, b = (replace(setting(name, 0.9, 0.91, 0.92), earlier=earlier) for name in "AB")
    difference = compared(a, b)
    df = satterthwaite(*((spread.variance / spread.runs, spread.df) for spread in difference.newest.spreads))
    for seeds, chance in zip(seeds_to_see(difference), (0.95, 0.05), strict=True):
        of_a, of_b = (df / stats.chi2.ppf(chance, df) * spread.variance for spread in difference.newest.spreads)
        assert seeds == seeds_needed((of_a, of_b), difference.newest.variance_reviews, lent=(3, 3), alpha=0.005)
