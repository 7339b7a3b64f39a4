from dataclasses import replace

import numpy as np
import pytest

from rnn_compare.comparison.evidence import Evidence, known_labels, results_table
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import Judging
from rnn_compare.comparison.measures import kept, on_test_reviews
from rnn_compare.experiment import Experiment
from rnn_compare.presets import BOOK, SHORT, Preset
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Predictions, Status, encoded
from rnn_compare.runs.record import Run
from rnn_compare.runs.record import Tested as OnTestReviews
from rnn_compare.runs.store import RunStore
from tests.kit.runs import record


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
    experiment = Experiment(reviews=1998, epochs=2, test_split=0.2)
    run = record(store, experiment, [0.6, 0.7], Status.RUNNING, test=0.8)
    late = record(store, experiment, [0.6, 0.7], Status.RUNNING, keep=False)
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
    labels = known_labels(experiment, "validation")
    assert labels is not None
    verdicts = encoded(labels.astype(float))
    store.record([Predictions(late.id, n, "validation", 1.0, len(labels), verdicts) for n in (1, 2)])
    assert measured(replace(late, status=Status.FINISHED)) == 1.0, "the last predictions arrive after the first look"
    assert evidence.score(run, "kept") is evidence.score(run, "kept")
    lost = replace(run, id="lost", experiment=experiment.model_copy(update={"source": "gone"}))
    assert evidence.score(lost, "kept") is None


@pytest.mark.parametrize("preset", [BOOK, SHORT], ids=lambda preset: preset.name)
def test_a_presets_networks_are_lent_the_spread_that_was_measured_for_them(
    preset: Preset, store: RunStore, evidence: Evidence
) -> None:
    for experiment in preset.experiments():
        seeds = [experiment.model_copy(update={"seed": seed}) for seed in (1, 2, 3)]
        [group] = groups([record(store, item, [0.8] * experiment.epochs) for item in seeds])
        further, first = (evidence.spread(item, "kept") for item in (group, replace(group, runs=group.runs[:1])))
        assert further
        assert first
        assert further.runs == first.runs - 2, "these may be among the measured ones, and count once"
        assert 0 < further.variance < 0.1**2
