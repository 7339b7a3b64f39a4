"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.inference.difference import satterthwaite
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.judgement import judge_settings
from rnn_compare.comparison.inference.levels import FIRST
from rnn_compare.comparison.inference.power import seeds_needed, seeds_to_see
from tests.kit.judgements import judged, setting


@pytest.mark.parametrize("deviation", [0.002, 0.005, 0.01, 0.02, 0.05])
def test_without_a_share_of_the_reviews_it_is_statsmodels_figure(deviation: float) -> None:
    expected = TTestIndPower().solve_power(effect_size=0.01 / deviation, alpha=FIRST, power=0.8)
    assert seeds_needed((deviation**2, deviation**2)) == max(3, math.ceil(expected))


def test_a_steady_setting_needs_fewer() -> None:
    variances = (0.01**2, 0.008**2)
    needed = seeds_needed(variances, 0.002**2)
    assert needed is not None
    steady = seeds_needed((0.002**2, 0.008**2), 0.002**2)
    assert steady is not None
    assert steady < needed


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


groups = st.lists(st.sampled_from([0.88, 0.8801, 0.883, 0.8831, 0.89]), min_size=3, max_size=7)


@given(st.lists(groups, min_size=2, max_size=4), st.booleans())
def test_among_several_further_seeds_bring_their_own_degrees_of_freedom_whatever_the_groups_sizes(
    shares: list[list[float]], is_lent: bool
) -> None:
    """With another setting's spread in their place they had negative ones: a division by zero."""
    lent = Spread(0.001**2, 0.0, 4) if is_lent else None
    settings = [replace(setting(str(place), *group), earlier=lent) for place, group in enumerate(shares)]
    for pair in judge_settings(settings, "accuracies", looks=2).pairs:
        difference = pair.difference
        assert difference
        spreads = [difference.newest.widest] if difference.newest.widest else difference.newest.spreads
        df = satterthwaite(*((of.variance / of.runs, of.df) for of in spreads))
        for seeds, chance in zip(seeds_to_see(difference), (0.95, 0.05), strict=True):
            variances = tuple(df / stats.chi2.ppf(chance, df) * of.variance for of in (spreads[0], spreads[-1]))
            more, alpha = 3.0 * is_lent, 0.01 / 6 / difference.divisor
            assert seeds == seeds_needed(
                (variances[0], variances[1]), difference.newest.variance_reviews, lent=(more, more), alpha=alpha
            )
