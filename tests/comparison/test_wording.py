"""Judgements in words: each kind of sentence once, and what holds of every text whatever the numbers are."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.comparison.inference.difference import Test as Outcome
from rnn_compare.comparison.inference.intervals import Spread
from rnn_compare.comparison.inference.judgement import Judgement, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.levels import Difference, Scope
from rnn_compare.comparison.inference.wording import meaning_of_interval, result, sentence
from tests.kit.judgements import bag, judged, pair_of, right, scored_again, setting

from .test_judging_in_javascript import any_settings


def pair(a: float, b: float, half: float, scope: Scope = "settings", seeds: int = 3, margin: float = 0.01) -> Pair:
    """Two settings, A and B, on 5,000 test reviews; the interval of their difference has this half width, in points."""
    side_a, side_b = (setting(name, *[share / 100] * seeds, reviews=5000) for name, share in (("A", a), ("B", b)))
    level = 0.05 if scope == "networks" else 0.04
    variance = (half / 100 / Outcome(0.0, (seeds, seeds), 1e9, 1.0, 0.0).half_width(level)) ** 2
    spreads = (Spread(variance * seeds / 2, 0.0, seeds),) * 2 if scope == "settings" else ()
    test = Outcome((a - b) / 100, (seeds, seeds), 1e9, variance, 0.0, spreads)
    return Pair(side_a, side_b, "test", Difference((test,), (level,), scope, margin=margin))


def contradictory() -> Pair:
    ahead, behind = (of.difference.newest for of in (pair(80.5, 80, 0.4), pair(80, 80.5, 0.4)) if of.difference)
    return replace(pair(80, 80.5, 0.4), difference=Difference((ahead, behind), (0.04, 0.005), looks=2))


def texts(block: str) -> list[str]:
    return [" ".join(item.split()) for item in block.split("\n- ")[1:]]


def test_each_kind_of_verdict_has_its_sentence() -> None:
    few_reviews = Pair(setting("A", 0.9, reviews=15), setting("B", 0.8, reviews=15), "best", None, "too few reviews")
    at = (1, 1, 1, 2)
    a = setting("A", 0.860, 0.885, 0.870, 0.868, at=at, reviews=10**7)
    b = setting("B", 0.845, 0.850, 0.830, 0.842, at=at, reviews=10**7)
    few_items = [Sample("A", right(1, 3, 0.8, 100)), Sample("B", right(2, 3, 0.8, 100))]
    pairs = [
        pair(88.14, 84.26, 2.5),
        pair(25, 95, 40),
        pair_of(a, b, basis="best"),
        contradictory(),
        pair(80, 80.26, 1.7, margin=0.02),
        pair(81, 80, 2.0),
        pair(81, 80, 30.0),
        pair_of(*few_items, basis="items"),
        judged(A=[0.900, 0.902, 0.905], B=[0.900, 0.901, 0.9035], margin=0.003).pairs[0],
        pair(86, 84, 1.5, "networks", seeds=1),
        pair(84, 84.2, 0.5, "networks", seeds=2),
        pair(84, 84.2, 1.5, "networks", seeds=2),
        judged(A=[0.9], B=[0.8]).pairs[0],
        judged(A=[0.9, 0.91], B=[0.905]).pairs[0],
        few_reviews,
        replace(few_reviews, obstacle="no whole run", about="B"),
        replace(few_reviews, obstacle="no predictions", about="B", basis="kept"),
        replace(few_reviews, obstacle="other reviews", about="reviews 10 and 20"),
        replace(few_reviews, obstacle="own splits"),
        # Rounding to one decimal would contradict these verdicts.
        pair(88.046, 84, 4.04),
        pair(80.26, 80, 0.735),
    ]
    assert [sentence(item) for item in pairs] == texts("""
- A is better than B by 3.8 ± 2.5 points (88.1 % and 84.3 % on test reviews).
- B is better than A by 30.0 to 100.0 points (95.0 % and 25.0 % on test reviews).
- A is better than B by 0.1 to 5.9 points (87.1 % and 84.2 % on 10,000,000 held-out reviews).
- The looks at B and A contradict each other: the mean of all seeds lies outside what earlier ones showed (80.5 % and
  80.0 % on test reviews). Train both anew, with all seeds at once.
