from dataclasses import replace

import pytest

from rnn_compare.comparison.evidence import Evidence, known_labels, results_table
from rnn_compare.comparison.groups import groups
from rnn_compare.experiment import Experiment
from rnn_compare.presets import BOOK, SHORT, Preset
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, Predictions, Status, encoded
from rnn_compare.runs.store import RunStore
from tests.kit.runs import record


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


def test_an_accuracy_is_measured_again_once_its_run_has_ended(store: RunStore, evidence: Evidence) -> None:
    """The predictions of the last epoch may arrive after the first look."""
    experiment = Experiment(reviews=2000, epochs=2)
    running = record(store, experiment, [0.7, 0.8], Status.RUNNING, keep=False)
    assert evidence.score(running, "kept") is None
    labels = known_labels(experiment, "validation")
    assert labels is not None
    store.record(
        [
            *(
                Predictions(running.id, n, "validation", 1.0, len(labels), encoded(labels.astype(float)))
                for n in (1, 2)
            ),
            Ended(running.id, Status.FINISHED, None, 1.0),
        ]
    )
    score = evidence.score(store.run(running.id), "kept")
    assert score is not None
    assert score.accuracy == 1.0


def test_an_accuracy_is_measured_once(store: RunStore, evidence: Evidence) -> None:
    run = record(store, Experiment(reviews=2000, epochs=2), [0.75, 0.8])
    score = evidence.score(run, "kept")
    assert score is not None
    assert score.correct is not None
    assert (score.accuracy, len(score.correct)) == (0.8, 400)
    assert evidence.score(run, "kept") is score


def test_reviews_that_are_prepared_later_are_seen_then_and_those_of_a_source_that_is_gone_are_not(
    store: RunStore, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(store, Experiment(reviews=1998, epochs=2), [0.75, 0.8])
    with monkeypatch.context() as before:
        before.setattr(prepared, "is_prepared", lambda _source: False)
        assert evidence.score(run, "kept") is None
    assert evidence.score(run, "kept") is not None
    lost = replace(run, id="lost", experiment=run.experiment.model_copy(update={"source": "gone"}))
    assert evidence.score(lost, "kept") is None


@pytest.mark.parametrize("preset", [BOOK, SHORT], ids=lambda preset: preset.name)
def test_a_presets_networks_are_lent_the_spread_that_was_measured_for_them(
    preset: Preset, store: RunStore, evidence: Evidence
) -> None:
    for experiment in preset.experiments():
        runs = [
            record(store, experiment.model_copy(update={"seed": seed}), [0.8] * experiment.epochs) for seed in (1, 2, 3)
        ]
        [group] = groups(runs)
        further = evidence.spread(group, "kept")
        first = evidence.spread(replace(group, runs=group.runs[:1]), "kept")
        assert further is not None
        assert first is not None
        assert further.runs == first.runs - 2, "these may be among the measured ones, and count once"
        assert 0 < further.variance < 0.1**2
