"""The dispatcher: sends waiting runs, in a fair order, to free workers and handles their ends, stops and losses."""

import logging
import math
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_SEEDS
from rnn_compare.runs.checkpoint import interrupt_orphans, unrecorded_epochs
from rnn_compare.runs.events import Ended, Event, Requeued, Status
from rnn_compare.runs.record import HEARTBEAT_SECONDS, Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.protocol import Training, Workers

MAX_WAITING = 240
"""Maximum number of waiting runs of all visitors: three of the largest comparisons, or thirty usual ones."""
MAX_WAITING_PER_VISITOR = MAX_COMPARED * MAX_SEEDS
"""The same of one visitor: the largest comparison. It delays nobody, since visitors take turns."""
AFTER_ALL_OTHERS = -1
"""Priority of a sweep's runs: everybody else's go first."""

GRACE_SECONDS = 1.5
"""Time for a run to stop by itself; then it counts as stopped, whatever its worker does."""
KILL_SECONDS = 20.0
"""Time until a worker that ignores a stop is killed. Tracing a large network takes seconds, more on a busy machine, and
a new worker must import TensorFlow first, so waiting is usually quicker."""
WRITING_SECONDS = 60.0
"""The same for a worker that has stopped and is writing its models."""

GIVE_UP_SECONDS = 60.0
"""Time without a record after which a command or a notebook gives up; a server tries on."""

MAX_RESTARTS = 2
"""Number of times that a run continues after losing its worker."""

LOST_ONCE = "Its worker ended unexpectedly; another continues from the last finished epoch."
LOST = (
    f"Its worker ended unexpectedly {MAX_RESTARTS + 1} times, probably out of memory. Finished epochs are kept. "
    "Continue it when more memory is free, or train with fewer units, a smaller maxlen or a smaller batch size."
)

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    """One attempt at a run, sent to a worker."""

    attempt: str
    address: str
    training: Training
    started: bool = False
    ended: bool = False
    unresponsive: bool = False
    asked_to_stop: float | None = None
    killed: bool = False


