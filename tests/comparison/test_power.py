"""How many seeds a difference needs: against statsmodels' power of Student's t."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import TestedDifference as Outcome
from rnn_compare.comparison.inference.difference import Untested, by_student, compare_settings, satterthwaite
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.levels import FIRST, judged_together
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


# ---- among several settings, of which one may lend the others its spread -------------------------


def scores(shares: list[float]) -> list[Score]:
    return [Score(share, None, 10**12) for share in shares]


def together(settings: dict[str, tuple[list[Score], Spread | None]], margin: float) -> dict[tuple[str, str], Outcome]:
    """The second look at every pair, each setting with its earlier runs."""
    tests = {}
    for (a, (of_a, lent_a)), (b, (of_b, lent_b)) in itertools.combinations(settings.items(), 2):
        outcome = compare_settings(of_a, of_b, lent_a, lent_b, looks=(3, 3), margin=margin)
        assert not isinstance(outcome, Untested)
        tests[a, b] = outcome
    return judged_together(tests)


@pytest.mark.parametrize(
    ("shares", "earlier", "widest"),
    [
        (([0.88, 0.8801, 0.8799, 0.88, 0.8801], [0.883, 0.8831, 0.8829], [0.88, 0.883, 0.8831]), (), 3.10333333e-6),
        (([0.88], [0.883], [0.88]), (1e-8, 1e-8, 9e-6), 9e-6),  # of three earlier runs each
    ],
)
def test_with_another_settings_spread_further_seeds_still_bring_their_own_degrees_of_freedom(
    shares: tuple[list[float], ...], earlier: tuple[float, ...], widest: float
) -> None:
    """Of five seeds and three, with the spread of a third setting's three, a further look had negative ones."""
    lent = [Spread(variance, 0.0, 3) for variance in earlier] if earlier else [None] * 3
    test = together(dict(zip("ABC", zip(map(scores, shares), lent, strict=True), strict=True)), 0.02)["A", "B"]
    assert test.df == pytest.approx(2), "of C's three runs"
    limits = [2 * widest / stats.chi2.ppf(chance, 2) for chance in (0.95, 0.05)]
    more = 2.0 if earlier else 0.0
    alpha = 0.01 / 6 / 3  # at the third look, all pairs of three settings
    assert seeds_to_see(test) == tuple(
        seeds_needed((limit, limit), test.variance_reviews, 0.02, (more, more), alpha) for limit in limits
    )


groups = st.lists(st.sampled_from([0.88, 0.8801, 0.883, 0.8831, 0.89]), min_size=3, max_size=7)


@given(st.lists(groups, min_size=2, max_size=4))
def test_without_earlier_runs_the_number_is_that_of_the_variances_alone_whatever_the_groups_sizes(
    shares: list[list[float]],
) -> None:
    tests = together({str(place): (scores(group), None) for place, group in enumerate(shares)}, 0.01)
    for test in tests.values():
        spreads = [test.widest] if test.widest else test.spreads
        df = satterthwaite(*((of.variance / of.runs, of.df) for of in spreads))
        for seeds, chance in zip(seeds_to_see(test), (0.95, 0.05), strict=True):
            of_a, of_b = (df / stats.chi2.ppf(chance, df) * of.variance for of in (spreads[0], spreads[-1]))
            assert seeds == seeds_needed((of_a, of_b), test.variance_reviews, alpha=0.01 / 6 / test.divisor)
