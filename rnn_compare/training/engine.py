"""The engine: trains the runs of this process, several at once, the rest in order, and records what they measure."""

import atexit
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, Event, Status, from_message
from rnn_compare.runs.files import Which
from rnn_compare.runs.owner import HEARTBEAT_SECONDS, Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.cluster import Cluster

TICK_SECONDS = 0.25
"""How often the engine looks for what nobody wakes it for: requests to stop, lost workers."""
POLITE_SECONDS = 1.5
"""How long a run may take to stop of its own; then it counts as stopped, whatever its worker still does."""
KILL_SECONDS = 8.0
"""When a worker that heard nothing of a stop is killed. Tracing a large network may well take seconds, and a new
worker has to import TensorFlow first, so patience is quicker."""
ARRIVAL_SECONDS = 5.0
"""When a job that says nothing is looked after."""
ANSWER_SECONDS = 30.0

LOST = (
    "The worker process that trained it ended unexpectedly, most likely for want of memory. Its finished epochs are "
    "kept. Train it again; if that happens again, take fewer units, a smaller maxlen or a smaller batch size."
)
CLOSED = "The program that trained it was closed. Its finished epochs are kept."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """How the engine is.

    Attributes:
        phase: ``ready`` once a worker is there.
        reason: Why it failed, in a sentence.
    """

    phase: Literal["starting", "ready", "failed", "closed"]
    reason: str | None = None


@dataclass
class _Waiting:
    run: str
    experiment: Experiment
    sent_before: bool = False


@dataclass
class _Job:
    """A run that was sent to a worker."""

    waiting: _Waiting
    address: str
    future: Any  # distributed types few of Future's methods
    sent: float
    begun: bool = False
    ended: bool = False
    asked_to_stop: float | None = None
    killed: bool = False


