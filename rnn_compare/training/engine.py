"""The engine: trains the runs of this process, several at once and the rest in order, and records their events."""

import atexit
import contextlib
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import Which, delete_files
from rnn_compare.runs.checkpoint import continued, interrupt_orphans
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.repair import back_up
from rnn_compare.runs.store import RunStore
from rnn_compare.training.analyses import Analyses, Analysis
from rnn_compare.training.dispatcher import Dispatcher, check_limits
from rnn_compare.training.local.cluster import LocalWorkers
from rnn_compare.training.local.supervision import Rest
from rnn_compare.training.protocol import SCHEDULER_VARIABLE, WorkerInfo, WorkerQuestion, Workers
from rnn_compare.training.worker import worker_process

COPY_SECONDS = 3600.0
"""Seconds between checks whether the daily copy of the record is due."""
TICK_SECONDS, IDLE_SECONDS = 0.25, 5.0
"""Seconds between checks for stop requests and lost workers, with and without runs."""
START_SECONDS, ANSWER_SECONDS, ANALYSIS_SECONDS = 180.0, 30.0, 600.0
"""Maximum wait of a question for starting workers and for its answer, and of an analysis for either."""

CLOSED = "The program was closed. Finished epochs are kept; continue the run."

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EngineState:
    """The state of the engine.

    Attributes:
        phase: ``ready`` once there is a worker; ``starting`` before, and also while workers rest.
        reason: Why it failed or has no worker, in a sentence.
    """

    phase: Literal["starting", "ready", "failed", "closed"]
    reason: str | None = None


