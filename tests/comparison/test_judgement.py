"""The judgement as data: looks, levels and pairs that are judged together, verdicts, and what cannot be compared."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import Test as Outcome
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.judgement import UNCOUNTED, Judgement, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.levels import Difference, judged_together, level_of


def setting(name: str, *accuracies: float, at: Sequence[float] = (), reviews: int = UNCOUNTED) -> Sample:
    return Sample(name, tuple(Score(accuracy, None, reviews) for accuracy in accuracies), tuple(at))


def right(seed: int, seeds: int, accuracy: float, reviews: int = 400) -> tuple[Score, ...]:
    verdicts = np.random.default_rng(seed).random((seeds, reviews)) < accuracy
    return tuple(Score(float(row.mean()), row.astype(float), reviews) for row in verdicts)


def judged(accuracies: Mapping[str, Sequence[float]], margin: float = 0.01, looks: int = 1) -> Judgement:
    settings = [setting(name, *values) for name, values in accuracies.items()]
    return judge_settings(settings, "accuracies", margin=margin, looks=looks)


def compared(a: Sample, b: Sample) -> Difference:
    [pair] = judge_settings([a, b], "kept").pairs
    assert pair.difference
    return pair.difference


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {pair.a.name + pair.b.name: pair.verdict for pair in judgement.pairs}


def test_better_is_not_withdrawn_by_a_seed_that_confirms_it() -> None:
    """By the newest look alone, p = 0.006 said *not yet known* where p = 0.035 had said *better*."""
    lstm, gru, at = [0.860, 0.885, 0.870, 0.868], [0.845, 0.850, 0.830, 0.842], (1, 1, 1, 2)
    first = compared(setting("LSTM", *lstm[:3]), setting("GRU", *gru[:3]))
    both = compared(setting("LSTM", *lstm, at=at), setting("GRU", *gru, at=at))
    welch = [stats.ttest_ind(lstm[:seeds], gru[:seeds], equal_var=False) for seeds in (3, 4)]
    lows, highs = zip(
        *(test.confidence_interval(1 - a) for test, a in zip(welch, (0.04, 0.005), strict=True)), strict=True
    )
    assert [first.newest.p, both.newest.p] == pytest.approx([test.pvalue for test in welch])
    assert (first.verdict, both.verdict) == ("a is better", "a is better")
    assert both.newest.p > both.alpha == 0.005
    assert first.limits == pytest.approx((lows[0], highs[0]))
    assert both.limits == pytest.approx((max(lows), min(highs)))
    assert [first.level, both.level] == pytest.approx([0.96, 0.955])
    assert first.half_width == pytest.approx((highs[0] - lows[0]) / 2)
    assert both.half_width is None


@st.composite
def growing(draw: st.DrawFn) -> list[Difference]:
    """The difference of two settings as each look left it: seeds are added, and sometimes their mean drifts."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    deviation, lead, drift = (chance.choice(values) for values in ([0.0005, 0.003, 0.02], [0, 0.01], [0, 0, 0.02]))
    at = np.sort([1, 1, 1, *chance.integers(1, 6, 7)])
    a = 0.8 + lead + drift * (at > 1) + chance.normal(0, deviation, 10)
    b = chance.normal(0.8, deviation, 10)
    return [
        compared(setting("a", *a[at <= time], at=at[at <= time]), setting("b", *b[at <= time], at=at[at <= time]))
        for time in np.unique(at)
    ]


@given(growing(), st.sampled_from([0.001, 0.01, 0.03]))
def test_an_interval_only_narrows_as_seeds_are_added_and_what_was_said_stays_said(
    looks: list[Difference], margin: float
) -> None:
    looks = [replace(look, margin=margin) for look in looks]
    for look, item in enumerate(looks, 1):
        low, high = item.limits
        for other in looks[:look]:
            assert other.limits[0] <= low
            assert other.limits[1] >= high
            if other.verdict != "unknown" and not item.is_contradictory:
                assert item.verdict == other.verdict or (other.verdict, item.is_equal) == ("equal", True)
        assert [item.looks, item.level] == pytest.approx([look, 1 - sum(map(level_of, range(1, look + 1)))])
        is_decided = any(test.p <= level for test, level in zip(item.tests, item.levels, strict=True))
        if item.is_contradictory:
            assert item.verdict == "contradictory"
            continue
        assert low <= item.newest.difference <= high
        assert (item.is_decided, item.verdict.endswith("is better")) == (is_decided, is_decided)
        assert ((low > 0), (high < 0)) == (item.verdict == "a is better", item.verdict == "b is better")
        assert item.is_equal == (-margin < low and high < margin)
        assert (item.verdict == "equal") == (item.is_equal and not item.is_decided)


