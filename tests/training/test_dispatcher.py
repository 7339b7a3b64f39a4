import math
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Ended, Event, Started, Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.dispatcher import LOST_ONCE, MAX_RESTARTS, Dispatcher
from tests.kit.runs import epoch_end
from tests.kit.trainings import tiny
from tests.kit.waiting import until

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

    def tells(self, event: Event) -> tuple[str, Event]:
        return self.attempts[-1], event

    def __getattr__(self, name: str) -> Any:  # the rest is not asked for here
        raise AssertionError(name)


@pytest.fixture
def record(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.db")


def started(run: str) -> Started:
    return Started(run, 1, "", {}, 0.0)


def queued(record: RunStore) -> tuple[Dispatcher, OneWorker, str]:
    [run] = record.create([tiny()], Owner.current(), "page")
    return Dispatcher(record, Owner.current(), lambda: None), OneWorker(), run


def at_work(record: RunStore) -> tuple[Dispatcher, OneWorker, str]:
    dispatcher, workers, run = queued(record)
    dispatcher.step(workers)
    dispatcher.receive(*workers.tells(started(run)))
    dispatcher.step(workers)
    return dispatcher, workers, run


def lost(dispatcher: Dispatcher, workers: OneWorker, run: str, reason: str | None) -> None:
    """The run's worker is lost, after it began; a reason is an excuse."""
    dispatcher.step(workers)
    dispatcher.receive(*workers.tells(started(run)))
    dispatcher.step(workers)
    workers.sent[-1].set_result(reason)
    dispatcher.step(workers)


def test_cores_are_shared_by_those_that_train_just_now(record: RunStore) -> None:
    dispatcher, workers, run = at_work(record)
    assert workers.sharing == {"there"}
    dispatcher.receive(*workers.tells(Ended(run, Status.FINISHED, None, 0.0)))
    workers.sent[-1].set_result(None)
    dispatcher.step(workers)
    assert workers.sharing == set()


@pytest.mark.parametrize(
    ("reason", "told", "at_last"), [(None, LOST_ONCE, Status.FAILED), (EXCUSE, EXCUSE, Status.QUEUED)]
)
def test_a_worker_that_is_lost_again_and_again_ends_the_run_unless_that_is_not_the_runs_fault(
    record: RunStore, reason: str | None, told: str, at_last: Status
) -> None:
    dispatcher, workers, run = queued(record)
    for _ in range(MAX_RESTARTS):
        lost(dispatcher, workers, run, reason)
        assert (record.run(run).status, record.run(run).reason) == (Status.QUEUED, told)
    lost(dispatcher, workers, run, reason)
    assert record.run(run).status is at_last


def test_a_run_is_queued_again_although_the_cache_was_unreadable_when_its_worker_was_lost(
    record: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher, workers, run = at_work(record)

    def unreadable(*_: Any) -> None:
        raise UserError("The cache folder cannot be written to.")

    workers.sent[-1].set_result(None)
    with monkeypatch.context() as broken:
        broken.setattr("rnn_compare.training.dispatcher.unrecorded_epochs", unreadable)
        with pytest.raises(UserError):
            dispatcher.step(workers)
        assert record.run(run).status is Status.RUNNING
    dispatcher.step(workers)
    assert (record.run(run).status, record.run(run).reason) == (Status.QUEUED, LOST_ONCE)


def test_an_epoch_that_was_finished_while_the_program_closed_is_in_the_record(
    record: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    dispatcher, workers, run = at_work(record)
    epochs = tuple(epoch_end(run, number, 0.5, 0.7, 0.6, 0.65, 12.5) for number in (1, 2))
    dispatcher.receive(*workers.tells(epochs[0]))
    checkpoint.save(run, Checkpoint(epochs, (), ()))
    dispatcher.end_all(Status.INTERRUPTED, "closed")
    assert record.run(run).status is Status.INTERRUPTED
    assert record.run(run).epochs == epochs


def test_a_worker_that_has_stopped_and_still_writes_its_models_is_left_alone(
    record: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.KILL_SECONDS", 0.0)
    dispatcher, workers, run = at_work(record)
    record.request_stop(run)
    monkeypatch.setattr("rnn_compare.training.dispatcher.GRACE_SECONDS", 1e9)
    dispatcher.step(workers)
    dispatcher.receive(*workers.tells(Ended(run, Status.STOPPED, None, 0.0)))
    dispatcher.step(workers)
    assert workers.killed == []
    assert workers.asked_to_stop == workers.attempts
    assert record.run(run).status is Status.STOPPED


def test_a_figure_that_is_no_number_fails_its_own_run_and_no_other(record: RunStore) -> None:
    dispatcher, workers, run = at_work(record)
    [other] = record.create([tiny()], Owner.current(), "page")
    dispatcher.receive(*workers.tells(epoch_end(run, 1, 0.5, 0.7, 0.6, 0.65, 12.5)))
    dispatcher.receive(*workers.tells(epoch_end(run, 2, math.nan, 0.7, 0.6, 0.65, 12.5)))
    dispatcher.step(workers)
    failed = record.run(run)
    assert (failed.status, len(failed.epochs)) == (Status.FAILED, 1)
    assert "finite numbers" in (failed.reason or "")
    assert workers.asked_to_stop == workers.attempts

    dispatcher.receive(*workers.tells(Ended(run, Status.STOPPED, None, 0.0)))
    workers.sent[-1].set_result(None)
    dispatcher.step(workers)
    dispatcher.receive(*workers.tells(started(other)))
    dispatcher.receive(*workers.tells(epoch_end(other, 1, 0.5, 0.7, 0.6, 0.65, 12.5)))
    dispatcher.step(workers)
    assert record.run(run).status is Status.FAILED
    assert (record.run(other).status, len(record.run(other).epochs)) == (Status.RUNNING, 1)


def test_a_run_whose_worker_hears_no_stop_ends_at_once_its_worker_later_and_what_it_still_says_counts_no_more(
    record: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.training.dispatcher.GRACE_SECONDS", 0.0)
    dispatcher, workers, run = at_work(record)
    record.request_stop(run)
    until(lambda: dispatcher.step(workers) or record.run(run).status is Status.STOPPED)
    assert workers.killed == []
    monkeypatch.setattr("rnn_compare.training.dispatcher.KILL_SECONDS", 0.0)
    for _ in range(3):
        dispatcher.step(workers)
    assert workers.killed == ["there"]

    record.submit_again(run, tiny(), Owner.current())
    dispatcher.receive(*workers.tells(Ended(run, Status.STOPPED, None, 0.0)))
    dispatcher.step(workers)
    assert record.run(run).status is Status.QUEUED
    workers.sent[0].set_result(None)
    dispatcher.step(workers)
    assert len(workers.sent) == 2


def test_what_an_earlier_attempt_still_says_is_not_heard(record: RunStore) -> None:
    dispatcher, workers, run = at_work(record)
    late = workers.tells(Ended(run, Status.FAILED, "It was lost.", 0.0))
    workers.sent[-1].set_result(EXCUSE)
    dispatcher.step(workers)
    dispatcher.step(workers)
    dispatcher.receive(*workers.tells(started(run)))
    assert len(set(workers.attempts)) == 2
    dispatcher.receive(*late)
    dispatcher.step(workers)
    assert record.run(run).status is Status.RUNNING
