"""The workers of this machine: a local Dask cluster."""

import asyncio
import logging
import os
import pickle
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster
from distributed.core import Status
from distributed.system import MEMORY_LIMIT
from distributed.utils import get_mp_context

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.paths import CACHE_VARIABLE, cache_place
from rnn_compare.training import protocol
from rnn_compare.training.local import fork_server, worker
from rnn_compare.training.local.supervision import Silence, Starts
from rnn_compare.training.worker import job, worker_process
from rnn_compare.training.worker.cores import THREADS_VARIABLE, number_from, shares
from rnn_compare.training.worker.worker_process import without

T = TypeVar("T")

_log = logging.getLogger(__name__)

WORKERS_VARIABLE = "RNN_COMPARE_WORKERS"
WORKER_BYTES = 1_500_000_000
"""Memory reserved for one worker: TensorFlow alone takes half of it."""
CLOSE_SECONDS = 10.0
SILENT_SECONDS, HUNG_SECONDS = 30.0, 10.0
"""Silence after which a worker is checked (its heartbeat comes every few seconds, whatever it trains), and maximum time
for its answer; without an answer, it hangs."""
QUESTION_SLOT = {"question": 1}
"""A Dask resource: each worker has one, which a question occupies."""


def worker_count() -> int:
    """Returns the number of workers for this machine: one per core, as memory allows, or ``RNN_COMPARE_WORKERS``.

    Raises ``UserError`` if the variable is not a positive whole number.
    """
    return number_from(WORKERS_VARIABLE) or max(1, min(CPU_COUNT, MEMORY_LIMIT // WORKER_BYTES))


class LocalWorkers(protocol.Workers):
    """Worker processes on this machine, each for one training at a time.

    They start in the background and are replaced when they die.

    Args:
        on_event, on_progress: Called on Dask's event loop.
        size: Number of workers; ``worker_count()`` if None.
    """

    def __init__(self, on_event: protocol.OnEvent, on_progress: protocol.OnProgress, size: int | None = None) -> None:
        dask.config.set(worker.CONFIGURATION)
        with without("pandas", "lz4"):  # Dask lets the fork server import them, starting with this process
            get_mp_context()  # type: ignore[no-untyped-call]  # distributed types few of its functions
        worker.trim_log()
        self.size = size or worker_count()
        self.resting = False
        self._on_event, self._on_progress = on_event, on_progress
        self._most_threads = number_from(THREADS_VARIABLE)
        self._shares: dict[str, int] = {}
        self._silence = Silence()
        self._cluster: protocol.DaskObject
        self._client: protocol.DaskObject
        self._starts = Starts(time.monotonic())
        self._open()

    def _open(self) -> None:
        fork_server.start()
        cluster: protocol.DaskObject = LocalCluster(  # type: ignore[no-untyped-call]  # distributed types few of its methods
            n_workers=0,
            # The second thread answers questions during a training.
            threads_per_worker=2,
            # Limits questions to one at a time: otherwise they could occupy both threads.
            resources=QUESTION_SLOT,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_sync_interval=worker.NEVER_SECONDS,
            memory_limit=MEMORY_LIMIT // self.size,
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": 0, "dashboard_address": "127.0.0.1:0"},
            preload=[worker.__name__],
            # Pinned: a worker that is replaced next week must write to the same folder.
            env={CACHE_VARIABLE: str(cache_place())},
        )
        worker.quieten_scheduler(cluster.scheduler)
        client: protocol.DaskObject = Client(cluster)  # type: ignore[no-untyped-call]  # as above
        client.subscribe_topic(protocol.EVENTS, lambda entry: self._on_event(*pickle.loads(entry[1])))
        client.subscribe_topic(protocol.PROGRESS, lambda entry: self._on_progress(*entry[1]))
        cluster.scale(self.size)
        self._cluster, self._client = cluster, client

    @property
    def problem(self) -> str | None:
        """Why no worker starts, in a sentence, after some tries."""
        return None if self.addresses() else self._starts.problem

    def addresses(self) -> list[str]:
        """Returns the workers that are ready to train."""
        return [] if self.resting else list(self._client.nthreads())

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns each worker's entry in Dask's scheduler."""
        workers = {} if self.resting else self._client.scheduler_info()["workers"]
        return [protocol.worker_info(address, facts) for address, facts in workers.items()]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker; the future ends with the training, or the worker."""
        future: protocol.Training = self._client.submit(
            job.attempt_training, attempt, run, experiment, workers=[address], pure=False, retries=0
        )
        return future

    def worker_loss_reason(self, training: protocol.Training) -> None:
        """Returns None: the run may be the reason, as when it needs too much memory."""

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Asks an attempt to end after its current batch."""
        self._call(job.ask_to_stop, attempt, workers=[address])

    def kill(self, address: str) -> None:
        """Kills a worker, which is then replaced."""
        self._call(worker.kill, workers=[address], nanny=True)

    def share_cores(self, training: Collection[str]) -> None:
        """Divides the cores among the workers in training, as numbers of threads from the next batch on."""
        present = shares(training, self._most_threads)
        for address, count in present.items() - self._shares.items():
            self._call(threads.allow, count, workers=[address])
        self._shares = present

    def rest(self) -> None:
        """Ends all worker processes, and Dask, which always uses a little processor time."""
        self.resting = True
        self._close()

    def start_again(self) -> None:
        """Starts the workers again."""
        self._open()
        self.resting = False

    def maintain(self) -> None:
        """Restarts workers that failed to start or hang; while they rest, ends their fork server."""
        if self.resting:
            fork_server.end_if_unused()
            return
        self._restart_failed()
        scheduler = self._cluster.scheduler
        # Dask's own check, worker-ttl, mistakes a laptop's sleep for hanging.
        last_seen = {address: state.last_seen for address, state in scheduler.workers.copy().items()}
        for address in self._silence.longer_than(SILENT_SECONDS, last_seen, time.monotonic()):
            threading.Thread(target=self._kill_unless_it_answers, args=(address,), daemon=True).start()

    def _restart_failed(self) -> None:
        # Dask replaces a worker that dies, unless it dies while starting, as all do if their fork server is killed.
        failed = [name for name, nanny in self._cluster.workers.copy().items() if nanny.status is Status.failed]
        if not self._starts.is_due(bool(failed), bool(self.addresses()), time.monotonic()):
            return
        _log.warning("%d workers did not start; starting them again.", len(failed))
        fork_server.start()
        cluster = self._cluster

        def start_again() -> None:
            for name in failed:
                cluster.workers.pop(name, None)
            cluster.scale(self.size)

        cluster.loop.add_callback(start_again)

    def _kill_unless_it_answers(self, address: str) -> None:
        # Silence alone proves nothing: Tornado schedules heartbeats by the wall clock, which may be set back.
        check = self._call(os.getpid, workers=[address])
        check.join(HUNG_SECONDS)
        if check.is_alive():
            _log.warning("The worker %s hangs; replacing it.", address)
            self.kill(address)

    def answers(self) -> bool:
        """Returns whether a worker is ready."""
        return bool(self.addresses())

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Lets a worker answer a question; raises ``UserError`` if that fails or times out."""
        future = self._client.submit(worker_process.answer, question, pure=False, retries=0, resources=QUESTION_SLOT)
        try:
            answer: protocol.Answer[T] = future.result(timeout)
        except Exception as error:
            raise UserError("No worker answered. Try again in a moment.") from error
        finally:
            future.release()
        return answer.result()

    def close(self) -> None:
        """Kills all workers: their files are written atomically."""
        if self.resting:
            fork_server.end_if_unused()
        else:
            self._close()

    def _close(self) -> None:
        self._client.close(timeout=CLOSE_SECONDS)
        self._cluster.sync(self._kill_all)
        fork_server.end_if_unused()  # it may still be importing, with workers waiting for it
        self._cluster.close(timeout=CLOSE_SECONDS)

    async def _kill_all(self) -> None:
        self._cluster.scale(0)
        until = time.monotonic() + CLOSE_SECONDS
        # Dask lists a worker once it has started; one that is importing TensorFlow is only among the created.
        while alive := [nanny for nanny in self._cluster._created if nanny.pid is not None]:
            for nanny in alive:
                nanny.close_gracefully()  # prevents a replacement
                worker.kill(nanny)
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.05)

    def _call(
        self, function: Callable[..., object], *arguments: str | int, workers: Sequence[str], nanny: bool = False
    ) -> threading.Thread:
        # In a thread: a worker that hangs must not block the engine.
        where = {"workers": workers, "nanny": nanny, "on_error": "ignore"}
        thread = threading.Thread(target=self._client.run, args=(function, *arguments), kwargs=where, daemon=True)
        thread.start()
        return thread