def looked_at(*points: float, error: float = 0.1) -> Difference:
    """A difference in points at one look after another, with a standard error in points."""
    tests = tuple(Outcome(point / 100, (9, 9), 10**6, (error / 100) ** 2, 0.0) for point in points)
    return Difference(tests, tuple(level_of(look) for look in range(1, len(tests) + 1)), looks=len(tests))


def test_looks_that_exclude_each_other_or_the_mean_of_all_seeds_are_contradictory() -> None:
    for points, verdict in {
        (0.5, 1.2): "contradictory",  # no value lies in both intervals
        (0.3, -0.1): "contradictory",  # all seeds say the opposite of what is decided
        (0.25, 0.0): "contradictory",  # all seeds say that they are the same
        (0.9, 0.65): "contradictory",  # the mean of all seeds lies outside the interval
        (0.9, 0.75): "a is better",
        (-0.9, -0.75): "b is better",
        (0.1, 0.15): "equal",
    }.items():
        assert (points, looked_at(*points).verdict) == (points, verdict)


def test_all_levels_together_are_at_most_5_percent_however_often_seeds_are_added() -> None:
    assert [level_of(look) for look in (1, 2, 3)] == pytest.approx([0.04, 0.005, 0.01 / 6])
    assert sum(map(level_of, range(1, 10_000))) <= 0.05
    later = judged({"a": [0.9, 0.91, 0.92], "b": [0.87, 0.88, 0.87]}, looks=3).pairs[0].difference
    assert later
    assert [later.looks, later.alpha] == pytest.approx([3, 0.01 / 6])
    assert later.verdict == "unknown"


@pytest.mark.parametrize(
    ("at", "others_at", "looks"),
    [("1111", "2222", [4]), ("1112", "1112", [3, 4]), ("1234", "1234", [3, 4]), ("1233", "4445", [3, 4])],
)
def test_seeds_that_were_submitted_together_are_looked_at_once_and_from_three_on(
    at: str, others_at: str, looks: list[int]
) -> None:
    shares = [0.8, 0.81, 0.82, 0.83]
    difference = compared(setting("a", *shares, at=[*map(int, at)]), setting("b", *shares, at=[*map(int, others_at)]))
    assert [test.runs[1] for test in difference.tests] == looks
    assert difference.looks == len(looks)


PAIRS = {settings: list(itertools.combinations(range(settings), 2)) for settings in (2, 3, 4)}
one_look = st.builds(looked_at, st.floats(-5, 5), error=st.floats(0.1, 2))
two_looks = st.builds(looked_at, st.floats(-5, 5), st.floats(-5, 5), error=st.floats(1, 2))


@given(st.lists(one_look, min_size=1, max_size=8))
def test_where_not_all_pairs_are_compared_it_is_holms_correction(several: list[Difference]) -> None:
    expected = multipletests([item.newest.p for item in several], alpha=0.04, method="holm")[0]
    beside = judged_together({("baseline", place): item for place, item in enumerate(several)})
    assert [item.is_decided for item in beside.values()] == list(expected)


@pytest.mark.parametrize(("settings", "divisors"), [(2, [1]), (3, [3, 1, 1]), (4, [6, 3, 3, 3, 2, 1])])
def test_of_all_pairs_it_is_shaffers(settings: int, divisors: list[int]) -> None:
    """After one of three pairs is told apart, at most one of the other two can be equal; of six pairs, three."""
    real, none = (judged_together(dict.fromkeys(PAIRS[settings], looked_at(points))) for points in (5.0, 0.0))
    assert [item.divisor for item in real.values()] == divisors
    assert {item.divisor for item in none.values()} == {divisors[0]}


