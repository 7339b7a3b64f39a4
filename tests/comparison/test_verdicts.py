"""From recorded runs to a judgement: groups, what is measured of them, looks, and who is not compared."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnn_compare.comparison.evidence import Evidence, known_labels, results_table
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.inference.judgement import Pair
from rnn_compare.comparison.inference.levels import Difference
from rnn_compare.comparison.inference.wording import result
from rnn_compare.comparison.measures import kept, on_test_reviews
from rnn_compare.comparison.verdicts import judge, usual_basis
from rnn_compare.experiment import Experiment
from rnn_compare.presets import BOOK, SHORT
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Predictions, Status, encoded
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.record import Tested as OnTestReviews
from rnn_compare.runs.store import RunStore
from tests.kit.runs import record


def experiment(cell: str, seed: int = 1, **settings: Any) -> Experiment:
    return Experiment.model_validate({"cell": cell, "seed": seed, "reviews": 2000, "epochs": 2, **settings})


def seeds(store: RunStore, cell: str, *shares: float, **settings: Any) -> list[Run]:
    return [
        record(store, experiment(cell, seed, **settings), [share - 0.05, share]) for seed, share in enumerate(shares, 1)
    ]


def queued(store: RunStore, shares: dict[str, float], *numbers: int) -> list[Run]:
    """Runs that were submitted together, a seed of each cell for each number."""
    experiments = [experiment(cell, seed) for cell in shares for seed in numbers]
    ids = store.create(experiments, Owner.current(), "page")
    return [record(store, item, [0.6, shares[item.cell]], run=run) for item, run in zip(experiments, ids, strict=True)]


def of_two(evidence: Evidence, runs: list[Run]) -> Pair:
    [pair] = judge(groups(runs), evidence).pairs
    return pair


def difference_of(pair: Pair) -> Difference:
    assert pair.difference
    return pair.difference


def test_runs_that_differ_by_their_seed_alone_are_one_group_and_of_one_seed_the_newer_counts(store: RunStore) -> None:
    runs = [*seeds(store, "LSTM", 0.8, 0.81), *seeds(store, "GRU", 0.8)]
    assert [(group.name, len(group.runs)) for group in groups(runs)] == [("LSTM(32)", 2), ("GRU(32)", 1)]
    again = seeds(store, "GRU", 0.7)
    assert groups(store.runs())[1].runs == tuple(again)


def test_only_runs_that_trained_to_their_end_count(store: RunStore, evidence: Evidence) -> None:
    stopped = record(store, experiment("LSTM", 9, epochs=5), [0.5, 0.5], Status.STOPPED)
    whole = [record(store, experiment("LSTM", seed, epochs=5), [0.8] * 5) for seed in (1, 2)]
    early = record(store, experiment("LSTM", 3, epochs=5, patience=1), [0.8, 0.7])
    [group], [patient] = groups([stopped, *whole]), groups([early])
    assert (group.counted, group.left_out) == (tuple(whole), (stopped,))
    assert (early.stopped_early, patient.counted) == (True, (early,))
    gone = of_two(evidence, [*seeds(store, "GRU", 0.8), stopped])
    assert (gone.obstacle, gone.about) == ("no whole run", "LSTM(32) epochs 5")


def test_over_several_seeds_settings_are_judged_and_with_one_the_networks(store: RunStore, evidence: Evidence) -> None:
    runs = [*seeds(store, "SimpleRNN", 0.70, 0.71, 0.72), *seeds(store, "LSTM", 0.86, 0.87, 0.86)]
    clear = of_two(evidence, runs)
    assert (clear.basis, clear.reviews, clear.verdict) == ("kept", 400, "b is better")
    assert difference_of(clear).newest.paired
    assert difference_of(clear).newest.difference == pytest.approx(0.71 - 0.8633, abs=1e-3)
    assert difference_of(judge(groups(runs), evidence, margin=0.3).pairs[0]).is_equal
    assert difference_of(of_two(evidence, runs[:4])).scope == "networks"


def test_at_least_three_earlier_runs_of_a_setting_are_pooled(store: RunStore, evidence: Evidence) -> None:
    for cell, share in (("SimpleRNN", 0.70), ("LSTM", 0.86)):
        seeds(store, cell, *(share + step for step in (0, 0.01, 0.02, 0, 0.01, 0.02)))
    first = of_two(evidence, [run for run in store.runs() if run.experiment.seed <= 3])
    assert [spread.df for spread in difference_of(first).newest.spreads] == [2 + 2, 2 + 2]
    five = of_two(evidence, [run for run in store.runs() if run.experiment.seed <= 5])
    assert [spread.df for spread in difference_of(five).newest.spreads] == [4, 4]


def test_seeds_that_are_added_after_a_look_make_a_second(store: RunStore, evidence: Evidence) -> None:
    shares = {"GRU": 0.8, "LSTM": 0.79}
    first = queued(store, shares, 1, 2, 3)
    at_once = difference_of(of_two(evidence, first))
    later = difference_of(of_two(evidence, [*first, *queued(store, shares, 4, 5)]))
    assert [(item.looks, item.alpha) for item in (at_once, later)] == [(1, 0.04), (2, 0.005)]
    assert later.tests[0] == at_once.newest
    assert [test.runs for test in later.tests] == [(3, 3), (5, 5)]


def test_a_pair_that_may_have_been_picked_among_many_is_told_to_be_compared_with_all(
    store: RunStore, evidence: Evidence
) -> None:
    """The best and the worst of eight equal settings, by themselves, were called different in 16 of 100 cases."""
    runs = queued(store, {"GRU": 0.9, "MGU": 0.8, "LSTM": 0.7}, 1, 2, 3)
    two, three = judge(groups(runs[:6]), evidence), judge(groups(runs), evidence)
    assert (two.picked_from, three.picked_from) == (3, 3)
    assert "If these were picked by their results (3 settings were trained together), compare all" in result(two)
    assert "picked" not in result(three)
    assert three.best is three.settings[0]


@pytest.mark.parametrize(
    ("other", "about"),
    [
        ({"reviews": 1000}, "reviews 2000 and 1000"),
        ({"validation_split": 0.3}, "validation split 0.2 and 0.3"),
        ({"vary_split": True}, "vary split False and True"),
    ],
)
def test_groups_that_other_reviews_judged_or_whose_predictions_are_unknown_are_not_compared(
    store: RunStore, evidence: Evidence, other: dict[str, Any], about: str
) -> None:
    pair = of_two(evidence, [*seeds(store, "LSTM", 0.8), *seeds(store, "GRU", 0.8, **other)])
    assert (pair.obstacle, pair.about, pair.difference) == ("other reviews", about, None)
    old = [record(store, experiment("SimpleRNN", seed), [0.7, 0.8], keep=False) for seed in (1, 2, 3)]
    pair = of_two(evidence, [*old, *seeds(store, "MGU", 0.8, 0.8, 0.81)])
    assert (pair.obstacle, pair.about, pair.difference) == ("no predictions", "SimpleRNN(32)", None)


def test_test_reviews_are_preferred_and_where_the_seed_chooses_the_validation_reviews_nothing_else_judges(
    store: RunStore, evidence: Evidence
) -> None:
    varied = [run for cell in ("GRU", "LSTM") for run in seeds(store, cell, 0.8, 0.8, 0.8, vary_split=True)]
    assert of_two(evidence, varied).obstacle == "own splits"
    runs = [
        record(store, experiment(cell, seed, test_split=0.2, vary_split=True), [0.8, 0.81], test=share)
        for cell, share in (("GRU", 0.8), ("LSTM", 0.7))
        for seed in (1, 2, 3)
    ]
    tested = of_two(evidence, runs)
    assert (tested.basis, tested.verdict) == ("test", "a is better")
    assert (tested.a.accuracy, tested.b.accuracy) == pytest.approx((0.8, 0.7))
    untested = record(store, experiment("LSTM", 4, test_split=0.2), [0.8, 0.81])
    assert usual_basis(groups([*runs, untested]), evidence) == "kept"


def test_where_probabilities_are_missing_nothing_is_made_up_and_one_half_is_negative_as_in_keras() -> None:
    assert kept([None, np.ones(2)], np.ones(2, int)) is None
    assert kept([], np.ones(2, int)) is None
    assert on_test_reviews(np.array([0.5, 0.5]), np.array([1, 0])).accuracy == 0.5


def test_the_table_of_results_has_one_accuracy_of_each_network_and_names_runs_that_do_not_count(
    store: RunStore, evidence: Evidence
) -> None:
    runs = [
        record(store, Experiment(cell="LSTM", seed=seed, reviews=2000, epochs=4), [0.7, share, 0.8, 0.78])
        for seed, share in ((1, 0.86), (2, 0.88))
    ]
    stopped = record(store, Experiment(reviews=2000, epochs=4), [0.7], Status.STOPPED)
    table = results_table(groups([*runs, stopped]), evidence, "kept")
    trained, broken = table.records()
    assert trained["accuracy"] <= 0.87
    assert (trained["seconds"], trained["seeds"]) == (4.0, 2)
    assert (broken["accuracy"], broken["seconds"], broken["seeds"]) == (0.7, None, "0 of 1"), "as on its card"
    assert table.notes == [f"{stopped.id} is not included: stopped after 1 of 4 epochs."]


def test_whatever_an_accuracy_depends_on_it_is_measured_again_once_that_changes_and_else_once(
    store: RunStore, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested = experiment("SimpleRNN", reviews=1998, test_split=0.2)
    run = record(store, tested, [0.6, 0.7], Status.RUNNING, test=0.8)
    late = record(store, tested, [0.6, 0.7], Status.RUNNING, keep=False)
    untested = replace(run, id="no predictions", test=OnTestReviews(1, 0.9, 400))

    def measured(of: Run, measure: Judging = "kept") -> float | None:
        score, fresh = (cached.score(of, measure) for cached in (evidence, Evidence(store)))
        shares = [item.accuracy if item else None for item in (score, fresh)]
        assert shares == [evidence.accuracy(of, measure)] * 2
        return shares[0]

    with monkeypatch.context() as before:
        before.setattr(prepared, "is_prepared", lambda _source: False)
        assert measured(run) is None
    assert measured(run) != measured(replace(run, epochs=run.epochs[:1])), "the number of epochs"
    assert measured(late) is None, "the run"
    assert measured(run, "test") == pytest.approx(0.8, abs=0.01), "the measure"
    assert measured(untested, "test") != measured(replace(untested, test=OnTestReviews(1, 0.5, 400)), "test")
    labels = known_labels(tested, "validation")
    assert labels is not None
    verdicts = encoded(labels.astype(float))
    store.record([Predictions(late.id, n, "validation", 1.0, len(labels), verdicts) for n in (1, 2)])
    assert measured(replace(late, status=Status.FINISHED)) == 1.0, "the last predictions arrive after the first look"
    assert evidence.score(run, "kept") is evidence.score(run, "kept")
    lost = replace(run, id="lost", experiment=tested.model_copy(update={"source": "gone"}))
    assert evidence.score(lost, "kept") is None


def test_a_presets_networks_are_lent_the_spread_that_was_measured_for_them(store: RunStore, evidence: Evidence) -> None:
    for network in (*BOOK.experiments(), *SHORT.experiments()):
        of_seeds = [network.model_copy(update={"seed": seed}) for seed in (1, 2, 3)]
        [group] = groups([record(store, item, [0.8] * network.epochs) for item in of_seeds])
        further, first = (evidence.spread(item, "kept") for item in (group, replace(group, runs=group.runs[:1])))
        assert further
        assert first
        assert further.runs == first.runs - 2, "these may be among the measured ones, and count once"
        assert 0 < further.variance < 0.1**2
