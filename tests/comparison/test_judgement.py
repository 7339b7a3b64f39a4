"""The judgement as data: looks, levels and pairs that are judged together, verdicts, and what cannot be compared."""

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from rnn_compare.comparison.inference.difference import Test as Outcome
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.judgement import Judgement, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.levels import Difference, judged_together, level_of
from tests.kit.judgements import bag, compared, judged, pair_of, right, setting

STEADY: dict[str, Any] = {"A": [0.900, 0.901, 0.902], "B": [0.901, 0.900, 0.9023], "C": [0.880, 0.882, 0.881]}


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {pair.a.name + pair.b.name: pair.verdict for pair in judgement.pairs}


def networks(seeds: int, accuracy: float = 0.9, reviews: int = 400) -> Sample:
    """Of one or two seeds earlier runs are known, which stand for no seed."""
    earlier = Spread(0.01**2, 0.1, 10) if seeds < 3 else None
    return Sample(f"right in {accuracy:.0%}", right(seeds, seeds, accuracy, reviews), earlier=earlier)


@pytest.mark.parametrize(
    ("a", "b", "verdict", "scope", "level"),
    [
        (setting("A", *STEADY["A"]), setting("B", *STEADY["B"]), "equal", "settings", 0.96),
        (setting("A", *STEADY["A"]), setting("C", *STEADY["C"]), "a is better", "settings", 0.96),
        (setting("A", 0.90, 0.91, 0.905), setting("B", 0.85, 0.86, 0.905), "unknown", "settings", 0.96),
        (networks(3), networks(4, 0.6), "a is better", "settings", 0.96),
        (networks(2, 0.6), networks(3), "b is ahead", "networks", 0.95),
        (networks(1), networks(5, 0.6), "a is ahead", "networks", 0.95),
        (networks(6), bag(0.6), "a is ahead", "networks", 0.95),
        (networks(7), bag(0.6), "a is better", "settings", 0.96),
        (bag(0.9), bag(0.6), "a is better", "settings", 0.95),
        (networks(3, 1.0, 20), networks(4, 0.0, 20), "a is better", "settings", 0.96),
        # Runs that are always right are equal only on so many reviews that a point would show.
        (networks(3, 1.0, 200), networks(4, 1.0, 200), "unknown", "settings", 0.96),
        (networks(3, 1.0, 400), networks(4, 1.0, 400), "equal", "settings", 0.96),
    ],
)
def test_two_settings_have_a_verdict_on_them_or_on_their_networks(
    a: Sample, b: Sample, verdict: str, scope: str, level: float
) -> None:
    difference, of_two = compared(a, b), judge_settings([a, b], "kept")
    assert (difference.verdict, difference.scope, difference.level) == (verdict, scope, level)
    winner = {"a": a, "b": b}.get(verdict[0]) if verdict[1] == " " else None
    assert (of_two.winner, of_two.best) == (winner, winner if verdict.endswith("is better") else None)
    assert of_two.pairs[0].facts()["verdict"] == verdict


def test_better_is_not_withdrawn_by_a_seed_that_confirms_it() -> None:
    """By the newest look alone, p = 0.006 said *not yet known* where p = 0.035 had said *better*."""
    lstm, gru, at = [0.860, 0.885, 0.870, 0.868], [0.845, 0.850, 0.830, 0.842], (1, 1, 1, 2)
    first = compared(setting("LSTM", *lstm[:3]), setting("GRU", *gru[:3]))
    both = compared(setting("LSTM", *lstm, at=at), setting("GRU", *gru, at=at))
    assert (first.verdict, both.verdict) == ("a is better", "a is better")
    assert both.newest.p > both.alpha == 0.005
    assert both.tests[0] == first.newest
    lows, highs = zip(first.newest.limits(0.04), both.newest.limits(0.005), strict=True)
    assert (first.limits, both.limits) == ((lows[0], highs[0]), (max(lows), min(highs)))
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
def test_an_interval_only_narrows_as_seeds_are_added_and_a_verdict_stays(
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


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ((0.5, 1.2), "contradictory"),  # no value lies in both intervals
        ((0.3, -0.1), "contradictory"),  # all seeds say the opposite of what is decided
        ((0.25, 0.0), "contradictory"),  # all seeds say that they are the same
        ((0.9, 0.65), "contradictory"),  # the mean of all seeds lies outside the interval
        ((0.9, 0.75), "a is better"),
        ((-0.9, -0.75), "b is better"),
        ((0.1, 0.15), "equal"),
    ],
)
def test_looks_that_exclude_each_other_or_the_mean_of_all_seeds_are_contradictory(
    points: tuple[float, float], verdict: str
) -> None:
    assert looked_at(*points).verdict == verdict


def test_all_levels_together_are_at_most_5_percent_however_often_seeds_are_added() -> None:
    assert [level_of(look) for look in (1, 2, 3)] == pytest.approx([0.04, 0.005, 0.01 / 6])
    assert sum(map(level_of, range(1, 10_000))) <= 0.05
    later = judged(looks=3, a=[0.9, 0.91, 0.92], b=[0.87, 0.88, 0.87]).pairs[0].difference
    assert later
    assert (later.looks, later.verdict) == (3, "unknown")
    assert later.alpha == pytest.approx(0.01 / 6)


