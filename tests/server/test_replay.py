from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.experiment import Experiment
from rnn_compare.runs import record
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.server.replays import Replay, as_of
from tests.epochs import epoch_end

SECONDS, PACES = st.floats(-10, 1e5), st.floats(0.01, 100)


def finished(name: str = "lstm", epochs: int = 10) -> Run:
    curve = tuple(epoch_end(name, n, 0.5, 0.7, 0.5 + n / 100, 0.65, 2.0) for n in range(1, epochs + 1))
    here = Owner(1, 1.0, "here")
    run = Run(name, 1, name, Experiment(epochs=epochs), Status.FINISHED, here, "page", 10.0, 11.0, 99.0)
    versions = {record.WEIGHTS: f"of epoch {epochs}, in half precision"}
    return replace(run, epochs=curve, continued=(3, 8), test=record.Tested(10, 0.8, 100), versions=versions)


@given(SECONDS, PACES)
def test_a_run_in_a_replay_has_the_epochs_that_have_been_played_and_no_other_figure(
    seconds: float, per_epoch: float
) -> None:
    run = finished()
    seen = as_of(run, seconds, per_epoch)
    assert seen.epochs == run.epochs[: len(seen.epochs)]
    assert len(seen.epochs) == min(max(int(max(seconds, 0) / per_epoch), 0), 10)
    assert (seen.replayed, seen.best) == (True, seen.last), "the best so far"
    assert not any(point.figures for point in seen.progress)
    assert all(epoch <= len(seen.epochs) for epoch in seen.continued)
    if len(seen.epochs) < 10:
        assert (seen.status, seen.test, seen.ended) == (Status.RUNNING, None, None)
    else:
        assert replace(seen, replayed=False) == run


@given(SECONDS, SECONDS, PACES)
def test_a_replay_only_goes_forward(one: float, other: float, per_epoch: float) -> None:
    early, late = (as_of(finished(), seconds, per_epoch).fraction_done for seconds in sorted((one, other)))
    assert 0 <= early <= late <= 1


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.FINISHED])
def test_a_run_that_is_not_finished_is_left_as_it_is(status: Status) -> None:
    run = replace(finished(), status=status)
    assert as_of(run, 5.0, 1.0) is run


def test_all_runs_go_at_one_pace_and_the_replay_is_over_when_the_longest_has_been_played() -> None:
    runs = [finished("lstm", 10), finished("gru", 5), finished("other", 10)]
    replay = Replay(("lstm", "gru"), began=100.0, per_epoch=3.0)
    assert [len(run.epochs) for run in replay.applied(runs, 107.0)] == [2, 2, 10]
    halfway = replay.applied(runs, 116.0)
    assert [(run.status, run.replayed) for run in halfway] == [
        (Status.RUNNING, True),
        (Status.FINISHED, True),  # it is still part of a replay, and says so
        (Status.FINISHED, False),
    ]
    assert not replay.is_over(runs, 129.9)
    assert replay.is_over(runs, 130.0)
    assert replay.is_over([], 100.0), "its runs were deleted"


def test_before_it_begins_nothing_is_seen() -> None:
    [run] = Replay(("lstm",), began=100.0, per_epoch=3.0).applied([finished()], 90.0)
    assert (run.epochs, run.status, run.fraction_done) == ((), Status.RUNNING, 0.0)
