"""Whether verdicts hold on real trainings of this program, kept as files: see benchmarks/real_trainings.py."""

import numpy as np
import pytest

from benchmarks import real_trainings
from benchmarks.real_trainings import EARLIER, EQUALS, LOOKS, TRAININGS, UNEQUALS
from rnn_compare.comparison.inference.difference import compare_settings
from rnn_compare.comparison.inference.intervals import spread
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from

AT_MOST = 0.065
"""Of equals that may be called different: 5 %, and a standard error and a half of 400 draws."""


@pytest.fixture(autouse=True)
def _fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_trainings, "DRAWS", 400)


@pytest.mark.parametrize("name", TRAININGS)
def test_the_trainings_of_a_file_differ_by_nothing_but_their_seed(name: str) -> None:
    chosen, runs = TRAININGS[name]
    pool = real_trainings.read(name)
    experiment = Experiment(**pool.about["settings"])
    assert experiment.setting == experiment_from(chosen).setting
    assert pool.seeds == tuple(range(1, runs + 1))
    assert pool.right.shape == (runs, experiment.epochs, experiment.validation_reviews)
    assert len(np.unique(pool.right, axis=0)) == runs  # no training counts twice


def test_every_look_has_the_test_of_the_runs_until_then() -> None:
    [a, b] = real_trainings.read("gru").groups(np.random.default_rng(1), 2, 13)
    looks = real_trainings.at_each_look(a[:10], b[:10], (3, 5, 10), (a[10:], b[10:]))
    assert [look.looks for look in looks] == [1, 2, 3]
    for look, seeds in zip(looks, (3, 5, 10), strict=True):
        assert look.newest == compare_settings(a[:seeds], b[:seeds], spread(a[10:]), spread(b[10:]))
        assert look.tests[0] == looks[0].newest


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
