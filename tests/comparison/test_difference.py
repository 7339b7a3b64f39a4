"""Settings trained anew: by hand, against scipy's Welch test, as properties of any two groups; several together."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from benchmarks import real_trainings
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import (
    Difference,
    Untested,
    by_student,
    compare_settings,
    compare_with_splits,
)
from rnn_compare.comparison.inference.difference import TestedDifference as Outcome
from rnn_compare.comparison.inference.intervals import Spread, spread
from rnn_compare.comparison.inference.levels import FIRST, judged_together, level_at, looks


def judged(verdicts: NDArray[np.float64]) -> list[Score]:
    return [Score(float(entry.mean()), entry, len(entry)) for entry in verdicts]


def unkept(*accuracies: float, reviews: int = 5000) -> list[Score]:
    return [Score(accuracy, None, reviews) for accuracy in accuracies]


def draw(seed: int, runs: int, reviews: int = 60, accuracy: float = 0.8) -> NDArray[np.float64]:
    return (np.random.default_rng(seed).random((runs, reviews)) < accuracy).astype(float)


groups = st.tuples(st.integers(0, 2**32 - 1), st.integers(3, 5), st.floats(0.3, 0.95)).map(
    lambda drawing: judged(draw(drawing[0], drawing[1], accuracy=drawing[2]))
)


def outcome_of(difference: Difference) -> Outcome:
    assert isinstance(difference, Outcome)
    return difference


def test_the_whole_arithmetic_by_hand() -> None:
    a = judged(np.array([[1.0, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 0]]))
    b = judged(np.array([[1.0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]))
    outcome = outcome_of(compare_settings(a, b))
    # Seeds: accuracies ¾, ½, ¾ and ¼, 0, ¼ have variance 1/48; noise is two thirds of Var(0, 0, 1, 0) / 2.
    # Reviews: mean verdicts differ by ⅓, 1, ⅔, 0: variance 5/27, less 1/12 / 3 twice, and 2/6 of one more a side.
    assert outcome.difference == 0.5
    assert outcome.variance_seeds == pytest.approx(2 * (1 / 48) / 3)
    reviews = (5 / 27 - 2 / 36 + 1 / 3) / 4
    assert outcome.variance_reviews == pytest.approx(reviews)
    of_seeds = 1 / 144
    assert outcome.df == pytest.approx((2 * of_seeds + reviews) ** 2 / (2 * of_seeds**2 / 2 + reviews**2 / 3))
    assert outcome.p == pytest.approx(2 * stats.t.sf(0.5 / math.sqrt(2 * of_seeds + reviews), outcome.df))
    half = stats.t.ppf(1 - FIRST / 2, outcome.df) * math.sqrt(2 * of_seeds + reviews)
    assert outcome.half_width == pytest.approx(half)
    assert outcome.limits == pytest.approx((0.5 - half, min(1, 0.5 + half))), "no two accuracies differ by more than 1"
    assert (outcome.runs, outcome.paired, outcome.verdict) == ((3, 3), True, "unknown")


@given(st.lists(st.floats(0.5, 0.9), min_size=3, max_size=6), st.lists(st.floats(0.5, 0.9), min_size=3, max_size=6))
def test_without_a_share_of_the_reviews_it_is_welchs_test(a: list[float], b: list[float]) -> None:
    if min(np.std(a), np.std(b)) < 1e-4:
        return
    # Reviews without number bring nothing; no verdict is kept.
    outcome = outcome_of(compare_settings(unkept(*a, reviews=10**15), unkept(*b, reviews=10**15)))
    welch = stats.ttest_ind(a, b, equal_var=False)
    interval = welch.confidence_interval(1 - FIRST)
    assert [outcome.p, outcome.df] == pytest.approx([welch.pvalue, welch.df], rel=1e-6, abs=1e-6)
    assert outcome.limits == pytest.approx((max(-1, interval.low), min(1, interval.high)), abs=1e-6)


@given(groups, groups)
def test_swapping_the_settings_turns_the_sign(a: list[Score], b: list[Score]) -> None:
    item, other = outcome_of(compare_settings(a, b)), outcome_of(compare_settings(b, a))
    assert item.difference == -other.difference
    assert item.p == pytest.approx(other.p)
    assert item.limits[0] == pytest.approx(-other.limits[1])
    assert {item.verdict, other.verdict} in ({"unknown"}, {"equal"}, {"a is better", "b is better"})


@given(groups, groups, st.randoms())
def test_neither_the_order_of_the_runs_nor_that_of_the_reviews_matters(
    a: list[Score], b: list[Score], random: object
) -> None:
    order = np.random.default_rng(abs(hash(random)) % 2**32).permutation(60)

    def shuffled(runs: list[Score]) -> list[Score]:
        return judged(np.array([run.correct[order] for run in reversed(runs) if run.correct is not None]))

    assert _numbers(compare_settings(shuffled(a), shuffled(b))) == pytest.approx(_numbers(compare_settings(a, b)))


@given(groups, groups, st.sampled_from([(3,), (1,), (1, 3), (3, 5), (3, 5, 9)]), st.floats(0.001, 0.5))
def test_interval_p_level_and_verdict_agree(a: list[Score], b: list[Score], at: tuple[int, ...], margin: float) -> None:
    outcome = outcome_of(compare_settings(a, b, looks=at, margin=margin))
    low, high = outcome.limits
    assert outcome.level == 1 - level_at(at)
    assert (low > 0 or high < 0) == (outcome.p <= level_at(at)) == outcome.verdict.endswith("is better")
    assert (outcome.verdict == "equal") == (not outcome.is_decided and -margin < low and high < margin)


@given(groups)
def test_a_setting_does_not_differ_from_itself(a: list[Score]) -> None:
    outcome = outcome_of(compare_settings(a, a))
    assert (outcome.difference, outcome.p, outcome.is_decided) == (0, 1, False)


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_seed_each_or_two_tell_nothing_nor_do_they_beside_three(seeds: int) -> None:
    outcome = compare_settings(judged(draw(1, seeds, accuracy=0.9)), judged(draw(2, seeds, accuracy=0.5)))
    assert isinstance(outcome, Untested)
    assert (outcome.verdict, outcome.reason) == ("unknown", "too few seeds")
    assert outcome.difference != 0
    assert isinstance(compare_settings(judged(draw(1, 3)), judged(draw(2, seeds))), Untested)


def test_earlier_runs_of_the_setting_lend_a_single_run_their_spread() -> None:
    a, b = judged(draw(1, 1, 5000, 0.9)), judged(draw(2, 1, 5000, 0.5))
    earlier = spread(judged(draw(3, 3, 5000)))
    assert compare_settings(a, b, earlier, earlier).verdict == "a is better"
    assert isinstance(compare_settings(a, b, earlier), Untested)
    assert isinstance(compare_settings(a, b, earlier, Spread(earlier.variance, earlier.noise, 2)), Untested)


def test_a_lent_spread_gives_what_the_formula_says() -> None:
    a, b = judged(np.array([[1.0, 1, 1, 0]])), judged(np.array([[1.0, 0, 0, 0]]))
    outcome = outcome_of(compare_settings(a, b, Spread(0.01, 0.05, 4), Spread(0.02, 0.05, 3)))
    # Verdicts differ by 0, 1, 1, 0: variance 1/3, less the noise of two single verdicts, and one more on each side.
    assert outcome.variance_seeds == pytest.approx(0.03)
    reviews = (1 / 3 - 0.1 + 2 / 6) / 4
    assert outcome.variance_reviews == pytest.approx(reviews)
    assert outcome.df == pytest.approx((0.03 + reviews) ** 2 / (0.01**2 / 3 + 0.02**2 / 2 + reviews**2 / 3))


def test_earlier_runs_are_pooled_with_several_runs_own_spread() -> None:
    a, b = judged(draw(1, 3)), judged(draw(2, 2))
    own_a, own_b, lent = spread(a), spread(b), Spread(0.5, 0.2, 9)
    outcome = outcome_of(compare_settings(a, b, lent, lent))
    of_a, of_b = (2 * own_a.variance + 8 * 0.5) / 10, (own_b.variance + 8 * 0.5) / 9
    assert [of.variance for of in outcome.spreads] == pytest.approx([of_a, of_b])
    assert [of.df for of in outcome.spreads] == [10, 9]
    assert outcome.variance_seeds == pytest.approx(of_a / 3 + of_b / 2)


def test_a_second_seed_never_weakens_the_answer() -> None:
    runs = [judged(draw(seed, 3, 800, share)) for seed, share in ((1, 0.80), (2, 0.72))]
    lent = spread(judged(draw(3, 4, 800)))
    half_widths = []
    for count in (1, 2, 3):
        half_widths.append(
            outcome_of(compare_settings(runs[0][:count], runs[1][:count], lent, lent, looks=(3,))).half_width
        )
    assert half_widths == sorted(half_widths, reverse=True)


def test_without_verdicts_the_reviews_count_as_independent_ones() -> None:
    outcome = outcome_of(compare_settings(unkept(0.88, 0.87, 0.89), unkept(0.84, 0.86, 0.85)))
    assert not outcome.paired
    assert outcome.variance_reviews == pytest.approx(
        sum(share * (1 - share) for share in (4401 / 5002, 4251 / 5002)) / 5000
    )
    assert not outcome_of(compare_settings(judged(draw(1, 3)), unkept(0.8, 0.9, 0.8, reviews=60))).paired


@given(st.integers(3, 4), st.integers(1, 5000))
def test_equal_accuracies_are_no_proof(runs: int, reviews: int) -> None:
    outcome = outcome_of(
        compare_settings(unkept(*[0.8] * runs, reviews=reviews), unkept(*[0.8] * runs, reviews=reviews))
    )
    assert (outcome.p, outcome.verdict) == (1, "unknown")


@pytest.mark.parametrize(("reviews", "verdict"), [(40, "unknown"), (200, "unknown"), (400, "equal")])
def test_runs_that_are_always_right_are_equal_only_on_so_many_reviews_that_a_point_would_show(
    reviews: int, verdict: str
) -> None:
    outcome = outcome_of(compare_settings(judged(np.ones((3, reviews))), judged(np.ones((3, reviews)))))
    assert (outcome.p, outcome.verdict) == (1, verdict)


def test_a_setting_without_runs_is_no_setting() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        compare_settings([], unkept(0.8))


def test_where_the_seed_decides_the_split_it_is_the_paired_test_with_wider_variance() -> None:
    a, b = {1: 0.88, 2: 0.87, 3: 0.89}, {1: 0.86, 2: 0.86, 3: 0.85}
    outcome = outcome_of(compare_with_splits(a, b, 20_000, 5_000))
    differences = [0.02, 0.01, 0.04]
    standard_error = math.sqrt((1 / 3 + 1 / 4) * np.var(differences, ddof=1))
    assert outcome.difference == pytest.approx(0.07 / 3)
    assert outcome.df == 2
    assert outcome.p == pytest.approx(2 * stats.t.sf(outcome.difference / standard_error, 2))
    # Without the overlap of the parts it would be Student's paired t.
    plain = outcome_of(compare_with_splits(a, b, 10**15, 5_000))
    assert plain.p == pytest.approx(stats.ttest_rel(list(a.values()), list(b.values())).pvalue)


def test_seeds_that_only_one_setting_has_are_left_out_and_named() -> None:
    outcome = compare_with_splits({1: 0.9, 2: 0.8, 3: 0.8, 5: 0.1}, {1: 0.8, 2: 0.75, 3: 0.8, 7: 0.9}, 100, 25)
    assert (outcome.runs, outcome.left_out) == ((3, 3), (5, 7))
    assert outcome.difference == pytest.approx(0.05)


def test_fewer_than_three_shared_seeds_tell_nothing() -> None:
    outcome = compare_with_splits({1: 0.9, 2: 0.8, 4: 0.8}, {2: 0.7, 3: 0.7, 4: 0.8}, 100, 25)
    assert isinstance(outcome, Untested)
    assert (outcome.reason, outcome.left_out) == ("too few shared seeds", (1, 3))


def test_the_noise_is_that_of_all_pairs() -> None:
    verdicts = draw(7, 4)
    pairs = [np.var(verdicts[i] - verdicts[j], ddof=1) / 2 for i in range(4) for j in range(i)]
    assert spread(judged(verdicts)).noise == pytest.approx(np.mean(pairs))


def _numbers(outcome: Difference) -> list[float]:
    return [outcome.difference, *outcome_of(outcome).limits, outcome_of(outcome).p, outcome_of(outcome).df]


# ---- several together, and looks ----------------------------------------------------------------

differences = st.builds(
    lambda points, deviation, df: by_student(points / 100, (3, 3), [(deviation**2, df)], (0.0, 1)),
    st.floats(-5, 5),
    st.floats(0.001, 0.02),
    st.floats(1, 30),
)
PAIRS = {settings: list(itertools.combinations(range(settings), 2)) for settings in (2, 3, 4)}


@given(st.lists(differences, min_size=1, max_size=8))
def test_where_not_all_pairs_are_compared_it_is_holms_correction(several: list[Outcome]) -> None:
    expected = multipletests([item.p for item in several], alpha=FIRST, method="holm")[0]
    beside = judged_together({("baseline", place): item for place, item in enumerate(several)})
    assert [item.is_decided for item in beside.values()] == list(expected)
    assert [item.p for item in beside.values()] == [item.p for item in several]


@given(st.sampled_from([2, 3, 4]), st.lists(differences, min_size=6, max_size=6))
def test_an_interval_excludes_0_exactly_where_its_difference_is_called_real(
    settings: int, several: list[Outcome]
) -> None:
    for item in judged_together(dict(zip(PAIRS[settings], several, strict=False))).values():
        low, high = item.limits
        assert (low > 0 or high < 0) == item.is_decided == (item.p <= item.alpha)


@pytest.mark.parametrize(("settings", "divisors"), [(2, [1]), (3, [3, 1, 1]), (4, [6, 3, 3, 3, 2, 1])])
def test_of_all_pairs_it_is_shaffers(settings: int, divisors: list[int]) -> None:
    """After one of three pairs is told apart, at most one of the other two can be equal; of six pairs, three."""
    real = {pair: by_student(0.05, (9, 9), [(0.001**2, 16)], (0.0, 1)) for pair in PAIRS[settings]}
    assert [item.divisor for item in judged_together(real).values()] == divisors
    none = {pair: by_student(0.0, (9, 9), [(0.001**2, 16)], (0.0, 1)) for pair in PAIRS[settings]}
    assert {item.divisor for item in judged_together(none).values()} == {divisors[0]}


def test_three_seeds_show_five_points_among_three_settings() -> None:
    """The correction for ten looks hid what one look at three seeds shows: 34 % were called better."""
    alone, above_one, both, wrong = real_trainings.power(3, 5.0, draws=1000)
    assert alone >= 0.9
    assert above_one >= 0.8
    assert both >= 0.75
    assert wrong <= 0.05


def test_seeds_that_were_queued_together_are_looked_at_once() -> None:
    assert looks([1, 1, 1], [1, 1, 1]) == looks([1, 1, 1], [2, 2, 2]) == looks([1, 2, 3], [4, 4, 4]) == (3,)
    assert looks([1, 1, 1, 2], [1, 1, 1, 2]) == (3, 4)
    assert looks([1, 2, 3, 4], [1, 2, 3, 4]) == (3, 4), "one seed each, or two, gave no verdict"
    assert looks([1, 2, 3], [1, 2, 3], (1, 1)) == (1, 2, 3), "with earlier runs they did"


def test_all_levels_together_are_at_most_5_percent_however_often_seeds_are_added() -> None:
    for first in (1, 2, 3, 10):
        seeds = range(first, first + 1000)
        assert sum(level_at(seeds[: place + 1]) for place in range(len(seeds))) <= 0.05
    assert level_at([3]) == 0.04