- B and A are equal to within 2 points: they differ by 0.3 ± 1.7 points (80.3 % and 80.0 % on test reviews).
- Whether A or B is better is not yet known: a difference of 1.0 ± 2.0 points could be chance (81.0 % and 80.0 % on
  test reviews). A difference of 1 point would probably show with at least 16 more seeds of each.
- Whether A or B is better is not yet known: a difference of 1.0 points (−29.0 to 31.0) could be chance (81.0 % and
  80.0 % on test reviews). A difference of 1 point would probably show with more than 100 more seeds of each.
- Whether A or B is better is not yet known: a difference of 0.0 ± 9.3 points could be chance (81.3 % and 81.3 % on
  the same 100 items). A difference of 1 point would probably show with more items.
- Whether A or B is better is not yet known: a difference of 0.0 ± 0.6 points could be chance (90.2 % and 90.2 % in
  the mean over seeds). A difference of 0.3 points would probably show with 6 to 91 more seeds of each.
- These trained networks differ: A is ahead of B by 2.0 ± 1.5 points (86.0 % and 84.0 % on test reviews). One seed
  each: repeat before you conclude.
- These trained networks are equal to within 1 point: B and A differ by 0.2 ± 0.5 points (84.2 % and 84.0 % on test
  reviews). Few seeds: repeat before you conclude.
- These trained networks cannot be told apart: B and A differ by 0.2 ± 1.5 points, which could be chance (84.2 % and
  84.0 % on test reviews). Few seeds: repeat before you conclude.
- A reaches 90.0 %, B 80.0 %. One seed each: repeat before you conclude.
- A and B reach 90.5 % in the mean over seeds. Few seeds: repeat before you conclude.
- No verdict on A and B from 15 held-out reviews: at least 20 are needed to tell them apart.
- B has no run that trained to its end, so it is not compared.
- B has no recorded predictions on held-out reviews, so it is not compared.
- A is not compared with B: they were judged by different reviews (reviews 10 and 20).
- A is not compared with B, since each seed was judged by reviews of its own. Put test reviews aside (test split):
  these judge all seeds.
- A is better than B by 4.05 ± 4.04 points (88.05 % and 84.00 % on test reviews).
- A and B are equal to within 1 point: they differ by 0.3 ± 0.7 points (80.3 % and 80.0 % on test reviews).""")
    assert str(pairs[0]) == sentence(pairs[0])
    assert sentence(pairs[0], numbers=False) == "A is better than B by 3.8 ± 2.5 points."
    assert "a difference of 4.0 ± 4.1 points could be" in sentence(pair(88.049, 84, 4.06))
    assert sentence(pairs[5], advice=False).endswith("could be chance (81.0 % and 80.0 % on test reviews).")


def test_what_the_interval_is_about_and_whether_more_seeds_change_the_verdict_is_said_once_for_all_pairs() -> None:
    apart, near = [right(1, 3, 0.6), right(2, 3, 0.9)], [right(3, 3, 0.9), right(4, 3, 0.9)]
    two, unknown = (judge_settings([Sample("A", a), Sample("B", b)], "kept", margin=0.001) for a, b in (apart, near))
    one_each = judge_settings([Sample("A", apart[0][:1]), Sample("B", apart[1][:1])], "kept")
    three = judged(A=[0.521, 0.520, 0.522], B=[0.751, 0.750, 0.749], C=[0.52, 0.75, 0.75])
    alone = judge_settings([setting("A", 0.9, 0.9, 0.9)], "kept")
    assert [meaning_of_interval(judgement) for judgement in (two, unknown, one_each, three, alone)] == [
        "± is the 95 % interval of the difference, over seeds and reviews. Decided: more seeds would only narrow it.",
        "± is the 95 % interval of the difference, over seeds and reviews.",
        "± is the 95 % interval of the difference, over reviews alone. Other seeds give other networks.",
        "± is the 95 % interval of the difference, over seeds, corrected for 3 comparisons.",
        "",
    ]


def test_a_leader_is_held_against_the_others_with_a_clause_for_each_kind() -> None:
    runs = {"GRU": (3, 0.9), "LSTM": (3, 0.89), "MGU": (3, 0.6), "SimpleRNN": (1, 0.5)}
    several = [Sample(name, right(seed, *drawing)) for seed, (name, drawing) in enumerate(runs.items())]
    few = [Sample(name, right(seed, 3, 0.9, 15)) for seed, name in enumerate(("GRU", "LSTM", "MGU"))]
    judgements = [
        judge_settings(several, "test", picked_from=9),
        judge_settings(several[:3], "kept", hindrance=lambda a, _b: ("own splits", "") if a is several[0] else None),
        judge_settings(few, "best"),
        judged(A=[1.0], B=[1.0], C=[0.9]),
        judged(A=[0.9, 0.901, 0.902], B=[0.901, 0.9, 0.9021], C=[0.8951, 0.8955, 0.8958]),
        judged(A=[0.90040, 0.90041, 0.90042], B=[0.90000, 0.90001, 0.90002], C=[0.8, 0.8001, 0.8002]),
    ]
    assert [result(judgement) for judgement in judgements] == texts("""
