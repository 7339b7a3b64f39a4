import pytest

from rnn_compare.comparison.evidence import Evidence, achievements, known_labels
from rnn_compare.comparison.groups import groups
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, Predictions, Status, encoded
from rnn_compare.runs.store import RunStore
from tests.recorded import record


def test_every_measure_is_told_beside_the_best_epoch_as_the_book_reports_it(
    store: RunStore, evidence: Evidence
) -> None:
    runs = [
        record(store, Experiment(cell="LSTM", seed=seed, reviews=2000, epochs=4), [0.7, share, 0.8, 0.78])
        for seed, share in ((1, 0.86), (2, 0.88))
    ]
    [group] = groups(runs)
    outcome = achievements(group, evidence)
    assert outcome.best is not None
    assert outcome.best.mean == pytest.approx(0.87)
    typical, kept_mean = outcome.measured["typical"], outcome.measured["kept"]
    assert typical is not None
    assert typical.mean == pytest.approx(0.79)
    assert typical.runs == 2
    assert kept_mean is not None
    assert kept_mean.mean <= outcome.best.mean
    assert outcome.measured["test"] is None
    assert outcome.seconds == 4.0


def test_a_group_without_a_whole_run_has_no_figures(store: RunStore, evidence: Evidence) -> None:
    stopped = record(store, Experiment(reviews=2000, epochs=4), [0.7], Status.STOPPED)
    [group] = groups([stopped])
    outcome = achievements(group, evidence)
    assert (outcome.best, outcome.seconds, set(outcome.measured.values())) == (None, None, {None})


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