def test_a_contradictory_pair_leaves_the_levels_of_the_others() -> None:
    contradictory, real = looked_at(0.5, 1.2), looked_at(0.25)
    alone = dict(zip(PAIRS[3], (contradictory, real, looked_at(0.0)), strict=True))
    assert [(item.verdict, item.divisor) for item in judged_together(alone).values()][:2] == [
        ("contradictory", 3),
        ("a is better", 1),
    ]
    low, high, level = contradictory.interval
    assert (low, high) == contradictory.newest.limits(1 - level), "that of the newest look"


@given(st.sampled_from([3, 4]), st.lists(one_look | two_looks, min_size=6, max_size=6))
def test_an_interval_excludes_0_exactly_where_its_pair_is_told_apart(settings: int, several: list[Difference]) -> None:
    for item in judged_together(dict(zip(PAIRS[settings], several, strict=False))).values():
        low, high = item.limits
        assert item.is_contradictory or (low > 0 or high < 0) == item.is_decided
        assert item.level == pytest.approx(1 - sum(item.levels) / item.divisor)


def test_piles_of_another_setting_explain_what_few_seeds_of_a_pair_show() -> None:
    """All seeds of one in one pile and all of the other in the other is too likely among many pairs."""
    piles = {"A": [0.521, 0.520, 0.522], "B": [0.751, 0.750, 0.749], "C": [0.52, 0.75, 0.75]}
    together = judged(piles)
    assert set(verdicts(together).values()) == {"unknown"}
    assert [bool(pair.difference and pair.difference.newest.widest) for pair in together.pairs] == [True, False, False]
    assert verdicts(judged({"A": piles["A"], "B": piles["B"]})) == {"AB": "b is better"}, (
        "of two settings, in 3 % of cases"
    )
    narrow, late = [0.52, 0.55, 0.54], [1, 1, 1, 2, 2, 2]
    assert verdicts(judged(piles | {"C": narrow}))["AB"] == "b is better", "no seed is as far apart"
    five = {name: [*values, *values[1:]] for name, values in piles.items()}
    assert verdicts(judged(five))["AB"] == "b is better", "so many seeds hardly lie in one pile by chance"
    a, b = (setting(name, *piles[name], at=[1, 1, 1]) for name in "AB")
    c = setting("C", *narrow, *piles["C"], at=late)
    assert verdicts(judge_settings([a, b, c], "accuracies"))["AB"] == "b is better", (
        "what comes later takes nothing back"
    )


def test_unlike_numbers_of_seeds_with_a_widened_variance_are_judged() -> None:
    """The degrees of freedom of a lent variance were negative here: a division by zero."""
    runs = {"A": [0.88, 0.8801, 0.8799, 0.88, 0.8801], "B": [0.883, 0.8831, 0.8829], "C": [0.88, 0.883, 0.8831]}
    judgement = judged(runs, looks=2, margin=0.02)
    assert verdicts(judgement) == {"AB": "b is better", "AC": "equal", "BC": "equal"}
    assert str(judgement).startswith("B (88.3 % in the mean over seeds) is better than A (88.0 %)")


def test_the_three_answers_their_leader_and_a_margin_that_is_chosen() -> None:
    steady = {"A": [0.900, 0.901, 0.902], "B": [0.901, 0.900, 0.9023], "C": [0.880, 0.882, 0.881]}
    judgement = judged(steady)
    assert verdicts(judgement) == {"AB": "equal", "AC": "a is better", "BC": "a is better"}
    assert "".join(item.name for item in judgement.order) == "BAC"
    assert [(rival.name, pair.verdict) for rival, pair in judgement.against_leader] == [
        ("A", "equal"),
        ("C", "a is better"),
    ]
    assert judgement.best is None
    assert verdicts(judged({"A": steady["A"], "B": steady["B"]}, margin=0.0001)) == {"AB": "unknown"}
    alone = judged({"A": steady["A"], "C": steady["C"]})
    assert alone.best is alone.settings[0]
    [of_leaders] = judgement.of_leaders().pairs
    assert of_leaders is judgement.pairs[0], "by the levels of all"


@pytest.mark.parametrize(("reviews", "verdict"), [(40, "unknown"), (200, "unknown"), (400, "equal")])
def test_runs_that_are_always_right_are_equal_only_on_so_many_reviews_that_a_point_would_show(
    reviews: int, verdict: str
) -> None:
    always = compared(Sample("a", right(1, 3, 1.0, reviews)), Sample("b", right(2, 3, 1.0, reviews)))
    assert (always.newest.p, always.verdict) == (1, verdict)