@pytest.mark.parametrize(
    ("at", "others_at", "looks"),
    [("1111", "2222", [4]), ("1112", "1112", [3, 4]), ("1234", "1234", [3, 4]), ("1233", "4445", [3, 4])],
)
def test_seeds_that_were_submitted_together_are_looked_at_once_and_from_three_on(
    at: str, others_at: str, looks: list[int]
) -> None:
    a, b = (setting(times, 0.8, 0.81, 0.82, 0.83, at=[*map(int, times)]) for times in (at, others_at))
    difference = compared(a, b)
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
    together = judged_together(dict(zip(PAIRS[3], (contradictory, real, looked_at(0.0)), strict=True)))
    outcome = [(item.verdict, item.divisor) for item in together.values()]
    assert outcome[:2] == [("contradictory", 3), ("a is better", 1)]
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
    piles: dict[str, Any] = {"A": [0.521, 0.520, 0.522], "B": [0.751, 0.750, 0.749], "C": [0.52, 0.75, 0.75]}
    narrow = [0.52, 0.55, 0.54]
    five: dict[str, Any] = {name: [*values, *values[1:]] for name, values in piles.items()}
    at = {"A": [1, 1, 1], "B": [1, 1, 1], "C": [1, 1, 1, 2, 2, 2]}
    later = [setting(name, *shares, at=at[name]) for name, shares in (piles | {"C": narrow + piles["C"]}).items()]
    together = judged(**piles)
    assert set(verdicts(together).values()) == {"unknown"}
    assert [bool(pair.difference and pair.difference.newest.widest) for pair in together.pairs] == [True, False, False]
    for why, judgement in {
        "of two settings, in 3 % of cases": judged(A=piles["A"], B=piles["B"]),
        "no seed is as far apart": judged(**piles | {"C": narrow}),
        "so many seeds hardly lie in one pile by chance": judged(**five),
        "what comes later takes nothing back": judge_settings(later, "accuracies"),
    }.items():
        assert verdicts(judgement)["AB"] == "b is better", why


def test_unlike_numbers_of_seeds_with_a_widened_variance_are_judged() -> None:
    """The degrees of freedom of a lent variance were negative here: a division by zero."""
    runs = {"A": [0.88, 0.8801, 0.8799, 0.88, 0.8801], "B": [0.883, 0.8831, 0.8829], "C": [0.88, 0.883, 0.8831]}
    judgement = judged(looks=2, margin=0.02, **runs)
    assert verdicts(judgement) == {"AB": "b is better", "AC": "equal", "BC": "equal"}


def test_among_several_the_first_is_one_that_none_is_better_than_and_the_best_is_better_than_all() -> None:
    judgement, of_two = judged(**STEADY), judged(A=STEADY["A"], C=STEADY["C"])
    assert verdicts(judgement) == {"AB": "equal", "AC": "a is better", "BC": "a is better"}
    assert verdicts(judged(0.0001, A=STEADY["A"], B=STEADY["B"])) == {"AB": "unknown"}
    assert [item.name for item in judgement.order] == ["B", "A", "C"]
    assert [(rival.name, pair.verdict) for rival, pair in judgement.against_leader] == [
        ("A", "equal"),
        ("C", "a is better"),
    ]
    assert (judgement.best, of_two.best) == (None, of_two.settings[0])
    assert judgement.of_leaders().pairs == judgement.pairs[:1], "by the levels of all"


def test_every_setting_is_placed_beside_every_baseline() -> None:
    a, b, bags = networks(7), networks(3), [bag(0.6), bag(0.9)]
    beside = judge_settings([a, b], "kept", baselines=bags).beside_baselines
    assert [(pair.a, pair.b) for pair in beside] == list(itertools.product([a, b], bags))
    assert beside[0].difference
    assert beside[0].difference.newest == compared(a, bags[0]).newest


def test_on_nearly_no_reviews_or_for_other_reasons_nothing_is_compared() -> None:
    a, b, c = networks(3, 1.0, 19), networks(4, 0.0, 19), Sample("c", ())
    judgement = judge_settings(
        [a, b, c], "kept", hindrance=lambda _a, b: ("no predictions", b.name) if not b.scores else None
    )
    nothing = ("no predictions", "c")
    assert [(pair.obstacle, pair.about) for pair in judgement.pairs] == [("too few reviews", ""), nothing, nothing]
    assert (judgement.obstacle, judgement.order, judgement.best) == (judgement.pairs[1], (a, b), None)
    few = pair_of(setting("A", 0.9, 0.9), setting("B", 0.1, 0.1, 0.1), basis="accuracies")
    assert (few.verdict, few.obstacle, few.difference) == ("unknown", "too few seeds", None)


def test_the_facts_of_a_pair_are_for_files() -> None:
    shares: dict[str, Any] = {"A": [0.90, 0.91, 0.905], "B": [0.79, 0.80, 0.90]}
    [pair], [turned] = (judged(**{name: shares[name] for name in names}).pairs for names in ("AB", "BA"))
    facts, back = (json.loads(json.dumps(item.facts())) for item in (pair, turned))
    assert pair.difference
    low, high = pair.difference.limits
    numbers = {"difference": 0.075, "level": 0.96, "alpha": 0.04, "margin": 0.01, "low": low, "high": high}
    numbers |= {"p": pair.difference.newest.p}
    words: dict[str, Any] = {
        "a": "A",
        "b": "B",
        "verdict": "unknown",
        "obstacle": None,
        "scope": "settings",
        "basis": "accuracies",
    }
    words |= {"paired": False, "seeds": [3, 3], "sentence": str(pair)}
    assert facts.pop("accuracies") == pytest.approx([0.905, 0.83])
    assert {name: facts[name] for name in numbers} == pytest.approx(numbers)
    assert {name: value for name, value in facts.items() if name not in numbers} == words
    assert (back["low"], back["high"]) == pytest.approx((-high, -low))
    nothing = Pair(setting("A"), setting("B"), "kept", obstacle="no whole run", about="A").facts()
    assert (nothing["difference"], nothing["p"], nothing["obstacle"]) == (None, None, "no whole run")