class Engine:
    """Trains runs in worker processes and records their events, in a thread of its own.

    Any thread may call its methods.

    Args:
        store: The record. The engine trains only the runs that are submitted to it.
        origin: Recorded with its runs: ``page``, ``command line`` or ``notebook``.
        somebody_there: Whether somebody may soon want a worker. If nobody does for ``supervision.REST_SECONDS``, this
            machine's workers end to free memory.

    Attributes:
        scheduler: The address of the cluster that trains, if one was named.
    """

    def __init__(self, store: RunStore, origin: str, somebody_there: Callable[[], bool] = lambda: True) -> None:
        self._store = store
        self._origin = origin
        self.owner = Owner.current()
        self.scheduler = os.environ.get(SCHEDULER_VARIABLE) or None
        self._wake = threading.Event()
        self._analyses = Analyses()
        self._answering_here = threading.Lock()
        self._dispatcher = Dispatcher(store, self.owner, self._wake.set)
        self._state = EngineState("starting")
        self._thread: threading.Thread | None = None
        self._workers: Workers | None = None
        self._local: LocalWorkers | None = None
        self._submitting = threading.Lock()
        self._closing = threading.Event()
        self._rest = Rest(somebody_there)

    @property
    def state(self) -> EngineState:
        """The current state."""
        return self._state

    @property
    def unrecorded(self) -> str:
        """Why nothing could be recorded for a minute, in a sentence; empty otherwise."""
        return self._dispatcher.unrecorded

    def start(self, after: float = 0.0) -> None:
        """Starts the workers after so many seconds: importing TensorFlow occupies all cores. Returns at once."""
        if self._thread is None:
            interrupt_orphans(self._store)  # before one of them is continued
            self._thread = threading.Thread(target=self._serve, args=(after,), name="engine", daemon=True)
            self._thread.start()

    def expect(self, after: float) -> None:
        """Starts resting workers after so many seconds, since somebody may soon want one. Returns at once."""
        self._rest.want(after)
        if self._local is not None and self._local.resting:
            self._wake.set()

    def submit(
        self,
        experiments: Sequence[Experiment],
        visitor: str = "",
        priority: int = 0,
        beforehand: Callable[[list[str]], None] = lambda _: None,
        comparison: str = "",
    ) -> list[str]:
        """Records a run for each experiment, to be trained as workers become free, and returns their ids in order.

        Args:
            visitor, priority: As in ``Run``; visitors take turns (``dispatcher.in_order``).
            beforehand: Called with the ids before the runs are recorded.
            comparison: As in ``RunStore.create``.

        Raises:
            UserError: If the engine has failed or was closed, too many runs wait, or nothing can be recorded.
        """
        with self._submission(len(experiments), visitor, priority):
            return self._store.create(experiments, self.owner, self._origin, visitor, priority, beforehand, comparison)

    def continue_run(self, run: str, more: int = 0, visitor: str = "", priority: int = 0) -> None:
        """Continues an ended run after its last epoch, as if it had not been interrupted, for some more epochs.

        Raises ``UserError`` if it is running or cannot be continued, or as ``submit``.
        """
        experiment = continued(self._store.run(run), more)
        with self._submission(1, visitor, priority):
            self._store.submit_again(run, experiment, self.owner, visitor, priority)

    @contextlib.contextmanager
    def _submission(self, count: int, visitor: str, priority: int) -> Iterator[None]:
        with self._submitting:
            if self._state.phase in ("failed", "closed"):
                raise UserError(self._state.reason or "The engine was closed. Restart the program to train.")
            check_limits(self._store.unfinished(self.owner), count, visitor, priority)
            yield
        if self.scheduler is None:  # a cluster's runs need no worker here
            self._rest.want()
        self._wake.set()

    def stop(self, run: str) -> None:
        """Ends a run of any process within two seconds; raises ``UserError`` if it does not exist."""
        self._store.run(run)
        self._store.request_stop(run)
        self._wake.set()

    def workers(self) -> list[WorkerInfo]:
        """Returns information about each worker."""
        training = self._dispatcher.training()
        workers = self._workers.info() if self._workers is not None and self._state.phase != "closed" else []
        return [replace(worker, run=training.get(worker.address)) for worker in workers]

    def ask(self, function: Callable[..., T], *arguments: object, timeout: float = ANSWER_SECONDS) -> T:
        """Calls a function in a worker, also during trainings, and returns its result.

        The function must be importable. The timeout starts once there is a worker. Raises ``UserError`` if the function
        fails, or no worker answers in time.
        """
        with self._rest.in_use():
            return self._ready_workers(START_SECONDS).ask(WorkerQuestion(function, arguments), timeout)

    def summary(self, experiment: Experiment, timeout: float = ANSWER_SECONDS) -> str:
        """Returns Keras' own ``model.summary()``; raises as ``ask`` does."""
        return self.ask(worker_process.summary, experiment, timeout=timeout)

    def write_model(self, run: str, which: Which) -> Path:
        """Writes a run's stock Keras model from its weights and returns its path; raises as ``ask`` does."""
        return self.ask(worker_process.write_model, run, self._store.run(run).experiment, which)

    @property
    def is_analysing(self) -> bool:
        """Whether an analysis has not ended."""
        return self._analyses.are_running

    def analyse(
        self, function: Callable[..., object], *arguments: Hashable, again: bool = False, here: bool = False
    ) -> Analysis:
        """Starts a calculation of seconds in a worker, once, and returns its present state at once.

        Args:
            function: As for ``ask``, but called as ``function(*arguments, tell=tell)``, with ``tell(done, total)`` to
                report its progress.
            arguments: Equal arguments give the same analysis as long as the program runs.
            again: Whether to repeat one that has ended, if its effects may be undone by now.
            here: Whether this process does it, one at a time and without Keras, which needs no worker.
        """

        def work(name: str) -> object:
            if here:
                with self._answering_here:
                    return function(*arguments, tell=partial(self._analyses.take_progress, name))
            question = WorkerQuestion(function, arguments, name)
            with self._rest.in_use():
                return self._ready_workers(ANALYSIS_SECONDS).ask(question, ANALYSIS_SECONDS)

        return self._analyses.get((function, arguments), work, again)

    def close(self) -> None:
        """Ends all workers; unfinished runs are recorded as interrupted. May be called twice."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._state.phase != "failed":
            self._state = EngineState("closed")

    def _serve(self, after: float) -> None:
        try:
            self._wake.wait(after)  # a run that is submitted meanwhile ends the wait
            if self._closing.is_set():
                return
            self._workers, self._local = workers, local = self._open_workers()
            atexit.register(self.close)
        except Exception as error:  # noqa: BLE001  # any error must be shown on the page
            self._fail(error)
            return
        copied = -math.inf
        while not self._closing.is_set():
            if time.monotonic() - copied > COPY_SECONDS:
                copied = time.monotonic()
                back_up(self._store)
            idle = workers is not local or (self._state.phase == "ready" and self._dispatcher.is_idle)
            resting = local.resting and not self._rest.is_ending
            # A foreign cluster may come and go at any time; here a submitted run ends the wait.
            self._wake.wait(IDLE_SECONDS if workers is local and (idle or resting) else TICK_SECONDS)
            self._wake.clear()
            try:
                for run in self._store.finish_deletions():
                    delete_files(run)
                self._rest_or_start(local, idle)
                local.maintain()
                self._dispatcher.step(workers)
                self._update_state(workers)
            except UserError as error:  # the record cannot be used just now
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001  # the engine must outlive anything; the next tick tries again
                _log.exception("Unexpected error in the engine.")
        self._end(workers, local)

    def _open_workers(self) -> tuple[Workers, LocalWorkers]:
        """Returns the workers that train, and those that answer: of this machine, since it has all files."""
        receive, take_progress, wake = self._dispatcher.receive, self._analyses.take_progress, self._wake.set
        local = LocalWorkers(receive, take_progress, wake, size=1 if self.scheduler else None)
        if self.scheduler is None:
            local.start()
            return local, local
        from rnn_compare.training.remote.cluster import RemoteWorkers  # rarely needed

        return RemoteWorkers(self.scheduler, receive, wake), local

    def _rest_or_start(self, local: LocalWorkers, idle: bool) -> None:
        if local.resting == self._rest.is_due(local.resting, idle):
            return
        if local.resting:
            local.start()
        else:
            self._state = EngineState("starting")  # questions wait from now on
            local.close()

    def _update_state(self, workers: Workers) -> None:
        if workers.problem:
            self._state = EngineState("starting", workers.problem)
        elif self._state.phase == "starting" and workers.addresses():
            self._state = EngineState("ready")

    def _ready_workers(self, patience: float) -> LocalWorkers:
        """Returns the workers once one can answer questions.

        Raises ``UserError`` if there is none in time, or it is known that there will be none.
        """
        self._wake.set()  # starts resting workers, which the caller has requested by now
        until = time.monotonic() + patience
        while self._state.phase in ("starting", "ready") and time.monotonic() < until:
            if self._local is not None and self._local.addresses():
                return self._local
            if self.scheduler is None and self._state.reason:
                break  # not for a cluster without workers: a worker on this machine answers
            time.sleep(0.05)
        raise UserError(self._state.reason or "No worker is ready yet. Try again in a moment.")

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            _log.exception("The engine could not start.")
        reason = str(error) if isinstance(error, UserError) else f"The workers could not be started ({error})."
        with self._submitting:
            self._state = EngineState("failed", reason)
        self._dispatcher.end_all(Status.FAILED, reason)

    def _end(self, *opened: Workers) -> None:
        with self._submitting:
            self._state = EngineState("closed")
        for workers in set(opened):
            with contextlib.suppress(Exception):  # it ends in any case
                workers.close()
        # Afterwards, since a worker may finish one more epoch until it ends.
        self._dispatcher.end_all(Status.INTERRUPTED, CLOSED)