@pytest.mark.parametrize(("of_a", "of_b"), [(1, 1), (2, 3), (5, 1), (3, 3)])
def test_one_seed_or_two_of_a_side_are_judged_as_these_networks(of_a: int, of_b: int) -> None:
    lent = Spread(0.01**2, 0.1, 10)  # earlier runs stand for no seed
    sides = Sample("a", right(1, of_a, 0.9), earlier=lent), Sample("b", right(2, of_b, 0.6), earlier=lent)
    scope = "settings" if min(of_a, of_b) >= 3 else "networks"
    difference = compared(*sides)
    assert (difference.scope, difference.verdict) == (scope, "a is better")
    assert (len(difference.newest.spreads), difference.level) == ((2, 0.96) if scope == "settings" else (0, 0.95))


@pytest.mark.parametrize(("seeds", "scope"), [(1, "networks"), (6, "networks"), (7, "settings")])
def test_a_setting_is_placed_beside_what_has_no_seeds_from_seven_seeds_on(seeds: int, scope: str) -> None:
    networks, bag = Sample("a", right(1, seeds, 0.9)), Sample("bag", right(2, 1, 0.6), is_fixed=True)
    other = Sample("other", right(3, 1, 0.9), is_fixed=True)
    beside = judge_settings([networks, replace(networks)], "kept", baselines=[bag, other]).beside_baselines
    assert [pair.b for pair in beside] == 2 * [bag, other]
    alone = compared(networks, bag)
    assert (alone.scope, alone.verdict) == (scope, "a is better")
    assert beside[0].difference
    assert beside[0].difference.newest == alone.newest
    assert compared(bag, other).scope == "networks"


def test_on_nearly_no_reviews_or_for_other_reasons_nothing_is_compared() -> None:
    a, b, c = Sample("a", right(1, 3, 1.0, 19)), Sample("b", right(2, 3, 0.0, 19)), Sample("c", ())
    judgement = judge_settings(
        [a, b, c], "kept", hindrance=lambda _a, b: ("no predictions", b.name) if not b.scores else None
    )
    assert [(pair.obstacle, pair.about) for pair in judgement.pairs] == [
        ("too few reviews", ""),
        ("no predictions", "c"),
        ("no predictions", "c"),
    ]
    assert judgement.obstacle is judgement.pairs[1]
    assert (judgement.order, judgement.best) == ((a, b), None)
    assert compared(Sample("a", right(1, 3, 1.0, 20)), Sample("b", right(2, 3, 0.0, 20))).verdict == "a is better"
    [few_seeds] = judged({"A": [0.9, 0.9], "B": [0.1, 0.1, 0.1]}).pairs
    assert (few_seeds.verdict, few_seeds.obstacle, few_seeds.difference) == ("unknown", "too few seeds", None)


def test_the_facts_of_a_pair_are_for_files() -> None:
    [pair], [turned] = (judged({name: SHARES[name] for name in names}).pairs for names in ("AB", "BA"))
    facts, back = (json.loads(json.dumps(item.facts())) for item in (pair, turned))
    assert pair.difference
    for name, value in {
        **{"a": "A", "b": "B", "verdict": pair.verdict, "obstacle": None, "scope": "settings", "basis": "accuracies"},
        **{"seeds": [3, 3], "accuracies": [0.905, 0.83], "difference": 0.075, "level": 0.96, "alpha": 0.04},
        **{"low": pair.difference.limits[0], "high": pair.difference.limits[1], "p": pair.difference.newest.p},
        **{"paired": False, "sentence": str(pair)},
    }.items():
        assert facts[name] == (value if isinstance(value, str | None) else pytest.approx(value)), name
    assert (back["low"], back["high"]) == pytest.approx((-facts["high"], -facts["low"]))
    nothing = Pair(setting("A"), setting("B"), "kept", obstacle="no whole run", about="A").facts()
    assert (nothing["difference"], nothing["p"], nothing["obstacle"]) == (None, None, "no whole run")


SHARES = {"A": [0.90, 0.91, 0.905], "B": [0.79, 0.80, 0.90]}
