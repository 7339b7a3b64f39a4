"""The dispatcher: assigns queued runs to free workers, and records how each attempt ends."""

import logging
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rnn_compare.errors import UserError
from rnn_compare.runs.checkpoint import interrupt_orphans, unrecorded_epochs
from rnn_compare.runs.events import Ended, Event, Requeued, Status
from rnn_compare.runs.queue import line
from rnn_compare.runs.record import HEARTBEAT_SECONDS, Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.protocol import Training, TrainingEvent, Workers

GRACE_SECONDS = 1.5
"""Seconds for a run to stop of its own; then it counts as stopped, whatever its worker still does."""
KILL_SECONDS = 20.0
"""Seconds until a worker that ignored a stop is killed. Tracing a large network may well take seconds, many where
others keep the machine busy, and a new worker has to import TensorFlow first, so patience is quicker."""
WRITING_SECONDS = 60.0
"""The same of a worker that has stopped and still writes its models."""
ARRIVAL_SECONDS = 5.0
"""Seconds until a silent job is looked after."""

MAX_RESTARTS = 2
"""Number of times that a run is restarted from its last epoch after a worker was lost with it."""

LOST_ONCE = "Its worker ended unexpectedly; another continues from the last finished epoch."
LOST = (
    f"Its worker ended unexpectedly {MAX_RESTARTS + 1} times, probably out of memory. Finished epochs are kept. "
    "Continue it when more memory is free, or train with fewer units, a smaller maxlen or a smaller batch size."
)

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    """A run that was sent to a worker: one attempt at it."""

    attempt: str
    address: str
    training: Training
    sent: float = field(default_factory=time.monotonic)
    started: bool = False
    ended: bool = False
    unresponsive: bool = False
    asked_to_stop: float | None = None
    killed: bool = False


