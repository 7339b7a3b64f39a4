"""Settings trained anew: by hand, against scipy's Welch test, as properties of any two groups; several together."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from rnn_compare.comparison.accuracies import Score
from rnn_compare.comparison.difference import (
    LOOKS,
    Difference,
    by_student,
    holm,
    settings,
    settings_with_splits,
)
from rnn_compare.comparison.intervals import Spread, spread


def judged(verdicts: NDArray[np.float64]) -> list[Score]:
    return [Score(float(entry.mean()), entry, len(entry)) for entry in verdicts]


def unkept(*accuracies: float, reviews: int = 5000) -> list[Score]:
    return [Score(accuracy, None, reviews) for accuracy in accuracies]


def draw(seed: int, runs: int, reviews: int = 60, accuracy: float = 0.8) -> NDArray[np.float64]:
    return (np.random.default_rng(seed).random((runs, reviews)) < accuracy).astype(float)


groups = st.tuples(st.integers(0, 2**32 - 1), st.integers(2, 5), st.floats(0.3, 0.95)).map(
    lambda drawing: judged(draw(drawing[0], drawing[1], accuracy=drawing[2]))
)


def test_the_whole_arithmetic_by_hand() -> None:
    a = judged(np.array([[1.0, 1, 1, 0], [1, 1, 0, 0]]))
    b = judged(np.array([[1.0, 0, 0, 0], [0, 0, 0, 0]]))
    outcome = settings(a, b)
    # Seeds: both variances are (0.25 / √2)² = 1/32; noise Var(0, 0, 1, 0) / 2 = 1/8 each, and Var(1, 0, 0, 0) / 2.
    # Reviews: mean verdicts differ by ½, 1, ½, 0: variance 1/6, less 1/8 / 2 twice: 1/24; over 4 reviews 1/96.
    assert outcome.difference == 0.5
    assert outcome.variance_seeds == pytest.approx(1 / 32)
    assert outcome.variance_reviews == pytest.approx(1 / 96)
    # By Satterthwaite (1/24)² / (2 · (1/64)² + (1/96)² / 3) = 3.3; of two seeds each the reviews add none to Welch's 2.
    assert outcome.df == pytest.approx(2)
    assert outcome.p == pytest.approx(min(1, LOOKS * 2 * stats.t.sf(0.5 / math.sqrt(1 / 24), outcome.df)))
    half = stats.t.ppf(1 - 0.025 / LOOKS, outcome.df) * math.sqrt(1 / 24)
    assert [outcome.low, outcome.high] == pytest.approx([0.5 - half, 0.5 + half])
    assert (outcome.runs, outcome.paired, outcome.verdict) == ((2, 2), True, "cannot tell")


@given(st.lists(st.floats(0.5, 0.9), min_size=2, max_size=6), st.lists(st.floats(0.5, 0.9), min_size=2, max_size=6))
def test_without_a_share_of_the_reviews_it_is_welchs_test(a: list[float], b: list[float]) -> None:
    if min(np.std(a), np.std(b)) < 1e-4:
        return
    # Reviews without number bring nothing; no verdict is kept.
    outcome = settings(unkept(*a, reviews=10**15), unkept(*b, reviews=10**15))
    welch = stats.ttest_ind(a, b, equal_var=False)
    interval = welch.confidence_interval(1 - 0.05 / LOOKS)
    assert [outcome.p, outcome.df] == pytest.approx([min(1, LOOKS * welch.pvalue), welch.df], rel=1e-6, abs=1e-6)
    assert [outcome.low, outcome.high] == pytest.approx([interval.low, interval.high], abs=1e-6)


@given(groups, groups)
def test_swapping_the_settings_turns_the_sign(a: list[Score], b: list[Score]) -> None:
    item, other = settings(a, b), settings(b, a)
    assert item.difference == -other.difference
    assert item.p == pytest.approx(other.p)
    assert item.low == pytest.approx(-(other.high or 0))
    assert {item.verdict, other.verdict} in ({"cannot tell"}, {"a is better", "b is better"})


@given(groups, groups, st.randoms())
def test_neither_the_order_of_the_runs_nor_that_of_the_reviews_matters(
    a: list[Score],
    b: list[Score],
    random: object,
) -> None:
    order = np.random.default_rng(abs(hash(random)) % 2**32).permutation(60)

    def shuffled(runs: list[Score]) -> list[Score]:
        return judged(np.array([run.correct[order] for run in reversed(runs) if run.correct is not None]))

    assert _numbers(settings(shuffled(a), shuffled(b))) == pytest.approx(_numbers(settings(a, b)))


@given(groups, groups)
def test_the_interval_excludes_0_where_p_is_below_5_percent(a: list[Score], b: list[Score]) -> None:
    outcome = settings(a, b)
    assert outcome.low is not None
    assert outcome.high is not None
    assert outcome.p is not None
    assert (outcome.low > 0 or outcome.high < 0) == (outcome.p < 0.05) == (outcome.verdict != "cannot tell")


@given(groups)
def test_a_setting_does_not_differ_from_itself(a: list[Score]) -> None:
    outcome = settings(a, a)
    assert (outcome.difference, outcome.p, outcome.verdict) == (0, 1, "cannot tell")


def test_one_seed_each_tells_nothing() -> None:
    outcome = settings(judged(draw(1, 1, accuracy=0.9)), judged(draw(2, 1, accuracy=0.5)))
    assert (outcome.p, outcome.low, outcome.high, outcome.verdict, outcome.reason) == (
        None,
        None,
        None,
        "cannot tell",
        "one seed",
    )
    assert outcome.difference != 0


def test_one_run_beside_several_tells_nothing_either() -> None:
    assert settings(judged(draw(1, 3)), judged(draw(2, 1))).reason == "one seed"


def test_earlier_runs_of_the_setting_lend_a_single_run_their_spread() -> None:
    a, b = judged(draw(1, 1, 5000, 0.9)), judged(draw(2, 1, 5000, 0.5))
    earlier = spread(judged(draw(3, 3, 5000)))
    assert settings(a, b, earlier, earlier).verdict == "a is better"
    assert settings(a, b, earlier).reason == "one seed"
    assert settings(a, b, earlier, Spread(earlier.variance, earlier.noise, 2)).reason == "one seed"


def test_a_lent_spread_gives_what_the_formula_says() -> None:
    a, b = judged(np.array([[1.0, 1, 1, 0]])), judged(np.array([[1.0, 0, 0, 0]]))
    outcome = settings(a, b, Spread(0.01, 0.05, 4), Spread(0.02, 0.05, 3))
    # Verdicts differ by 0, 1, 1, 0: variance 1/3, less the noise of two single verdicts.
    assert outcome.variance_seeds == pytest.approx(0.03)
    assert outcome.variance_reviews == pytest.approx((1 / 3 - 0.1) / 4)
    reviews = (1 / 3 - 0.1) / 4
    assert outcome.df == pytest.approx((0.03 + reviews) ** 2 / (0.01**2 / 3 + 0.02**2 / 2 + reviews**2 / 3))


def test_earlier_runs_are_pooled_with_several_runs_own_spread() -> None:
    a, b = judged(draw(1, 3)), judged(draw(2, 2))
    own_a, own_b, lent = spread(a), spread(b), Spread(0.5, 0.2, 9)
    outcome = settings(a, b, lent, lent)
    of_a, of_b = (2 * own_a.variance + 8 * 0.5) / 10, (own_b.variance + 8 * 0.5) / 9
    assert [of.variance for of in outcome.spreads] == pytest.approx([of_a, of_b])
    assert [of.df for of in outcome.spreads] == [10, 9]
    assert outcome.variance_seeds == pytest.approx(of_a / 3 + of_b / 2)


def test_a_second_seed_never_weakens_the_answer() -> None:
    runs = [judged(draw(seed, 3, 800, share)) for seed, share in ((1, 0.80), (2, 0.72))]
    lent = spread(judged(draw(3, 4, 800)))
    half_widths = []
    for count in (1, 2, 3):
        outcome = settings(runs[0][:count], runs[1][:count], lent, lent)
        assert outcome.high is not None
        half_widths.append(outcome.high - outcome.difference)
    assert half_widths == sorted(half_widths, reverse=True)


def test_without_verdicts_the_reviews_count_as_independent_ones() -> None:
    outcome = settings(unkept(0.88, 0.87, 0.89), unkept(0.84, 0.86, 0.85))
    assert not outcome.paired
    assert outcome.variance_reviews == pytest.approx(
        sum(share * (1 - share) for share in (4401 / 5002, 4251 / 5002)) / 5000
    )
    kept_by_one = settings(judged(draw(1, 2)), unkept(0.8, 0.9, reviews=60))
    assert not kept_by_one.paired


@given(st.integers(2, 4), st.integers(1, 5000))
def test_equal_accuracies_are_no_proof(runs: int, reviews: int) -> None:
    outcome = settings(unkept(*[0.8] * runs, reviews=reviews), unkept(*[0.8] * runs, reviews=reviews))
    assert outcome.p == 1
    assert outcome.low is not None
    assert outcome.low < 0


def test_runs_that_are_always_right_have_an_interval_too() -> None:
    outcome = settings(judged(np.ones((3, 40))), judged(np.ones((3, 40))))
    assert outcome.low is not None
    assert outcome.low < 0 < (outcome.high or 0)
    assert outcome.p == 1


def test_a_setting_without_runs_is_no_setting() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        settings([], unkept(0.8))


def test_where_the_seed_decides_the_split_it_is_the_paired_test_with_wider_variance() -> None:
    a, b = {1: 0.88, 2: 0.87, 3: 0.89}, {1: 0.86, 2: 0.86, 3: 0.85}
    outcome = settings_with_splits(a, b, 20_000, 5_000)
    differences = [0.02, 0.01, 0.04]
    standard_error = math.sqrt((1 / 3 + 1 / 4) * np.var(differences, ddof=1))
    assert outcome.difference == pytest.approx(0.07 / 3)
    assert outcome.standard_error == pytest.approx(standard_error)
    assert outcome.df == 2
    assert outcome.p == pytest.approx(LOOKS * 2 * stats.t.sf(outcome.difference / standard_error, 2))
    # Without the overlap of the parts it would be Student's paired t.
    plain = settings_with_splits(a, b, 10**15, 5_000)
    assert plain.p == pytest.approx(LOOKS * stats.ttest_rel(list(a.values()), list(b.values())).pvalue)


def test_seeds_that_only_one_setting_has_are_left_out_and_named() -> None:
    outcome = settings_with_splits({1: 0.9, 2: 0.8, 5: 0.1}, {1: 0.8, 2: 0.75, 7: 0.9}, 100, 25)
    assert (outcome.runs, outcome.left_out) == ((2, 2), (5, 7))
    assert outcome.difference == pytest.approx(0.075)


def test_fewer_than_two_shared_seeds_tell_nothing() -> None:
    outcome = settings_with_splits({1: 0.9, 2: 0.8}, {2: 0.7, 3: 0.7}, 100, 25)
    assert (outcome.p, outcome.reason, outcome.left_out) == (None, "fewer than two shared seeds", (1, 3))


def test_the_noise_is_that_of_all_pairs() -> None:
    verdicts = draw(7, 4)
    pairs = [np.var(verdicts[i] - verdicts[j], ddof=1) / 2 for i in range(4) for j in range(i)]
    assert spread(judged(verdicts)).noise == pytest.approx(np.mean(pairs))


def _numbers(outcome: Difference) -> list[float]:
    return [number or 0 for number in (outcome.difference, outcome.low, outcome.high, outcome.p, outcome.df)]


def test_of_two_seeds_each_the_reviews_bring_no_degrees_of_freedom() -> None:
    chance = np.random.default_rng(1)
    entry = [(chance.random(5000) < share).astype(float) for share in (0.79, 0.81, 0.82, 0.84)]
    runs = [Score(float(correct.mean()), correct, 5000) for correct in entry]
    outcome = settings(runs[:2], runs[2:])
    assert outcome.df == pytest.approx(2, abs=0.2)
    assert outcome.verdict == "cannot tell"


differences = st.builds(
    lambda points, deviation, df: by_student(points / 100, (3, 3), [(deviation**2, df)], (0.0, 1)),
    st.floats(-5, 5),
    st.floats(0.001, 0.02),
    st.floats(1, 30),
)
UNTOLD = Difference(0.1, (1, 1), reason="one seed")


@given(st.lists(differences, min_size=1, max_size=8))
def test_p_is_adjusted_as_statsmodels_does_it(several: list[Difference]) -> None:
    expected = multipletests([item.p for item in several], method="holm")[1]
    assert [item.p_adjusted for item in holm(several)] == pytest.approx(list(expected))
    assert [item.p for item in holm(several)] == [item.p for item in several]


@given(st.lists(differences, min_size=1, max_size=8))
def test_an_interval_excludes_0_exactly_where_its_difference_is_called_real(several: list[Difference]) -> None:
    for item in holm(several):
        assert item.low is not None
        assert item.high is not None
        assert (item.low > 0 or item.high < 0) == (item.verdict != "cannot tell")


def test_the_levels_by_hand() -> None:
    several = [by_student(points / 100, (9, 9), [(0.01**2, 16)], (0.0, 1)) for points in (1.0, 5.0, 4.0, 0.5)]
    judged = holm(several)
    # In order of p: 5 and 4 points are real (1 − α/4, 1 − α/3), 1 point is not, so 1 and 0.5 have 1 − α/2.
    assert [item.level for item in judged] == pytest.approx([1 - 0.05 / 2, 1 - 0.05 / 4, 1 - 0.05 / 3, 1 - 0.05 / 2])
    assert [item.verdict for item in judged] == ["cannot tell", "a is better", "a is better", "cannot tell"]
    assert judged[1].low == pytest.approx(0.05 - stats.t.ppf(1 - 0.025 / LOOKS / 4, 16) * 0.01)
    assert {item.comparisons for item in judged} == {4}


def test_comparisons_that_tell_nothing_do_not_count() -> None:
    real = by_student(0.03, (9, 9), [(0.01**2, 16)], (0.0, 1))
    assert holm([UNTOLD, real]) == [UNTOLD, real]
    assert holm([UNTOLD]) == [UNTOLD]
    assert holm([]) == []
