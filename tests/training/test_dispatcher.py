import contextlib
import math
import sqlite3
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.cli.foreground import follow
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Started, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.dispatcher import LOST_ONCE, MAX_RESTARTS, Dispatcher
from rnn_compare.training.engine import Engine
from tests.kit.runs import epoch_end
from tests.kit.trainings import tiny

EXCUSE = "The connection to the scheduler was lost."


class OneWorker:
    """Workers of which there is one, and that one does nothing of itself."""

    problem = None

    def __init__(self) -> None:
        self.sent: list[Future[str | None]] = []
        self.attempts: list[str] = []
        self.asked_to_stop: list[str] = []
        self.killed: list[str] = []
        self.sharing: set[str] = set()

    def addresses(self) -> list[str]:
        return ["there"]

    def train(
        self,
        attempt: str,
        run: str,  # noqa: ARG002  # as Workers
        experiment: Experiment,  # noqa: ARG002  # as above
        address: str,  # noqa: ARG002  # as above
    ) -> "Future[str | None]":
        self.attempts.append(attempt)
        self.sent.append(Future())
        return self.sent[-1]

    def ask_to_stop(self, attempt: str, address: str) -> None:  # noqa: ARG002  # as Workers
        self.asked_to_stop.append(attempt)

    def kill(self, address: str) -> None:
        self.killed.append(address)

    def share_cores(self, at_work: Collection[str]) -> None:
        self.sharing = set(at_work)

    def __getattr__(self, name: str) -> Any:  # the rest is not asked for here
        raise AssertionError(name)


class Dispatch:
    """A dispatcher with one run and one worker, and what that says."""

    def __init__(self, store: RunStore) -> None:
        self.store, self.workers = store, OneWorker()
        [self.id] = store.create([tiny()], Owner.current(), "page")
        self.dispatcher = Dispatcher(store, Owner.current(), lambda: None)

    @property
    def run(self) -> Run:
        return self.store.run(self.id)

    @property
    def state(self) -> tuple[Status, str | None]:
        return self.run.status, self.run.reason

    def step(self) -> None:
        self.dispatcher.step(self.workers)

    def hear(self, *events: Event, attempt: int = -1) -> None:
        """Takes what the worker says in an attempt, and makes a step."""
        for event in events:
            self.dispatcher.receive(self.workers.attempts[attempt], event)
        self.step()

    def begin(self) -> None:
        """Has the run's next attempt begin."""
        self.step()
        self.hear(Started(self.id, 1, "", {}, 0.0))

    def end(self, reason: str | None = None) -> None:
        """The worker has done its job, or is lost, for a reason that is not the run's or for none."""
        self.workers.sent[-1].set_result(reason)
        self.step()

    def end_of(self, status: Status) -> Ended:
        return Ended(self.id, status, None, 0.0)


@pytest.fixture
def dispatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr(RunStore, "busy_seconds", 0.1)
    return Dispatch(RunStore(tmp_path / "runs.db"))


@pytest.fixture
def training(dispatch: Dispatch) -> Dispatch:
    """One whose run is at work."""
    dispatch.begin()
    return dispatch


def epoch(run: str, number: int, accuracy: float = 0.5) -> EpochEnd:
    return epoch_end(run, number, accuracy, 0.7, 0.6, 0.65, 12.5)


def test_cores_are_shared_by_those_that_train_just_now(training: Dispatch) -> None:
    assert training.workers.sharing == {"there"}
    training.hear(training.end_of(Status.FINISHED))
    training.end()
    assert training.workers.sharing == set()


@pytest.mark.parametrize(
    ("reason", "why", "at_last"), [(None, LOST_ONCE, Status.FAILED), (EXCUSE, EXCUSE, Status.QUEUED)]
)
def test_a_worker_that_is_lost_again_and_again_ends_the_run_unless_that_is_not_the_runs_fault(
    dispatch: Dispatch, reason: str | None, why: str, at_last: Status
) -> None:
    for _ in range(MAX_RESTARTS):
        dispatch.begin()
        dispatch.end(reason)
        assert dispatch.state == (Status.QUEUED, why)
    dispatch.begin()
    dispatch.end(reason)
    assert dispatch.run.status is at_last