class Dispatcher:
    """Sends waiting runs to workers and follows them; one thread calls ``step`` regularly.

    The record is the queue: this process's runs start in the order of ``in_order``, one per worker.

    Args:
        wake: Called when a step is due before the next tick; it must return at once.
    """

    def __init__(self, store: RunStore, owner: Owner, wake: Callable[[], None]) -> None:
        self._store = store
        self._owner = owner
        self._wake = wake
        self._jobs: dict[str, _Job] = {}
        self._lost: Counter[str] = Counter()
        self._inbox: deque[tuple[str, Event]] = deque()
        self._unwritten: list[Event] = []
        self._failing: tuple[float, str] | None = None
        self._last_beat = 0.0
        self._idle = False

    @property
    def is_idle(self) -> bool:
        """Whether this process had no unfinished run at the last step."""
        return self._idle and not (self._jobs or self._unwritten or self._inbox)

    @property
    def unrecorded(self) -> str:
        """Why nothing could be recorded for ``GIVE_UP_SECONDS``, in a sentence; empty otherwise."""
        since, reason = self._failing or (math.inf, "")
        return reason if time.monotonic() - since > GIVE_UP_SECONDS else ""

    def receive(self, attempt: str, event: Event) -> None:
        """Takes an event of an attempt at a run. Any thread may call it; it returns at once."""
        self._inbox.append((attempt, event))
        self._wake()

    def step(self, workers: Workers) -> None:
        """Handles everything that has happened since the last step.

        Raises ``UserError`` if the record cannot be used; the next step then continues without loss.
        """
        self._take_events()
        self._take_finished_jobs()
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
        """Records the end of every unfinished run, after its last events and the epochs in its checkpoint."""
        self._take_events()
        try:
            # The record ignores a second end of a run.
            for run in self._store.unfinished(self._owner):
                self._unwritten += unrecorded_epochs(run.id, self._store)
                self._unwritten.append(Ended(run.id, status, reason, time.time()))
        except UserError as error:
            _log.warning("%s", error)
        self._write_events()

    def _take_events(self) -> None:
        while self._inbox:
            attempt, event = self._inbox.popleft()
            if job := self._jobs.get(event.run):
                # An ended job's worker was unresponsive and counts as stopped; the run may be queued again by now.
                if job.ended or attempt != job.attempt:
                    continue
                job.started = True
                job.ended = isinstance(event, Ended)
            self._unwritten.append(event)

    def _take_finished_jobs(self) -> None:
        for run, job in list(self._jobs.items()):
            if not job.training.done():
                continue
            self._take_events()  # a worker's last events arrive before its job is done
            # Before the job is removed: if the record or cache cannot be read now, the next step tries again.
            missed = [] if job.ended or not job.started else unrecorded_epochs(run, self._store)
            del self._jobs[run]
            if job.ended:
                self._lost.pop(run, None)
                continue
            self._unwritten += missed
            if job.asked_to_stop is not None:
                self._unwritten.append(Ended(run, Status.STOPPED, None, time.time()))
            else:
                self._requeue(run, job.started, job.training.result())

    def training(self) -> dict[str, str]:
        """Returns the run of each busy worker, by the worker's address. Any thread may call it."""
        return {job.address: run for run, job in list(self._jobs.items())}

    def _requeue(self, run: str, started: bool, reason: str | None) -> None:
        """Queues a run whose worker died; one that the worker never started is still queued in the record."""
        if reason is None:
            self._lost[run] += 1
        if self._lost[run] > MAX_RESTARTS:
            del self._lost[run]  # the count starts again if it is continued
            self._unwritten.append(Ended(run, Status.FAILED, LOST, time.time()))
        elif started:
            self._unwritten.append(Requeued(run, reason or LOST_ONCE))

    def _write_events(self) -> list[str]:
        """Writes pending events, later if the disk is full now; returns runs whose events cannot be stored."""
        try:
            failed = self._store.record(self._unwritten) if self._unwritten else []
        except UserError as error:
            if self._failing is None:
                _log.warning("%s Retrying.", error)
                self._failing = time.monotonic(), str(error)
            return []
        self._unwritten, self._failing = [], None
        return failed

    def _stop_requested(self, workers: Workers) -> None:
        for run in self._store.stop_requests(self._owner, self._jobs):
            job = self._jobs.get(run)
            if job is None:  # still queued
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
        # With unwritten events, the record may still show an ended run as queued.
        self._idle = False
        if not free or self._unwritten:
            return
        unfinished = self._store.unfinished(self._owner)
        self._idle = not unfinished
        for address, run in zip(free, in_order(unfinished, self._jobs), strict=False):
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


def in_order(runs: Sequence[Run], at_work: Collection[str] = ()) -> list[Run]:
    """Returns the waiting runs of a process, the next one first.

    Higher priority goes first. Then visitors take turns: a visitor's second run waits until everybody's first has
    started, running ones included. Among equals, the order is that of submission. ``at_work`` holds the ids of runs
    that already have a worker, which the record may not show yet.
    """
    waiting = [run for run in runs if run.status is Status.QUEUED and run.id not in at_work]
    turns = Counter(run.visitor for run in runs if run.status is Status.RUNNING or run.id in at_work)
    keys = {}
    for run in sorted(waiting, key=lambda run: run.turn):
        keys[run.id] = (-run.priority, turns[run.visitor], run.turn)
        turns[run.visitor] += 1
    return sorted(waiting, key=lambda run: keys[run.id])


def check_limits(runs: Sequence[Run], more: int, visitor: str, priority: int = 0) -> None:
    """Raises ``UserError`` if a visitor may not add so many runs to the unfinished ones.

    The command line, an empty visitor, and the presenter, whose runs go first, have no limit.
    """
    if not visitor or priority > 0:
        return
    waiting = [run for run in runs if run.status is Status.QUEUED]
    own = sum(run.visitor == visitor for run in waiting)
    if own + more > MAX_WAITING_PER_VISITOR:
        raise UserError(
            f"{own} of your networks are waiting; {more} more would exceed the limit of {MAX_WAITING_PER_VISITOR} per "
            "visitor. Wait for some to start, or stop some."
        )
    if len(waiting) + more > MAX_WAITING:
        raise UserError(
            f"{len(waiting)} networks are waiting; the limit is {MAX_WAITING}. Try again when some have started."
        )
