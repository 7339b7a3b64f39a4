"""Whether verdicts hold on real trainings of this program, kept as files: see benchmarks/real_trainings.py."""

import numpy as np
import pytest

from benchmarks import real_trainings
from benchmarks.real_trainings import (
    CASES,
    EQUALS,
    FOLDER,
    MEASURES,
    TRAININGS,
    UNEQUALS,
    called_at_any_look,
    called_different,
    told_apart,
)
from rnn_compare.comparison.accuracies import Measure
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from

AT_MOST = 0.035
"""Of equals that may be called different at a single look: the 1 % of one, and more of the two clusters' SimpleRNN."""


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
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("name", EQUALS)
def test_groups_of_one_setting_are_rarely_called_different(
    name: str, measure: Measure, runs: int, earlier: int
) -> None:
    share = called_different(real_trainings.read(name).scores(measure), runs, earlier)
    print(f"{name}, {measure}, {runs} each, {earlier} earlier: called different in {share:.1%}")
    assert share <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize(("name", "earlier"), [("gru", 5), ("simplernn", 0)])
def test_groups_of_one_setting_are_rarely_called_different_at_any_look_from_one_seed_to_ten(
    name: str, earlier: int
) -> None:
    share = called_at_any_look(real_trainings.read(name).scores("kept"), earlier, draws=400)
    print(f"{name}, {earlier} earlier: called different at any look in {share:.1%}")
    assert share <= 0.07  # 5 % and two standard errors; without the correction 14 to 18 %


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_a_network_that_reads_more_is_called_better_with_five_seeds_each(measure: Measure) -> None:
    five_words, two_hundred = (real_trainings.read(name).scores(measure) for name in UNEQUALS)
    share = told_apart(five_words, two_hundred, size=5)
    print(f"maxlen 5 against 200, {measure}: called in {share:.1%}")
    assert share >= 0.9
