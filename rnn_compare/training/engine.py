"""The engine: trains the runs of this process, several at once, the rest in order, and records what they measure."""

import atexit
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, experiment_from
from rnn_compare.paths import Which
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import interrupt_orphans
from rnn_compare.runs.events import Status
from rnn_compare.runs.queue import check_room
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.analyses import Analyses, Analysis
from rnn_compare.training.demo import DEMO, DemoWorkers, is_demo
from rnn_compare.training.dispatcher import Dispatcher
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.local.supervision import Rest
from rnn_compare.training.protocol import Message, QuestionProgress, WorkerInfo, WorkerQuestion, Workers, first_line
from rnn_compare.training.remote.connection import SCHEDULER_VARIABLE
from rnn_compare.training.worker import worker_process

TICK_SECONDS, IDLE_SECONDS = 0.25, 5.0
"""Seconds between looks for what nobody wakes the engine for (requests to stop, lost workers), while it has runs and
while it has none."""
START_SECONDS, ANSWER_SECONDS, ANALYSIS_SECONDS = 180.0, 30.0, 600.0
"""Longest wait of a question for workers that start and for its answer, and of an analysis for each."""

CLOSED = "The program was closed. Finished epochs are kept; continue the run."

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EngineState:
    """The state of the engine.

    Attributes:
        phase: ``ready`` once a worker is there, ``starting`` before; also where workers rest, which start when one
            is wanted.
        reason: Why it failed, or has no worker, in a sentence.
    """

    phase: Literal["starting", "ready", "failed", "closed"]
    reason: str | None = None