class Engine:
    """Trains runs in worker processes and writes all they say into the record.

    One thread of its own does everything; the methods below may be called from any thread.

    Args:
        store: The record. The engine works off the runs that were submitted to it, no others.
        origin: What the runs are recorded as coming from: ``page`` or ``command line``.
    """

    def __init__(self, store: RunStore, origin: str) -> None:
        self._store = store
        self._origin = origin
        self._owner = Owner.current()
        self._state = State("starting")
        self._thread: threading.Thread | None = None
        self._cluster: Cluster | None = None
        self._submitting = threading.Lock()
        self._submitted: deque[_Waiting] = deque()
        self._queue: deque[_Waiting] = deque()
        self._jobs: dict[str, _Job] = {}
        self._inbox: deque[dict[str, Any]] = deque()
        self._unwritten: list[Event] = []
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._last_beat = 0.0

    @property
    def state(self) -> State:
        """How the engine is, just now."""
        return self._state

    def start(self) -> None:
        """Begins to bring up the workers and returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
            self._thread.start()

    def submit(self, experiments: Sequence[Experiment]) -> list[str]:
        """Records one run for each experiment and trains them as workers become free.

        Returns:
            The ids of the runs, in the order of the experiments.

        Raises:
            UserError: If the engine has failed or was closed, or nothing can be recorded.
        """
        with self._submitting:  # two visitors' runs keep the order in which they were recorded
            if self._state.phase in ("failed", "closed"):
                raise UserError(self._state.reason or "The engine was closed. Start the program again to train.")
            runs = self._store.create(experiments, self._owner, self._origin)
            self._submitted.extend(map(_Waiting, runs, experiments))
        self._wake.set()
        return runs

    def stop(self, run: str) -> None:
        """Ends a run within two seconds, whichever process it belongs to, and keeps what was measured.

        Raises:
            UserError: If there is no such run, or the request cannot be recorded.
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

    def summary(self, experiment: Experiment, timeout: float = ANSWER_SECONDS) -> str:
        """Returns Keras' own ``model.summary()``, made by a worker, also while trainings run.

        Raises:
            UserError: If no worker answers in time.
        """
        cluster, left = self._ready(timeout)
        return cluster.summary(experiment, left)

    def write_model(self, run: str, which: Which, timeout: float = ANSWER_SECONDS) -> Path:
        """Has a worker write a run's stock Keras model from its weights; for runs that ended without one.

        Raises:
            UserError: If the run has no weights, or no worker answers in time.
        """
        experiment = self._store.run(run).experiment
        cluster, left = self._ready(timeout)
        return Path(cluster.write_model(run, experiment, which, left))

    def close(self) -> None:
        """Ends all runs and workers; what still ran is recorded as interrupted. May be called twice."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._state.phase != "failed":
            self._state = State("closed")

    # ---- the engine's own thread ---------------------------------------------------------------

    def _serve(self) -> None:
        try:
            self._store.interrupt_orphans()
            self._cluster = Cluster(self._receive)
            atexit.register(self.close)  # after Dask has registered its own, so that this one comes first
        except Exception as error:  # noqa: BLE001  # whatever it is, the page must be able to say it
            self._fail(error)
            return
        while not self._closing.is_set():
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            try:
                self._step(self._cluster)
            except UserError as error:  # the record cannot be used just now
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001  # the engine must outlive anything; the next tick tries again
                _log.exception("The engine stumbled.")
        self._end(self._cluster)

    def _step(self, cluster: Cluster) -> None:
        self._take_events()
        self._take_finished_jobs(cluster)
        self._write_events()
        self._stop_requested(cluster)
        self._end_the_deaf(cluster)
        self._send_waiting(cluster)
        self._write_events()
        self._beat()

    def _receive(self, message: dict[str, Any]) -> None:
        self._inbox.append(message)
        self._wake.set()

    def _take_events(self) -> None:
        while self._inbox:
            event = from_message(self._inbox.popleft())
            if job := self._jobs.get(event.run):
                job.begun = True
                job.ended = job.ended or isinstance(event, Ended)
            self._unwritten.append(event)

    def _take_finished_jobs(self, cluster: Cluster) -> None:
        for run, job in list(self._jobs.items()):
            if not (job.future.done() or self._never_arrived(job, cluster)):
                continue
            self._take_events()  # a worker's last words arrive before its job is done
            del self._jobs[run]
            job.future.release()
            if job.ended:
                continue
            if job.asked_to_stop is not None:
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            elif job.begun or job.waiting.sent_before:
                self._unwritten.append(Ended(run, Status.FAILED, LOST, time.time()))
            else:  # the worker died before it took the job
                job.waiting.sent_before = True
                self._queue.appendleft(job.waiting)

    def _never_arrived(self, job: _Job, cluster: Cluster) -> bool:
        # Dask waits for ever for a worker that died before the job reached it.
        late = not job.begun and time.monotonic() - job.sent > ARRIVAL_SECONDS
        return late and job.address not in cluster.addresses()

    def _write_events(self) -> None:
        """Writes what is unwritten; a full disk or a locked record only puts it off."""
        if self._unwritten:
            try:
                self._store.record(self._unwritten)
            except UserError as error:
                _log.warning("%s It is tried again.", error)
            else:
                self._unwritten = []

    def _stop_requested(self, cluster: Cluster) -> None:
        for run in self._store.stop_requests(self._owner):
            job = self._jobs.get(run)
            if job is None:
                self._forget_waiting(run)
            elif job.asked_to_stop is None:
                job.asked_to_stop = time.monotonic()
                cluster.ask_to_stop(run, job.address)

    def _end_the_deaf(self, cluster: Cluster) -> None:
        for run, job in self._jobs.items():
            if job.asked_to_stop is None:
                continue
            waited = time.monotonic() - job.asked_to_stop
            if waited > POLITE_SECONDS and not job.ended:
                job.ended = True
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            if waited > KILL_SECONDS and not job.killed:
                job.killed = True
                cluster.kill(job.address)

    def _forget_waiting(self, run: str) -> None:
        self._take_submitted()
        for waiting in self._queue:
            if waiting.run == run:
                self._queue.remove(waiting)
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
                return

    def _send_waiting(self, cluster: Cluster) -> None:
        self._take_submitted()
        if self._state.phase == "ready" and not self._queue:
            return
        addresses = cluster.addresses()
        if addresses:
            self._state = State("ready")
        busy = {job.address for job in self._jobs.values()}
        for address in addresses:
            if self._queue and address not in busy:
                waiting = self._queue.popleft()
                future = cluster.train(waiting.run, waiting.experiment, address)
                future.add_done_callback(lambda _: self._wake.set())
                self._jobs[waiting.run] = _Job(waiting, address, future, sent=time.monotonic())

    def _take_submitted(self) -> None:
        while self._submitted:
            self._queue.append(self._submitted.popleft())

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat >= HEARTBEAT_SECONDS:
            self._last_beat = time.monotonic()
            self._store.heartbeat(self._owner)
            self._store.interrupt_orphans()

    def _ready(self, timeout: float) -> tuple[Cluster, float]:
        """Returns the cluster once a worker is there, and what is left of the time."""
        until = time.monotonic() + timeout
        while self._state.phase == "starting" and time.monotonic() < until:
            time.sleep(0.05)
        if self._state.phase != "ready" or self._cluster is None:
            raise UserError(self._state.reason or "No worker is ready yet. Try again in a moment.")
        return self._cluster, max(1.0, until - time.monotonic())

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            _log.exception("The engine could not start.")
        reason = str(error) if isinstance(error, UserError) else f"The workers could not be started ({error})."
        with self._submitting:
            self._state = State("failed", reason)
        self._take_submitted()
        self._unwritten += [Ended(waiting.run, Status.FAILED, reason, time.time()) for waiting in self._queue]
        self._write_events()

    def _end(self, cluster: Cluster) -> None:
        with self._submitting:
            self._state = State("closed")
        self._take_events()
        self._take_submitted()
        unfinished = [run for run, job in self._jobs.items() if not job.ended]
        unfinished += [waiting.run for waiting in self._queue]
        self._unwritten += [Ended(run, Status.INTERRUPTED, CLOSED, time.time()) for run in unfinished]
        self._write_events()
        with contextlib.suppress(Exception):  # it ends in any case
            cluster.close()
