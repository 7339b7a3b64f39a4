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
    found = achievements(group, evidence)
    assert found.best is not None
    assert found.best.mean == pytest.approx(0.87)
    typical, kept = found.measured["typical"], found.measured["kept"]
    assert typical is not None
    assert typical.mean == pytest.approx(0.79)
    assert typical.runs == 2
    assert kept is not None
    assert kept.mean <= found.best.mean
    assert found.measured["test"] is None
    assert found.seconds == 4.0


def test_a_group_without_a_whole_run_has_no_figures(store: RunStore, evidence: Evidence) -> None:
    stopped = record(store, Experiment(reviews=2000, epochs=4), [0.7], Status.STOPPED)
    [group] = groups([stopped])
    found = achievements(group, evidence)
    assert (found.best, found.seconds, set(found.measured.values())) == (None, None, {None})
