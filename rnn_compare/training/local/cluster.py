"""The workers of this machine."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import TypeVar

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.training import protocol
from rnn_compare.training.local import fork_server, worker
from rnn_compare.training.local.fork_server import ForkServer
from rnn_compare.training.local.supervision import Silence, Starts
from rnn_compare.training.local.worker_handle import LostError, WorkerHandle
from rnn_compare.training.worker import job
from rnn_compare.training.worker.cores import CPU_COUNT, MEMORY_LIMIT, THREADS_VARIABLE, number_from, shares

T = TypeVar("T")

_log = logging.getLogger(__name__)

WORKERS_VARIABLE = "RNN_COMPARE_WORKERS"
WORKER_BYTES = 1_500_000_000
"""Memory reserved for one worker: TensorFlow alone takes half of it."""
FULL = 0.95
"""The share of its memory at which a worker is killed, before the system kills another process."""
PING_SECONDS, HUNG_SECONDS = 5.0, 30.0
"""Interval of the pings to a busy worker, and the silence after which it hangs."""
MEMORY_SECONDS = 1.0
"""Interval of the looks at the workers' memory."""
_NO_ANSWER = "No worker answered. Try again in a moment."


def worker_count() -> int:
    """Returns the number of workers for this machine: one per core, as memory allows, or ``RNN_COMPARE_WORKERS``.

    Raises ``UserError`` if the variable is not a positive whole number.
    """
    return number_from(WORKERS_VARIABLE) or max(1, min(CPU_COUNT, MEMORY_LIMIT // WORKER_BYTES))


class LocalWorkers(protocol.Workers):
    """Worker processes on this machine, each for one training and one question at a time.

    ``start`` starts them in the background; they are replaced when they die.

    Args:
        on_event, on_progress: Called in a thread for each worker.
        on_change: Called when a worker is ready, free or lost.
        size: Number of workers; ``worker_count()`` if None.

    Attributes:
        resting: Whether there are no processes, because nobody needs them.
    """

    def __init__(
        self,
        on_event: protocol.OnEvent,
        on_progress: protocol.OnProgress,
        on_change: Callable[[], None],
        size: int | None = None,
    ) -> None:
        worker.trim_log()
        self.size = size or worker_count()
        self.resting = True
        self._on_event, self._on_progress, self._on_change = on_event, on_progress, on_change
        self._most_threads = number_from(THREADS_VARIABLE)
        self._shares: dict[str, int] = {}
        self._silence = Silence()
        self._last_ping = self._last_look = 0.0
        self._changed = threading.Condition()
        self._server: ForkServer | None = None
        self._workers: list[WorkerHandle] = []
        self._starts = Starts(time.monotonic())

    @property
    def problem(self) -> str | None:
        """Why no worker starts, in a sentence, after some tries."""
        return None if self.addresses() else self._starts.problem

    def addresses(self) -> list[str]:
        """Returns the workers that are ready to train."""
        return [handle.address for handle in self._workers if handle.is_ready]

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns information about each worker."""
        return [
            protocol.WorkerInfo(
                handle.address,
                f"process {handle.process.pid}" if handle.process else "",
                ready=handle.is_ready,
            )
            for handle in self._workers
            if not handle.ended
        ]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker."""
        if handle := self._handle(address):
            return handle.train(attempt, run, experiment)
        lost: protocol.Training = Future()
        lost.set_result("The worker was lost before it took the run; another does.")
        return lost

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Asks an attempt to end after its current batch."""
        if handle := self._handle(address):
            handle.call(job.ask_to_stop, attempt)

    def kill(self, address: str) -> None:
        """Kills a worker, which is then replaced."""
        if handle := self._handle(address):
            handle.kill()

    def share_cores(self, training: Collection[str]) -> None:
        """Divides the cores among the workers in training, as numbers of threads from the next batch on."""
        present = shares(training, self._most_threads)
        for address, count in present.items() - self._shares.items():
            if handle := self._handle(address):
                handle.call(threads.allow, count)
        self._shares = present

    def start(self) -> None:
        """Starts the workers, which end with the thread that calls this."""
        self._starts = Starts(time.monotonic())
        self.resting = False
        self._start_missing()

    def maintain(self) -> None:
        """Replaces workers that are lost, hang or take too much memory; called regularly, by one thread."""
        if self.resting:
            return
        now = time.monotonic()
        failed = [handle for handle in self._workers if handle.ended and handle.process is None]
        lost = [handle for handle in self._workers if handle.ended and handle.process is not None]
        due = self._starts.is_due(bool(failed), bool(self.addresses()), now)
        if due:
            reason = next((handle.failure for handle in failed if handle.failure), "")
            self._starts.reason = reason
            _log.warning("%d workers did not start; starting them again. %s", len(failed), reason)
        if lost or due:
            gone = [*lost, *(failed if due else ())]
            self._workers = [handle for handle in self._workers if handle not in gone]
            self._start_missing()
        self._kill_hanging(now)
        self._kill_full(now)

    def _start_missing(self) -> None:
        if fork_server.AVAILABLE and (self._server is None or self._server.has_ended()):
            self._server = fork_server.take()
        for _ in range(self.size - len(self._workers)):
            self._workers.append(WorkerHandle(self._server, self._on_event, self._on_progress, self._change))

    def _kill_hanging(self, now: float) -> None:
        busy = [handle for handle in self._workers if handle.is_busy and not handle.ended]
        if now - self._last_ping >= PING_SECONDS:
            self._last_ping = now
            for handle in busy:
                handle.ping()
        last_heard = {handle.address: handle.last_heard for handle in busy}
        for address in self._silence.longer_than(HUNG_SECONDS, last_heard, now):
            _log.warning("The worker %s hangs; replacing it.", address)
            self.kill(address)

    def _kill_full(self, now: float) -> None:
        if now - self._last_look < MEMORY_SECONDS:
            return
        self._last_look = now
        for handle in self._workers:
            if handle.is_busy and handle.memory > FULL * MEMORY_LIMIT / self.size:
                _log.warning("The worker %s takes more than its share of the memory; replacing it.", handle.address)
                handle.kill()

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Waits for a worker's answer to a question; raises ``UserError`` if that fails or times out."""
        until = time.monotonic() + timeout
        with self._changed:
            self._changed.wait_for(self._free_for_a_question, timeout)
            free = self._free_for_a_question()
            if not free:
                raise UserError(_NO_ANSWER)
            future = min(free, key=lambda handle: handle.training is not None).ask(question)
        try:
            return future.result(max(0.0, until - time.monotonic()))
        except (LostError, TimeoutError) as error:
            raise UserError(_NO_ANSWER) from error

    def close(self) -> None:
        """Kills all workers: their files are written atomically. They may start again."""
        self.resting = True
        workers, self._workers = self._workers, []
        if self._server is not None:
            self._server.end()
        for handle in workers:
            handle.kill()

    def _free_for_a_question(self) -> list[WorkerHandle]:
        return [handle for handle in self._workers if handle.is_free_for_a_question]

    def _handle(self, address: str) -> WorkerHandle | None:
        return next((handle for handle in self._workers if handle.address == address), None)

    def _change(self) -> None:
        with self._changed:
            self._changed.notify_all()
        self._on_change()
