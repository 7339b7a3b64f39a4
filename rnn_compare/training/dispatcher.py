"""The dispatcher: which run goes to which worker when, and what becomes of it."""

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, Event, Status, from_message
from rnn_compare.runs.owner import HEARTBEAT_SECONDS, Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.cluster import Cluster

POLITE_SECONDS = 1.5
"""How long a run may take to stop of its own; then it counts as stopped, whatever its worker still does."""
KILL_SECONDS = 8.0
"""When a worker that heard nothing of a stop is killed. Tracing a large network may well take seconds, and a new
worker has to import TensorFlow first, so patience is quicker."""
ARRIVAL_SECONDS = 5.0
"""When a job that says nothing is looked after."""

LOST = (
    "The worker process that trained it ended unexpectedly, most likely for want of memory. Its finished epochs are "
    "kept. Train it again; if that happens again, take fewer units, a smaller maxlen or a smaller batch size."
)

_log = logging.getLogger(__name__)


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


class Dispatcher:
    """Holds the runs that wait and the jobs that are at work; one thread calls ``step`` again and again.

    Runs start in the order of their making, one to a worker: Dask neither keeps the order of what is sent
    at nearly the same time, nor spares what waits at a worker that dies.

    Args:
        store: The record.
        owner: This process.
        wake: Called when a step is due before the next tick; it must return at once.
    """

    def __init__(self, store: RunStore, owner: Owner, wake: Callable[[], None]) -> None:
        self._store = store
        self._owner = owner
        self._wake = wake
        self._submitted: deque[_Waiting] = deque()
        self._queue: deque[_Waiting] = deque()
        self._jobs: dict[str, _Job] = {}
        self._inbox: deque[dict[str, Any]] = deque()
        self._unwritten: list[Event] = []
        self._last_beat = 0.0

    def submit(self, run: str, experiment: Experiment) -> None:
        """Puts a recorded run at the end of the queue. Any thread may call this."""
        self._submitted.append(_Waiting(run, experiment))
        self._wake()

    def receive(self, message: dict[str, Any]) -> None:
        """Takes a worker's message. Any thread may call this; it returns at once."""
        self._inbox.append(message)
        self._wake()

    def step(self, cluster: Cluster) -> None:
        """Does all there is to do now.

        Raises:
            UserError: If the record cannot be used; nothing is lost by that, the next step goes on.
        """
        self._take_events()
        self._take_finished_jobs(cluster)
        self._write_events()
        self._stop_requested(cluster)
        self._end_the_deaf(cluster)
        self._send_waiting(cluster)
        self._write_events()
        self._beat()

    def end_all(self, status: Status, reason: str) -> None:
        """Records the end of every run that waits or is at work, after all that was told of it."""
        self._take_events()
        self._take_submitted()
        unfinished = [run for run, job in self._jobs.items() if not job.ended]
        unfinished += [waiting.run for waiting in self._queue]
        self._unwritten += [Ended(run, status, reason, time.time()) for run in unfinished]
        self._write_events()

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
        if not self._queue:
            return
        busy = {job.address for job in self._jobs.values()}
        for address in cluster.addresses():
            if self._queue and address not in busy:
                future = cluster.train(self._queue[0].run, self._queue[0].experiment, address)
                waiting = self._queue.popleft()
                future.add_done_callback(lambda _: self._wake())
                self._jobs[waiting.run] = _Job(waiting, address, future, sent=time.monotonic())

    def _take_submitted(self) -> None:
        while self._submitted:
            self._queue.append(self._submitted.popleft())

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat >= HEARTBEAT_SECONDS:
            self._last_beat = time.monotonic()
            self._store.heartbeat(self._owner)
            self._store.interrupt_orphans()