- GRU (90.7 % on test reviews) is better than MGU (59.0 %). Whether it is better than LSTM (88.4 %) is not yet known. A
  difference of 1 point would probably show with more held-out reviews. SimpleRNN reaches 47.8 %. Few seeds: train 5 or
  more of each before you conclude. If these were picked by their results (9 settings were trained together), compare
  all: the best of many leads the worst by chance.
- GRU is not compared with LSTM and MGU, since each seed was judged by reviews of its own. Put test reviews aside (test
  split): these judge all seeds.
- No verdict from 15 held-out reviews: at least 20 are needed to tell MGU (95.6 % on 15 held-out reviews) from GRU
  (88.9 %) and LSTM (86.7 %).
- A and B reach 100.0 %, C 90.0 %. Which of A and C is ahead could be chance. One seed each: train 3 or more of each
  before you conclude.
- B (90.1 % in the mean over seeds) is better than C (89.5 %). It is equal to A (90.1 %) to within 1 point.
- A (90.04 % in the mean over seeds) is better than B (90.00 %) and C (80.01 %).""")


@pytest.mark.parametrize(
    ("networks", "words", "bigrams", "text"),
    [
        ({7: 0.81}, 0.91, 0.95, "GRU is below the bag of words (91.0 %) and the bag of bigrams (95.0 %)."),
        ({7: 0.87}, 0.87, 0.95, "GRU does not beat the bag of words (87.0 %), and is below the bag of bigrams"),
        ({7: 0.87}, 0.865, 0.5, "GRU does not clearly beat the bag of words (86.5 %)."),
        ({7: 0.8, 8: 0.6}, 0.6, 0.7, "GRU is above every baseline, the highest being the bag of bigrams (70.0 %)."),
        ({3: 0.81}, 0.95, 0.7, "GRU, as trained, is below the bag of words (95.0 %)."),
    ],
)
def test_the_leader_is_placed_among_the_baselines_as_far_as_that_is_known(
    networks: dict[int, float], words: float, bigrams: float, text: str
) -> None:
    cells = zip(("GRU", "LSTM"), networks.items(), strict=False)
    compared = [Sample(cell, right(seeds, seeds, share, 4000)) for cell, (seeds, share) in cells]
    bags = [bag(words, "Bag of words", 4000), bag(bigrams, "Bag of bigrams", 4000)]
    assert text in result(judge_settings(compared, "kept", baselines=bags))


def test_bags_that_guess_are_said_to_and_what_is_not_compared_is_not_placed() -> None:
    words, network = bag(0.5, "Bag of words", 4000), Sample("GRU", right(1, 7, 0.99, 4000))
    guessing = judge_settings([network], "kept", baselines=[words], guessing=words)
    assert result(guessing) == "A bag of words cannot be told apart from guessing (50.0 %)."
    alone = replace(guessing, guessing=None, beside_baselines=(Pair(network, words, "kept", None, "no predictions"),))
    assert result(alone) == ""


def test_seeds_are_advised_of_what_has_them_and_as_many_as_are_needed() -> None:
    words, bigrams, gru, lstm = bag(0.5), bag(0.9, "bigrams"), right(1, 7, 0.9), Sample("LSTM", right(2, 3, 0.6))
    assert "rain 7 " in result(judge_settings([Sample("GRU", gru[:3]), words], "items"))
    assert "seed" not in result(judge_settings([words, bigrams], "items"))
    of_settings = judge_settings([Sample("GRU", gru), lstm, words], "items")
    assert "seed" not in result(of_settings), "what is said is known of settings"


NUMBER = r"(-?\d+(?:\.\d+)?)"


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    """Any settings, beside baselines if their answers are known, some within rounding of a limit at 0 or the margin."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    (a, b, *others), basis = any_settings(chance)
    margin = float(chance.choice([0.001, 0.01, 0.05, 0.2]))
    bags = [bag(0.6, "Bag of words", a.scores[0].reviews)] if a.scores[0].correct is not None else []
    judgement = judge_settings([a, b, *others], basis, baselines=bags, margin=margin)
    if basis != "accuracies" or others or not (difference := judgement.pairs[0].difference):
        return judgement
    half = difference.newest.half_width(difference.alpha)
    by = chance.choice([half, -half, margin - half]) + chance.normal(0, 3e-4) - difference.newest.difference
    return judge_settings([scored_again(a, by / 2), scored_again(b, -by / 2)], basis, margin=margin)


