import pytest

from rnn_compare.comparison.evidence import Evidence, achievements
from rnn_compare.comparison.groups import groups
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Status
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