class Engine:
    """Trains runs in worker processes and writes all they say into the record.

    One thread of its own does everything; the methods below may be called from any thread.

    Args:
        store: The record. The engine works off the runs that were submitted to it, no others.
        origin: What the runs are recorded as coming from: ``page`` or ``command line``.
        somebody_there: Tells whether somebody may soon want a worker. While nobody does, those of this machine give
            their memory back after some minutes (``supervision.REST_SECONDS``).

    Attributes:
        owner: This process, as its runs name it.
        scheduler: The address of the cluster elsewhere that trains, if one was named.
    """

    def __init__(self, store: RunStore, origin: str, somebody_there: Callable[[], bool] = lambda: True) -> None:
        self._store = store
        self._origin = origin
        self.owner = Owner.current()
        self.scheduler = os.environ.get(SCHEDULER_VARIABLE) or None
        self._wake = threading.Event()
        self._analyses = Analyses()
        self._dispatcher = Dispatcher(store, self.owner, self._wake.set)
        self._state = EngineState("starting")
        self._thread: threading.Thread | None = None
        self._workers: Workers | None = None
        self._submitting = threading.Lock()
        self._closing = threading.Event()
        self._rest = Rest(somebody_there)
        self._resting = False

    @property
    def state(self) -> EngineState:
        """The present state of the engine."""
        return self._state

    def start(self, after: float = 0.0) -> None:
        """Begins to bring up the workers and returns at once.

        For ``after`` seconds the machine is left to others: importing TensorFlow keeps every core busy.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, args=(after,), name="engine", daemon=True)
            self._thread.start()

    def expect(self, after: float) -> None:
        """Has the workers fetched if they rest: somebody has come who may soon want one. Returns at once."""
        self._rest.want(after)
        if self._resting:
            self._wake.set()

    def submit(
        self,
        experiments: Sequence[Experiment],
        visitor: str = "",
        priority: int = 0,
        beforehand: Callable[[list[str]], None] = lambda _: None,
        comparison: str = "",
    ) -> list[str]:
        """Records one run for each experiment and trains them as workers become free.

        Args:
            visitor: Who asks for it, so that all get their turn (``runs.queue``); empty for the only user there is.
            priority: Runs of a higher one go first.
            beforehand: Told the ids of the runs before they are recorded; not called where they are refused.
            comparison: As in ``RunStore.create``.

        Returns:
            The ids of the runs, in the order of the experiments.

        Raises:
            UserError: If the engine has failed or was closed, too many runs wait, or nothing can be recorded.
        """
        with self._submitting:
            self._check_takes(len(experiments), visitor)
            runs = self._store.create(experiments, self.owner, self._origin, visitor, priority, beforehand, comparison)
        self._rest.want()
        self._wake.set()
        return runs

    def continue_run(self, run: str, more: int = 0, visitor: str = "", priority: int = 0) -> None:
        """Has a run that has ended go on from its last epoch, as if never broken off, and train some epochs more.

        Raises ``UserError`` if it is at work, has nothing left to train, has no state to go on from, or as ``submit``.
        """
        recorded = self._store.run(run)
        if recorded.is_from_elsewhere:
            raise UserError(
                f"{run} was trained on another machine, so it cannot be continued here. Train a new run with the same "
                "settings."
            )
        experiment = experiment_from(recorded.experiment.model_dump() | {"epochs": recorded.experiment.epochs + more})
        if recorded.status is Status.FINISHED and len(recorded.epochs) >= experiment.epochs:
            raise UserError(f"{run} has trained all its {experiment.epochs} epochs. Set how many more.")
        if recorded.stopped_early:
            raise UserError(
                f"{run} stopped early: validation loss had not improved for {experiment.patience} epochs. Train a new "
                "run with more patience, or none (0)."
            )
        # One whose disk was full at the end of its first epoch has kept nothing else: it begins anew, with that epoch.
        if len(recorded.epochs) > 1 and not checkpoint.is_there(run):
            raise UserError(
                f"{run} has weights but no training state, so it cannot be continued. Train a new run with the same "
                "settings."
            )
        with self._submitting:
            self._check_takes(1, visitor)
            self._store.submit_again(run, experiment, self.owner, visitor, priority)
        self._rest.want()
        self._wake.set()

    def _check_takes(self, count: int, visitor: str) -> None:
        if is_demo():
            raise UserError(DEMO)
        if self._state.phase in ("failed", "closed"):
            raise UserError(self._state.reason or "The engine was closed. Restart the program to train.")
        check_room(self._store.unfinished(self.owner), count, visitor)

    def stop(self, run: str) -> None:
        """Ends a run within two seconds, whichever process it belongs to, and keeps what was measured.

        Raises ``UserError`` if there is no such run, or the request cannot be recorded.
        """
        self._store.run(run)
        self._store.request_stop(run)
        self._wake.set()

    def wait(self, runs: Collection[str], timeout: float | None = None) -> bool:
        """Waits until all the runs have ended; tells whether they have."""
        until = None if timeout is None else time.monotonic() + timeout
        while not all(run.status.ended for run in self._store.runs(runs)):
            if until is not None and time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def workers(self) -> list[WorkerInfo]:
        """Returns what is known of each worker, and which run it trains.

        Raises ``UserError`` if they cannot be asked just now.
        """
        at_work = self._dispatcher.at_work()
        try:
            workers = self._workers.info() if self._workers is not None and self._state.phase != "closed" else []
        except Exception as error:  # whatever it is, the page must be able to say it
            raise UserError(f"The workers did not answer ({first_line(error)}). Try again.") from error
        return [replace(worker, run=at_work.get(worker.address)) for worker in workers]

    def ask(self, function: Callable[..., T], *arguments: object, timeout: float = ANSWER_SECONDS) -> T:
        """Has a worker call a function, also while trainings run, and waits for what it returns.

        It is sent by its name, so it must be importable. The timeout begins once a worker is there. Raises
        ``UserError`` if the function cannot do it, or no worker answers in time.
        """
        with self._rest.in_use():
            return self._answering(START_SECONDS).ask(WorkerQuestion(function, arguments), timeout)

    def summary(self, experiment: Experiment, timeout: float = ANSWER_SECONDS) -> str:
        """Returns Keras' own ``model.summary()``; raises as ``ask`` does."""
        return self.ask(worker_process.summary, experiment, timeout=timeout)

    def write_model(self, run: str, which: Which) -> Path:
        """Has a run's stock Keras model written from its weights, for runs that ended without; raises as ``ask``."""
        return self.ask(worker_process.write_model, run, self._store.run(run).experiment, which)

    def analyse(self, function: Callable[..., object], *arguments: Hashable, again: bool = False) -> Analysis:
        """Asks a worker for what takes seconds, and returns at once what there is of it by now.

        Args:
            function: As for ``ask``, but called as ``function(*arguments, tell=tell)``: it tells its progress as
                ``tell(done, total)``.
            arguments: With equal arguments the same analysis is returned, while the program runs.
            again: Whether one that has ended is done anew, since what it does may be undone by now.
        """

        def work(name: str) -> object:
            question = WorkerQuestion(function, arguments, name)
            with self._rest.in_use():
                return self._answering(ANALYSIS_SECONDS).ask(question, ANALYSIS_SECONDS)

        return self._analyses.get((function, arguments), work, again)

    def close(self) -> None:
        """Ends all runs and workers; what still ran is recorded as interrupted. May be called twice."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._state.phase != "failed":
            self._state = EngineState("closed")

    def _serve(self, after: float) -> None:
        try:
            interrupt_orphans(self._store)
            self._wake.wait(after)  # a run that is submitted meanwhile ends the wait
            if self._closing.is_set():
                return
            self._workers = self._open_workers()
            atexit.register(self.close)  # after Dask has registered its own, so that this one comes first
        except Exception as error:  # noqa: BLE001  # whatever it is, the page must be able to say it
            self._fail(error)
            return
        while not self._closing.is_set():
            # A cluster elsewhere may come and go at any time; here a run that is submitted ends the wait.
            idle = self.scheduler is None and self._state.phase == "ready" and self._dispatcher.is_idle
            self._wake.wait(IDLE_SECONDS if idle or (self._resting and not self._rest.is_ending) else TICK_SECONDS)
            self._wake.clear()
            try:
                self._rest_or_rise(self._workers)
                self._workers.look_after()
                self._dispatcher.step(self._workers)
                self._look(self._workers)
            except UserError as error:  # the record cannot be used just now
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001  # the engine must outlive anything; the next tick tries again
                _log.exception("Unexpected error in the engine.")
        self._end(self._workers)

    def _open_workers(self) -> Workers:
        if is_demo():
            return DemoWorkers(self._receive)
        if self.scheduler:
            from rnn_compare.training.remote.cluster import RemoteWorkers  # few need it

            return RemoteWorkers(self.scheduler, self._receive)
        return LocalWorkers(self._receive)

    def _rest_or_rise(self, workers: Workers) -> None:
        idle = self._state.phase == "ready" and self._dispatcher.is_idle
        resting = self.scheduler is None and self._rest.is_due(idle)
        if resting and not self._resting:
            self._state = EngineState("starting")  # whoever asks from now on waits until they are back
            workers.rest()
        elif self._resting and not resting:
            workers.rise()
        self._resting = resting

    def _look(self, workers: Workers) -> None:
        if self._resting:
            return
        if workers.problem:
            self._state = EngineState("starting", workers.problem)
        elif self._state.phase == "starting" and workers.addresses():
            self._state = EngineState("ready")

    def _receive(self, message: Message) -> None:
        if isinstance(message, QuestionProgress):
            self._analyses.take_progress(message)
        else:
            self._dispatcher.receive(message)

    def _answering(self, patience: float) -> Workers:
        """Returns the workers once one is there for questions: whoever asks first may do so while they start.

        Raises ``UserError`` if none is in time, or it is known that none will be.
        """
        self._wake.set()  # where they rest, whoever asks has said by now that he wants one
        until = time.monotonic() + patience
        while self._state.phase in ("starting", "ready") and time.monotonic() < until:
            if self._workers is not None and not self._resting and self._workers.answers():
                return self._workers
            if self.scheduler is None and self._state.reason:
                break  # a cluster without workers is no reason: a worker here answers
            time.sleep(0.05)
        raise UserError(self._state.reason or "No worker is ready yet. Try again in a moment.")

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            _log.exception("The engine could not start.")
        reason = str(error) if isinstance(error, UserError) else f"The workers could not be started ({error})."
        with self._submitting:
            self._state = EngineState("failed", reason)
        self._dispatcher.end_all(Status.FAILED, reason)

    def _end(self, workers: Workers) -> None:
        with self._submitting:
            self._state = EngineState("closed")
        with contextlib.suppress(Exception):  # it ends in any case
            workers.close()
        # Afterwards: until it is gone a worker may finish one more epoch.
        self._dispatcher.end_all(Status.INTERRUPTED, CLOSED)
