"""Whether intervals cover and equals pass for equals, by drawing settings whose truth is known: docs/comparison.md.

Then whether verdicts hold on real trainings of this program, kept as files: see benchmarks/real_trainings.py.
"""

import numpy as np
import pytest
from scipy import stats

from benchmarks import real_trainings
from benchmarks.real_trainings import (
    EARLIER,
    EQUALS,
    LOOKS,
    TRAININGS,
    UNEQUALS,
    normal,
    over_looks,
    piles,
    some_pair_different,
)
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.difference import compare_settings
from rnn_compare.comparison.inference.wins import wins
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from

AT_MOST = 0.065
"""Of equals that may be called different: 5 %, and a standard error and a half of 400 draws."""


@pytest.fixture(autouse=True)
def _fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_trainings, "DRAWS", 400)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [3, pytest.param(5, marks=pytest.mark.thorough)])
def test_the_interval_of_seeds_and_reviews_covers_the_true_difference(runs: int) -> None:
    """Seeds deviate by a point; of two runs of one setting, 9 of 100 verdicts differ.

    A network judges a review rightly where a sum of normal parts is above 0, so that its accuracy is known: how easy
    the review is for all, and for its setting (0.4), how good its seed is, and noise (0.5).
    """
    chance, covered, draws, reviews = np.random.default_rng(runs), 0, 1000, 1000
    width = np.sqrt(1 + 0.4**2 + 0.5**2)
    for _ in range(draws):
        easiness, groups = chance.standard_normal(reviews), []
        for accuracy in (0.88, 0.87):
            quantile = stats.norm.ppf(accuracy)
            of_seed = 0.01 * width / stats.norm.pdf(quantile)
            of_setting = quantile * np.hypot(width, of_seed) + easiness + 0.4 * chance.standard_normal(reviews)
            noise = of_seed * chance.standard_normal((runs, 1)) + 0.5 * chance.standard_normal((runs, reviews))
            groups.append([Score(float(row.mean()), row.astype(float), reviews) for row in of_setting + noise > 0])
        low, high = compare_settings(groups[0], groups[1]).limits(0.05)
        covered += low <= 0.01 <= high
    print(f"{runs} seeds each: covered in {covered / draws:.1%}")
    assert 0.925 <= covered / draws <= 0.975


@pytest.mark.slow
@pytest.mark.parametrize("deviations", [(1.0, 1.0), (0.4, 2.0)])
def test_the_interval_of_all_looks_covers_and_further_seeds_find_more(deviations: tuple[float, float]) -> None:
    shares = over_looks(normal(deviations[0]), normal(deviations[1]), lead=3)
    print(deviations, shares)
    assert shares["covered"] >= 0.92
    assert shares["no common interval"] <= 0.01
    assert shares["worse called better"] <= 0.01
    for seeds in (5, 10):
        assert shares[f"better by {seeds}"] >= shares[f"better by the newest look alone at {seeds}"] - 0.03


@pytest.mark.slow
def test_equal_settings_are_rarely_called_different_and_those_a_point_apart_rarely_equal() -> None:
    equal, apart = (over_looks(normal(0.3), normal(0.3), lead) for lead in (0, 1))
    print(equal, apart)
    assert equal["better by 10"] + equal["worse called better"] <= 0.05
    assert equal["equal by 10"] >= 0.8
    assert apart["equal by 10"] <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("lead", "seeds"), [(0, 3), (1, 3), (2, 5), (1, 20)])
def test_the_interval_of_pairs_won_covers_their_true_share(lead: float, seeds: int) -> None:
    rng, true = np.random.default_rng(seeds), stats.norm.cdf(lead / 2**0.5)
    intervals = [wins(rng.normal(lead, 1, seeds).tolist(), rng.normal(0, 1, seeds).tolist()) for _ in range(300)]
    assert np.mean([item is not None and item.low <= true <= item.high for item in intervals]) >= 0.93


@pytest.mark.slow
def test_of_eight_equal_settings_some_pair_is_rarely_called_different() -> None:
    for accuracies, seeds in ((piles(0.5), 3), (normal(1), 5)):
        share = some_pair_different(real_trainings.drawn(accuracies, 8, seeds))
        print(f"{seeds} seeds: {share:.1%}")
        assert share <= AT_MOST


@pytest.mark.parametrize("name", TRAININGS)
def test_the_trainings_of_a_file_differ_by_nothing_but_their_seed(name: str) -> None:
    chosen, runs = TRAININGS[name]
    pool = real_trainings.read(name)
    experiment = Experiment(**pool.about["settings"])
    assert experiment.setting == experiment_from(chosen).setting
    assert pool.seeds == tuple(range(1, runs + 1))
    assert pool.right.shape == (runs, experiment.epochs, experiment.validation_reviews)
    assert len(np.unique(pool.right, axis=0)) == runs  # no training counts twice


@pytest.mark.slow
@pytest.mark.parametrize("earlier", EARLIER)
@pytest.mark.parametrize("name", EQUALS)
def test_groups_of_one_setting_are_rarely_called_different_at_any_look(name: str, earlier: int) -> None:
    share = real_trainings.different_at_some_look(real_trainings.read(name), LOOKS["3, 5, 10"], earlier)
    print(f"{name}, {earlier} earlier: called different at some look in {share:.1%}")
    assert share <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("settings", [3, 4, 6])
def test_of_several_equal_settings_some_pair_is_rarely_called_different_by_three_seeds_each(settings: int) -> None:
    """Seeds of these SimpleRNNs fall into two piles: some settings have all of theirs in one."""
    pool = real_trainings.read("simplernn")
    share = real_trainings.some_pair_different(lambda rng: pool.groups(rng, settings, 3))
    print(f"{settings} settings: some pair called different in {share:.1%}")
    assert share <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [1, 3, 7])
@pytest.mark.parametrize("name", EQUALS)
def test_networks_beside_a_baseline_as_good_as_they_are_are_rarely_told_apart(name: str, seeds: int) -> None:
    pool, easiness = real_trainings.read(name), real_trainings.read("gru").easiness
    equal, ahead = (real_trainings.beside_a_baseline(pool, easiness, seeds, lead) for lead in (0, 3))
    print(f"{name}, {seeds} seeds: {equal}; of a baseline 3 points ahead: {ahead}")
    assert sum(equal.values()) <= 0.08, "5 %, and nearly three standard errors"
    assert ahead["above"] <= 0.03
    assert name == "simplernn" or ahead["below"] >= 0.5


@pytest.mark.slow
def test_a_network_that_reads_more_is_called_better_with_three_seeds_each() -> None:
    five_words, two_hundred = map(real_trainings.read, UNEQUALS)
    assert real_trainings.told_apart(five_words, two_hundred, 3) >= 0.9
