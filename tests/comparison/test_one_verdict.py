"""One verdict: cases where a plain rule would go wrong, and sentences that carry the numbers they come of."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_compare.comparison.baselines import Baseline
from rnn_compare.comparison.beside_baselines import Side, beside_baselines
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import Score, stacked
from rnn_compare.comparison.inference.difference import Untested, by_student, compare_settings
from rnn_compare.comparison.inference.intervals import Spread, mean, spread
from rnn_compare.comparison.inference.mcnemar import trained_networks
from rnn_compare.comparison.inference.wording import Words
from rnn_compare.comparison.sentences import details, network_sentence, networks_sentence, result, sentence
from rnn_compare.comparison.verdicts import Comparison, judge
from rnn_compare.experiment import Experiment
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.comparison.test_by_simulation import Population
from tests.recorded import record


def trained(store: RunStore, cell: str, *shares: float, name: str = "", **settings: object) -> list[Run]:
    """Runs of one epoch, a seed each."""
    values = {"cell": cell, "units": 8, "reviews": 2000, "epochs": 1, **settings}
    runs = [
        record(store, Experiment.model_validate(values | {"seed": seed}), [share])
        for seed, share in enumerate(shares, 1)
    ]
    for run in runs:
        store.rename(run.id, name)
    return store.runs([run.id for run in runs])


def of_cells(store: RunStore, seeds: int, shares: dict[str, float], name: str = "") -> list[Run]:
    """Runs of several cells, each seed a little better than the one before."""
    return [
        run
        for cell, share in shares.items()
        for run in trained(store, cell, *(min(1.0, share + 0.005 * seed) for seed in range(seeds)), name=name)
    ]


def pair(first: list[Run], second: list[Run], evidence: Evidence) -> Comparison:
    [only] = judge(groups([*first, *second]), evidence).pairs
    return only


# ---- one rule for settings ----------------------------------------------------------------------


def test_where_the_interval_excludes_0_the_better_setting_is_named_however_wide_it_is(
    store: RunStore, evidence: Evidence
) -> None:
    wide = pair(trained(store, "GRU", 1.0, 1.0, 1.0), trained(store, "SimpleRNN", 0.10, 0.40, 0.25), evidence)
    assert wide.better is wide.a
    assert re.match(
        r"GRU\(8\) is better than SimpleRNN\(8\), but by how much is uncertain: \d\d to \d+ points "
        r"\(100\.0 % and 25\.0 % on reviews not used to pick the epoch; 96 % interval\)\.",
        sentence(wide),
    )
    assert "not yet known" not in sentence(wide)


def test_groups_of_one_name_are_told_apart(store: RunStore, evidence: Evidence) -> None:
    runs = of_cells(store, 3, {"GRU": 0.8, "LSTM": 0.71, "SimpleRNN": 0.61}, name="mine")
    assert [group.name for group in groups(runs)] == ["mine (GRU(8))", "mine (LSTM(8))", "mine (SimpleRNN(8))"]
    assert result(judge(groups(runs), evidence)) == (
        "mine (GRU(8)) (80.5 % on reviews not used to pick the epoch) is better than mine (LSTM(8)) (71.5 %) and "
        "mine (SimpleRNN(8)) (61.5 %)."
    )


def test_a_leader_of_groups_of_one_name_is_held_against_each_by_itself(store: RunStore, evidence: Evidence) -> None:
    runs = of_cells(store, 3, {"GRU": 0.8, "LSTM": 0.7, "SimpleRNN": 0.6})
    named = [replace(group, name="mine") for group in groups(runs)]
    verdict = judge(named, evidence)
    assert verdict.best is named[0]
    assert [other for other, _ in verdict.against_leader] == named[1:]


@pytest.mark.parametrize(("reviews", "is_enough"), [(10, False), (95, False), (100, True)])
def test_next_to_nothing_held_out_gives_no_verdict(
    store: RunStore, evidence: Evidence, reviews: int, is_enough: bool
) -> None:
    split = 0.2 if reviews > 10 else 0.1
    right, wrong = (
        trained(store, cell, share, share, share, reviews=reviews, validation_split=split)
        for cell, share in (("GRU", 1.0), ("LSTM", 0.0))
    )
    few = pair(right, wrong, evidence)
    assert (few.better is few.a) is is_enough
    assert ("at least 20 are needed to tell them apart." in sentence(few)) is not is_enough
    assert not any("verdicts" in line for line in details(few))


def test_where_nobody_erred_the_reviews_have_a_share_in_the_variance_all_the_same() -> None:
    right, wrong = ([Score(share, None, 25) for _ in range(3)] for share in (1.0, 0.0))
    outcome = compare_settings(right, wrong)
    assert not isinstance(outcome, Untested)
    assert outcome.variance_reviews == pytest.approx(2 * (26 / 27) * (1 / 27) / 25)


def test_seeds_of_one_side_alone_are_told_and_that_nothing_was_tested(store: RunStore, evidence: Evidence) -> None:
    uneven = pair(trained(store, "GRU", 0.8, 0.81, 0.8), trained(store, "LSTM", 0.79), evidence)
    assert sentence(uneven) == (
        "GRU(8) (80.3 % on reviews not used to pick the epoch) leads LSTM(8) (79.0 %), which may be the luck of one "
        "seed. Train 3 seeds or more of each."
    )


def test_an_interval_names_its_own_level(store: RunStore, evidence: Evidence) -> None:
    runs = of_cells(store, 3, {"GRU": 0.85, "LSTM": 0.8, "MGU": 0.75, "SimpleRNN": 0.7})
    for compared in judge(groups(runs), evidence).pairs:
        assert compared.difference is not None
        assert not isinstance(compared.difference, Untested)
        assert f"; {100 * compared.difference.level:.4g} % interval, adjusted for 6 comparisons)" in sentence(compared)


# ---- trained networks, as they are --------------------------------------------------------------


def test_networks_are_compared_by_weights_that_exist() -> None:
    rng = np.random.default_rng(1)
    first, second = ((rng.random(400) < share).astype(float) for share in (0.9, 0.6))
    spliced = trained_networks(Score(0.9, first, 400, (3, 7)), Score(0.6, second, 400, (5, 5)))
    assert spliced is not None
    assert (spliced.reviews, spliced.epochs) == (200, (3, 5)), "the even places, which the odd ones' choice judges"
    assert spliced.right_a == int(first[::2].sum())
    whole = trained_networks(Score(0.9, first, 400, (3, 3)), Score(0.6, second, 400, (5, 5)))
    assert whole is not None
    assert whole.reviews == 400


def test_the_epochs_of_two_networks_stand_in_their_order(store: RunStore, evidence: Evidence) -> None:
    compared = pair(trained(store, "GRU", 0.6), trained(store, "LSTM", 0.9), evidence)
    assert compared.networks is not None
    text = network_sentence(replace(compared, networks=replace(compared.networks, epochs=(3, 7))))
    assert text.startswith(
        "These two trained networks (epochs 7 and 3) differ: LSTM(8) gets 360 of 400 reviews right, GRU"
    )


def test_another_seed_is_not_held_against_a_verdict_over_seeds(store: RunStore, evidence: Evidence) -> None:
    one_each = pair(trained(store, "GRU", 0.6), trained(store, "LSTM", 0.9), evidence)
    of_three = pair(trained(store, "GRU", 0.6, 0.61, 0.6), trained(store, "LSTM", 0.9, 0.91, 0.9), evidence)
    assert network_sentence(one_each).endswith("Another seed could change that.")
    assert "Another seed" not in network_sentence(replace(one_each, difference=of_three.difference))


def test_equal_networks_get_the_same_right(store: RunStore, evidence: Evidence) -> None:
    same = pair(trained(store, "GRU", 1.0, reviews=400), trained(store, "LSTM", 1.0, reviews=400), evidence)
    assert network_sentence(same) == (
        "These two trained networks (epochs 1 and 1) cannot be told apart by so few reviews: GRU(8) gets 80 of 80 "
        "reviews right, LSTM(8) 80, p = 1.00."
    )
    assert sentence(same) == (
        "GRU(8) and LSTM(8) both reach 100.0 % on reviews not used to pick the epoch, which may be the luck of one "
        "seed. Train 3 seeds or more of each."
    )


def test_of_three_networks_of_one_seed_each_the_trained_ones_are_told_apart(
    store: RunStore, evidence: Evidence
) -> None:
    runs = of_cells(store, 1, {"GRU": 0.95, "LSTM": 0.94, "SimpleRNN": 0.6})
    verdict = judge(groups(runs), evidence)
    assert verdict.best is None
    assert "leads LSTM(8) (94.0 %) and SimpleRNN(8) (60.0 %), which may be the luck of one seed" in result(verdict)
    assert networks_sentence(verdict) == (
        "With these weights GRU(8) beats SimpleRNN(8) on other reviews too, and cannot be told apart from LSTM(8). "
        "Another seed's may rank otherwise."
    )


# ---- ties and baselines -------------------------------------------------------------------------


def beside(runs: list[Run], evidence: Evidence, **accuracies: float) -> str:
    """The result of runs beside baselines of these accuracies, none of which is right by chance."""
    verdict = judge(groups(runs), evidence)
    held_out = runs[0].experiment.validation_reviews
    baselines = [
        Baseline(name, 1.0, 9, np.arange(held_out) < held_out * share, None) for name, share in accuracies.items()
    ]
    sides = [Side(group, tuple(evidence.scores_of(group, verdict.measure) or ())) for group, _ in verdict.order]
    return result(replace(verdict, beside_baselines=beside_baselines(sides, baselines, verdict.measure)))


def test_networks_that_all_reach_100_percent_are_tied_and_a_bag_of_words_guesses(
    store: RunStore, evidence: Evidence
) -> None:
    runs = of_cells(store, 1, {"GRU": 1.0, "LSTM": 1.0, "SimpleRNN": 1.0})
    tied = (
        "GRU(8) (100.0 % on reviews not used to pick the epoch) ties with LSTM(8) (100.0 %) and SimpleRNN(8) (100.0 "
        "%), which may be the luck of one seed. Train 3 seeds or more of each."
    )
    assert beside(runs, evidence, majority=0.494, words=0.49, bigrams=0.493) == (
        f"{tied} A bag of words cannot be told apart from guessing (49.0 %)."
    )
    assert findings(runs, evidence)[0].text == tied


@pytest.mark.parametrize(
    ("words", "bigrams", "sentence"),
    [
        (0.91, 0.95, "Both are below the bag of words (91.0 %)."),
        (0.865, 0.95, "LSTM(8) is below the bag of bigrams (95.0 %)."),
        (0.865, 0.87, "Whether LSTM(8) is above or below the bag of words (86.5 %) is not yet known."),
        (0.60, 0.70, "Both are above every baseline, the highest being the bag of bigrams (70.0 %)."),
    ],
)
def test_a_network_is_placed_among_the_baselines_as_far_as_that_is_established(
    store: RunStore, evidence: Evidence, words: float, bigrams: float, sentence: str
) -> None:
    simple = trained(store, "SimpleRNN", 0.80, 0.81, 0.82, reviews=20_000)
    runs = [*simple, *trained(store, "LSTM", 0.865, 0.86, 0.87, reviews=20_000)]
    text = beside(runs, evidence, majority=0.5, words=words, bigrams=bigrams)
    assert re.match(r"LSTM\(8\) is better than SimpleRNN\(8\) by 5\.\d ± \d\.\d points \(8", text)
    assert sentence in text
    assert beside(simple, evidence, majority=0.5, words=0.9) == "SimpleRNN(8) is below the bag of words (90.0 %)."


def test_networks_near_a_baseline_are_neither_above_nor_below_it(store: RunStore, evidence: Evidence) -> None:
    runs = of_cells(store, 3, {"GRU": 0.87, "LSTM": 0.86})
    text = "Whether GRU(8) and LSTM(8) are above or below the bag of words (88.0 %) is not yet known."
    assert beside(runs, evidence, words=0.88).endswith(text)


def test_of_one_seed_the_trained_network_is_placed(store: RunStore, evidence: Evidence) -> None:
    runs = of_cells(store, 1, {"GRU": 0.8, "LSTM": 0.79})
    assert beside(runs, evidence, words=0.99).endswith("Both of these networks are below the bag of words (99.0 %).")
    alone = beside(of_cells(store, 1, {"MGU": 0.8}), evidence, words=0.99)
    assert alone == "This MGU(8) network is below the bag of words (99.0 %).", "of the setting nothing is known"
    typical = judge(groups(runs), evidence, "typical").order[0][0]
    side = Side(typical, tuple(evidence.scores_of(typical, "typical") or ()))
    [pair] = beside_baselines([side], [Baseline("words", 1.0, 9, np.ones(400, np.bool_), None)], "typical")
    assert pair.difference is None, "no single network has a typical epoch's accuracy"


def test_two_seeds_alone_place_no_network(store: RunStore, evidence: Evidence) -> None:
    runs = [*trained(store, "GRU", 0.86, 0.88), *trained(store, "LSTM", 0.87, 0.85)]
    named = "Baselines on the same reviews: training majority 50.0 %, bag of words 90.0 %."
    assert beside(runs, evidence, majority=0.5, words=0.9).endswith(named), "not: neither can be told from the majority"


def test_without_predictions_the_baselines_are_named_in_no_order(store: RunStore, evidence: Evidence) -> None:
    runs = trained(store, "GRU", 0.8, 0.81, 0.8)
    [group] = groups(runs)
    scores = tuple(replace(score, correct=None) for score in evidence.scores_of(group, "kept") or [])
    words = Baseline("words", 1.0, 9, np.arange(400) < 396, None)
    verdict = judge([group], evidence)
    pairs = beside_baselines([Side(group, scores)], [words], "kept")
    assert result(replace(verdict, beside_baselines=pairs)) == "Baselines on the same reviews: bag of words 99.0 %."


@pytest.mark.parametrize(("seeds", "earlier"), [(1, 0), (1, 5), (3, 0)])
def test_networks_as_good_as_every_baseline_are_rarely_called_above_or_below_one(
    store: RunStore, seeds: int, earlier: int
) -> None:
    rng, draws, wrong = np.random.default_rng(seeds), 500, 0
    networks = groups(of_cells(store, 1, {"GRU": 0.8, "LSTM": 0.8}))
    varying = Population(rng, seed=0.01 if earlier or seeds > 1 else 0.0)  # one trained network is as good as it is
    fixed = Population(rng, seed=0.0)
    for _ in range(draws):
        easiness = fixed.easiness()
        others = [stacked(fixed.trained(1, easiness, 0.87)) for _ in range(2)]
        baselines = [Baseline("words", 1.0, 9, right[0] == 1, None) for right in others if right is not None]
        sides = []
        for group in networks:
            scores = varying.trained(seeds + earlier, easiness, 0.87)
            sides.append(Side(group, tuple(scores[:seeds]), (spread(scores[seeds:]), "") if earlier else None))
        pairs = beside_baselines(sides, baselines, "kept")
        wrong += any(pair.difference is None or pair.difference.is_decided for pair in pairs)
    assert wrong <= 0.05 * draws


@pytest.mark.parametrize(
    ("shares", "half", "text"),
    [
        ((0.8814, 0.8426), 0.025, "A is better than B by 3.8 ± 2.5 points (88.1 % and 84.3 % on reviews"),
        ((0.88049, 0.84), 0.0405, "A or B is better is not yet known: a difference of 4.0 ± 4.1 points could be"),
        ((0.88046, 0.84), 0.0404, "A is better than B by 4.05 ± 4.04 points (88.05 % and 84.00 % on reviews"),
        ((0.8026, 0.8), 0.00735, "A and B are equal to within 1 point: they differ by 0.3 ± 0.7 points (80.3 % and"),
    ],
)
def test_no_rounding_contradicts_the_verdict(shares: tuple[float, float], half: float, text: str) -> None:
    unit = by_student(shares[0] - shares[1], (3, 3), [(1.0, 1e9)], (0.0, 1)).half_width
    variance = (half / unit) ** 2
    judged = by_student(shares[0] - shares[1], (3, 3), [(variance, 1e9)], (0.0, 1))
    assert judged.half_width == pytest.approx(half)
    spreads = (Spread(variance, 0, 3), Spread(variance, 0, 3))
    words = Words(("A", "B"), shares, replace(judged, spreads=spreads), "on reviews that nobody saw")
    assert text in words.sentence


def test_no_limit_is_impossible() -> None:
    assert by_student(0.3, (3, 3), [(0.5, 2)], (0.0, 1)).limits == (-1.0, 1.0)
    assert mean([0.4, 0.6, 1.0]).text == "66.7 % (0.0 to 100.0)"  # type: ignore[union-attr]  # three values
    assert mean([1.0, 1.0, 1.0]).text == "100.0 %"  # type: ignore[union-attr]  # three values