def test_a_run_is_queued_again_although_the_cache_was_unreadable_when_its_worker_was_lost(
    training: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: Any) -> None:
        raise UserError("The cache folder cannot be written to.")

    with monkeypatch.context() as broken:
        broken.setattr("rnn_compare.training.dispatcher.unrecorded_epochs", unreadable)
        with pytest.raises(UserError):
            training.end()
        assert training.run.status is Status.RUNNING
    training.step()
    assert training.state == (Status.QUEUED, LOST_ONCE)


def test_an_epoch_that_was_finished_while_the_program_closed_is_in_the_record(
    training: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    epochs = tuple(epoch(training.id, number) for number in (1, 2))
    training.dispatcher.receive(training.workers.attempts[-1], epochs[0])
    checkpoint.save(training.id, Checkpoint(epochs, (), ()))
    training.dispatcher.end_all(Status.INTERRUPTED, "closed")
    assert training.run.status is Status.INTERRUPTED
    assert training.run.epochs == epochs


def test_no_epoch_is_lost_while_another_process_holds_the_record_and_a_command_gives_up_after_a_minute(
    training: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.GIVE_UP_SECONDS", 0.0)
    engine = Engine(training.store, "command line")
    engine._dispatcher = training.dispatcher
    with contextlib.closing(sqlite3.connect(training.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with contextlib.suppress(UserError):
            training.hear(epoch(training.id, 1))
        assert training.dispatcher.unrecorded
        with pytest.raises(UserError, match="Nothing could be recorded for a minute"):
            follow(engine, training.store, [training.id], lambda *_: None)
        other.execute("ROLLBACK")
    training.hear(epoch(training.id, 2))
    assert [end.epoch for end in training.run.epochs] == [1, 2]
    assert training.dispatcher.unrecorded == ""


def test_a_worker_that_has_stopped_and_still_writes_its_models_is_left_alone(
    training: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.KILL_SECONDS", 0.0)
    monkeypatch.setattr("rnn_compare.training.dispatcher.GRACE_SECONDS", 1e9)
    training.store.request_stop(training.id)
    training.step()
    training.hear(training.end_of(Status.STOPPED))
    assert training.workers.killed == []
    assert training.workers.asked_to_stop == training.workers.attempts
    assert training.run.status is Status.STOPPED


def test_a_run_whose_worker_hears_no_stop_ends_at_once_its_worker_later_and_what_it_still_says_counts_no_more(
    training: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.GRACE_SECONDS", 0.0)
    training.store.request_stop(training.id)
    training.step()
    training.step()
    assert training.state == (Status.STOPPED, None)
    assert training.workers.killed == []
    monkeypatch.setattr("rnn_compare.training.dispatcher.KILL_SECONDS", 0.0)
    for _ in range(3):
        training.step()
    assert training.workers.killed == ["there"]

    training.store.submit_again(training.id, tiny(), Owner.current())
    training.hear(training.end_of(Status.STOPPED))
    assert training.state == (Status.QUEUED, None)
    training.end()
    assert len(training.workers.sent) == 2
    training.hear(training.end_of(Status.FAILED), attempt=0)
    assert training.state == (Status.QUEUED, None)


def test_a_figure_that_is_no_number_fails_its_run_and_stops_its_worker(training: Dispatch) -> None:
    training.hear(epoch(training.id, 1), epoch(training.id, 2, math.nan))
    assert (training.run.status, len(training.run.epochs)) == (Status.FAILED, 1)
    assert "finite numbers" in (training.run.reason or "")
    assert training.workers.asked_to_stop == training.workers.attempts