class Dispatcher:
    """Sends the runs that wait to workers and follows them; one thread calls ``step`` again and again.

    The record is the queue: runs of this process start in the order of ``runs.queue.line``, one to a worker. Dask
    neither keeps the order of what is sent at nearly the same time, nor spares what waits at a worker that dies.
    ``wake`` is called when a step is due before the next tick; it must return at once.
    """

    def __init__(self, store: RunStore, owner: Owner, wake: Callable[[], None]) -> None:
        self._store = store
        self._owner = owner
        self._wake = wake
        self._jobs: dict[str, _Job] = {}
        self._lost: Counter[str] = Counter()
        self._inbox: deque[TrainingEvent] = deque()
        self._unwritten: list[Event] = []
        self._last_beat = 0.0
        self._idle = False

    @property
    def is_idle(self) -> bool:
        """Whether no run of this process waits or is at work, by the last step."""
        return self._idle and not (self._jobs or self._unwritten or self._inbox)

    def receive(self, message: TrainingEvent) -> None:
        """Takes a worker's message. Any thread may call this; it returns at once."""
        self._inbox.append(message)
        self._wake()

    def step(self, workers: Workers) -> None:
        """Does all there is to do now.

        Raises ``UserError`` if the record cannot be used; nothing is lost by that, the next step goes on.
        """
        self._take_events()
        self._take_finished_jobs(workers)
        for run in self._write_events():
            if job := self._jobs.get(run):
                self._ask_to_stop(job, workers)
        self._stop_requested(workers)
        self._kill_unresponsive(workers)
        self._send_waiting(workers)
        workers.share_cores({job.address for job in self._jobs.values()})
        self._write_events()
        self._beat()

    def end_all(self, status: Status, reason: str) -> None:
        """Records the end of every run that waits or is at work, after all that was told of it or kept by it."""
        self._take_events()
        try:
            # Of a run whose own end is still unwritten the record takes no second one.
            for run in self._store.unfinished(self._owner):
                self._unwritten += unrecorded_epochs(run.id, self._store)
                self._unwritten.append(Ended(run.id, status, reason, time.time()))
        except UserError as error:
            _log.warning("%s", error)
        self._write_events()

    def _take_events(self) -> None:
        while self._inbox:
            message = self._inbox.popleft()
            event = message.event
            if job := self._jobs.get(event.run):
                # One that has ended counts as stopped since its worker was unresponsive; the run may wait again by now.
                if job.ended or message.attempt != job.attempt:
                    continue
                job.started = True
                job.ended = isinstance(event, Ended)
            self._unwritten.append(event)

    def _take_finished_jobs(self, workers: Workers) -> None:
        for run, job in list(self._jobs.items()):
            if not (job.training.done() or self._never_arrived(job, workers)):
                continue
            self._take_events()  # a worker's last words arrive before its job is done
            # Before the job is forgotten: where record or cache cannot be read just now, the next step tries again.
            missed = [] if job.ended or not job.started else unrecorded_epochs(run, self._store)
            del self._jobs[run]
            if job.ended:
                self._lost.pop(run, None)
                continue
            self._unwritten += missed
            if job.asked_to_stop is not None:
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            else:
                self._begin_again(run, job.started, workers.excuse(job.training) if job.training.done() else None)

    def at_work(self) -> dict[str, str]:
        """Returns which run each worker has, by the worker's address. Any thread may call this."""
        return {job.address: run for run, job in list(self._jobs.items())}

    def _begin_again(self, run: str, started: bool, excuse: str | None) -> None:
        """Has a run whose worker died wait for another; one that the worker never took still waits in the record."""
        if excuse is None:
            self._lost[run] += 1
        if self._lost[run] > MAX_RESTARTS:
            del self._lost[run]  # whoever continues it begins to count anew
            self._unwritten.append(Ended(run, Status.FAILED, LOST, time.time()))
        elif started:
            self._unwritten.append(Requeued(run, excuse or LOST_ONCE))

    def _never_arrived(self, job: _Job, workers: Workers) -> bool:
        # Dask waits for ever for a worker that died before the job reached it.
        late = not job.started and time.monotonic() - job.sent > ARRIVAL_SECONDS
        return late and job.address not in workers.addresses()

    def _write_events(self) -> list[str]:
        """Writes what is unwritten and returns the runs that failed by it; a full disk or a lock only puts it off."""
        try:
            failed = self._store.record(self._unwritten) if self._unwritten else []
        except UserError as error:
            _log.warning("%s Retrying.", error)
            return []
        self._unwritten = []
        return failed

    def _stop_requested(self, workers: Workers) -> None:
        for run in self._store.stop_requests(self._owner, self._jobs):
            job = self._jobs.get(run)
            if job is None:  # it still waits
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            else:
                self._ask_to_stop(job, workers)

    def _ask_to_stop(self, job: _Job, workers: Workers) -> None:
        if job.asked_to_stop is None:
            job.asked_to_stop = time.monotonic()
            workers.ask_to_stop(job.attempt, job.address)

    def _kill_unresponsive(self, workers: Workers) -> None:
        for run, job in self._jobs.items():
            if job.asked_to_stop is None:
                continue
            waited = time.monotonic() - job.asked_to_stop
            if waited > GRACE_SECONDS and not job.ended:
                job.ended = job.unresponsive = True
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            if waited > (KILL_SECONDS if job.unresponsive else WRITING_SECONDS) and not job.killed:
                job.killed = True
                workers.kill(job.address)

    def _send_waiting(self, workers: Workers) -> None:
        busy = {job.address for job in self._jobs.values()}
        free = [address for address in workers.addresses() if address not in busy]
        # While something is unwritten the record may still call a run queued that has ended.
        self._idle = False
        if not free or self._unwritten:
            return
        unfinished = self._store.unfinished(self._owner)
        self._idle = not unfinished
        for address, run in zip(free, line(unfinished, self._jobs), strict=False):
            if not run.stop_requested:
                attempt = secrets.token_hex(8)
                training = workers.train(attempt, run.id, run.experiment, address)
                training.add_done_callback(lambda _: self._wake())
                self._jobs[run.id] = _Job(attempt, address, training)

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat >= HEARTBEAT_SECONDS:
            self._last_beat = time.monotonic()
            self._store.heartbeat(self._owner)
            interrupt_orphans(self._store)
