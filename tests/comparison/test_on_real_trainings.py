"""Whether verdicts hold on real trainings of this program, kept as files: see benchmarks/real_trainings.py."""

import itertools

import numpy as np
import pytest

from benchmarks import real_trainings
from benchmarks.real_trainings import (
    CASES,
    EQUALS,
    FOLDER,
    LOOKS,
    MEASURES,
    TRAININGS,
    UNEQUALS,
    called_different,
    p_values,
    told_apart,
)
from rnn_compare.comparison.inference.accuracies import Measure
from rnn_compare.comparison.inference.difference import TestedDifference as Outcome
from rnn_compare.comparison.inference.difference import Untested, compare_settings
from rnn_compare.comparison.inference.intervals import spread
from rnn_compare.comparison.inference.levels import judged_together
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from

AT_MOST = 0.055
"""Of equals that may be called different: 5 %, and a standard error and a half of 2,000 pairs."""


@pytest.mark.parametrize("name", TRAININGS)
def test_the_trainings_of_a_file_differ_by_nothing_but_their_seed(name: str) -> None:
    chosen, runs = TRAININGS[name]
    pool = real_trainings.read(name)
    experiment = Experiment(**pool.about["settings"])
    assert experiment.setting == experiment_from(chosen).setting
    assert pool.seeds == tuple(range(1, runs + 1))
    assert pool.right.shape == (runs, experiment.epochs, experiment.validation_reviews)
    assert len(np.unique(pool.right, axis=0)) == runs  # no training counts twice


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 400_000


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "earlier"), CASES)
@pytest.mark.parametrize("name", EQUALS)
def test_groups_of_one_setting_are_rarely_called_different(name: str, runs: int, earlier: int) -> None:
    """By their typical epoch; by their kept weights they are looked at after every seed, below."""
    share = called_different(p_values(real_trainings.read(name).scores("typical"), earlier, runs, 2000), [runs])
    print(f"{name}, {runs} each, {earlier} earlier: called different in {share:.1%}")
    assert share <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("earlier", [0, 3, 5])
@pytest.mark.parametrize("name", EQUALS)
def test_groups_of_one_setting_are_rarely_called_different_however_often_they_are_looked_at(
    name: str, earlier: int
) -> None:
    p = p_values(real_trainings.read(name).scores("kept"), earlier, pairs=2000)
    shares = {looks: called_different(p, seeds) for looks, seeds in LOOKS.items()}
    print(f"{name}, {earlier} earlier: called different {shares}")
    assert max(shares.values()) <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("settings", [3, 4, 6])
def test_of_several_equal_settings_some_pair_is_rarely_called_different_by_three_seeds_each(settings: int) -> None:
    """Seeds of these SimpleRNNs fall into two piles: some settings have all of theirs in one."""
    runs, chance, called, draws = real_trainings.read("simplernn").scores("kept"), np.random.default_rng(1), 0, 400
    for _ in range(draws):
        places = chance.permutation(len(runs))[: 3 * settings].reshape(settings, 3)
        pairs = {
            (a, b): compare_settings([runs[place] for place in places[a]], [runs[place] for place in places[b]])
            for a, b in itertools.combinations(range(settings), 2)
        }
        tested = {pair: item for pair, item in pairs.items() if isinstance(item, Outcome)}
        called += any(item.is_decided for item in judged_together(tested).values())
    print(f"{settings} settings: some pair called different in {called / draws:.1%}")
    assert called / draws <= AT_MOST


def test_all_pairs_at_once_have_the_p_of_each_by_itself() -> None:
    runs = real_trainings.read("gru").scores("kept")
    for earlier in (0, 3):
        p, rng = p_values(runs, earlier, most=4, pairs=3), np.random.default_rng(real_trainings.DRAW)
        for row in p:
            places = np.split(rng.permutation(len(runs))[: 2 * (4 + earlier)], np.cumsum([4, 4, earlier]))
            a, b, *lent = ([runs[place] for place in group] for group in places)
            outcome = compare_settings(a, b, *(spread(group) if group else None for group in lent))
            assert not isinstance(outcome, Untested)
            assert row[3] == pytest.approx(outcome.p)


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_that_reads_more_is_called_better_with_five_seeds_each(measure: Measure) -> None:
    five_words, two_hundred = (real_trainings.read(name).scores(measure) for name in UNEQUALS)
    share = told_apart(five_words, two_hundred, size=5)
    print(f"maxlen 5 against 200, {measure}: called in {share:.1%}")
    assert share >= 0.9