def intervals(text: str) -> Iterator[tuple[float, float, float]]:
    """Every interval in a text, in points: its low end, the difference and its high end."""
    text = text.replace("−", "-")
    for numbers in re.findall(rf"{NUMBER} ± {NUMBER} points", text):
        size, half = map(float, numbers)
        yield round(size - half, 5), size, round(size + half, 5)
    for numbers in re.findall(rf"{NUMBER} points \({NUMBER} to {NUMBER}", text):
        size, low, high = map(float, numbers)
        yield low, size, high
    for numbers in re.findall(rf"{NUMBER} to {NUMBER} points \({NUMBER} % and {NUMBER} %", text):
        low, high, first, second = map(float, numbers)
        yield low, round(first - second, 5), high


def check_numbers(of: Pair, text: str) -> None:
    for low, size, high in intervals(text):
        assert of.difference
        margin = 100 * of.difference.margin
        assert low <= size <= high
        assert size >= 0
        assert (low > 0) == (of.winner is not None) or of.verdict == "contradictory"
        assert of.verdict != "equal" or -margin <= low <= high <= margin
        assert of.verdict != "unknown" or not -margin < low <= high < margin


def check_words(of: Pair, text: str) -> None:
    ahead, behind = of.ordered
    is_of_networks = of.difference is not None and of.difference.scope == "networks"
    assert text.startswith(f"{ahead.name} is better than {behind.name}") == of.verdict.endswith("is better")
    assert text.startswith("These trained networks") == is_of_networks
    assert (f" differ: {ahead.name} is ahead of {behind.name} by" in text) == of.verdict.endswith("is ahead")
    assert (" equal to within " in text) == (of.verdict == "equal")


def check_clauses(judgement: Judgement, text: str) -> None:
    """Checks that each clause on several settings holds the leader against those of whom it is true."""
    pairs = {rival.name: of for rival, of in judgement.against_leader}
    for clause in re.split(r"(?<=\.) (?=[A-Z])", text):
        shares = dict(re.findall(r"(<\d> LSTM\(\d+\)) \(([\d.]+) %", clause))
        if not re.search(r"better than|equal to <", clause):
            continue
        highest = shares.pop(judgement.order[0].name, "1000")
        is_better = not clause.startswith("Whether") and "better than" in clause
        for name, share in shares.items():
            assert is_better == (pairs[name].winner is judgement.order[0])
            assert ("equal to" in clause) == (pairs[name].verdict == "equal")
            assert not is_better or float(highest) > float(share)


@settings(max_examples=150)
@given(judgements())
def test_every_text_agrees_with_its_data(judgement: Judgement) -> None:
    written = [result(judgement), result(judgement, advice=False), meaning_of_interval(judgement)]
    if len(judgement.pairs) > 1:
        check_clauses(judgement, written[0])
    for of in (*judgement.pairs, *judgement.beside_baselines):
        check_words(of, sentence(of))
        written += (lines := [sentence(of), sentence(of, numbers=False, advice=False)])
        for line in lines:
            check_numbers(of, line)
    for text in filter(None, written):
        assert not re.search(r"[{}]|  |\(\)|\( | \)|None|nan|inf|−0\.0+\b|\.\.|^ ", text)
        assert text.count("(") == text.count(")")
        assert text.endswith(".")
