"""The workers of this machine: Dask processes, the work sent to them and their messages."""

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
from rnn_compare.training.worker import worker_process
from rnn_compare.training.worker.cores import THREADS_VARIABLE, Cores, number_from
from rnn_compare.training.worker.worker_process import without

T = TypeVar("T")

_log = logging.getLogger(__name__)

WORKERS_VARIABLE = "RNN_COMPARE_WORKERS"
WORKER_BYTES = 1_500_000_000
"""Memory set aside for one worker: TensorFlow alone takes half of it."""
CLOSE_SECONDS = 10.0
SILENT_SECONDS, HUNG_SECONDS = 30.0, 10.0
"""After how long a worker that says nothing is asked whether it is there (it tells that it lives every
few seconds, whatever it trains), and how long it may take to answer. One that does not hangs."""
QUESTION_SLOT = {"question": 1}
"""A resource of Dask's: each worker has one, and a question takes it while it is answered."""


def worker_count() -> int:
    """Returns how many workers this machine carries: one a core, as memory allows.

    ``RNN_COMPARE_WORKERS`` overrides it. Raises ``UserError`` if the variable is no whole number above 0.
    """
    return number_from(WORKERS_VARIABLE) or max(1, min(CPU_COUNT, MEMORY_LIMIT // WORKER_BYTES))


class LocalWorkers(protocol.Workers):
    """Worker processes on this machine, each for one training at a time.

    Making one takes a moment; the workers then come up on their own (``addresses`` tells which are
    there) and are replaced when they die.

    Args:
        on_message: Takes each message of a worker. Called on Dask's event loop: it must return at once and call
            nothing here.
        size: How many; as many as the machine carries if None.
    """

    def __init__(self, on_message: protocol.OnMessage, size: int | None = None) -> None:
        dask.config.set(worker.CONFIGURATION)
        with without("pandas", "lz4"):  # Dask has a fork server import them, and begins with this process
            get_mp_context()  # type: ignore[no-untyped-call]  # distributed types few of its functions
        worker.trim_log()
        self.size = size or worker_count()
        self._on_message = on_message
        self._cores = Cores(number_from(THREADS_VARIABLE))
        self._silence = Silence()
        self._cluster: protocol.DaskObject
        self._client: protocol.DaskObject
        self._resting = False
        self._starts = Starts(time.monotonic())
        self._open()

    def _open(self) -> None:
        fork_server.start()
        cluster = LocalCluster(  # type: ignore[no-untyped-call]  # distributed types few of its methods
            n_workers=0,
            # The second thread is for what people wait for while a training runs, such as a summary.
            threads_per_worker=2,
            # Questions take one at a time: else many of them would keep a training waiting for both threads.
            resources=QUESTION_SLOT,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_sync_interval=worker.NEVER_SECONDS,
            memory_limit=MEMORY_LIMIT // self.size,
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": 0, "dashboard_address": "127.0.0.1:0"},
            preload=[worker.__name__],
            # Pinned, so that a worker started anew next week still writes where the first ones did.
            env={CACHE_VARIABLE: str(cache_place())},
        )
        worker.quieten_scheduler(cluster.scheduler)
        client = Client(cluster)  # type: ignore[no-untyped-call]  # as above
        client.subscribe_topic(  # type: ignore[no-untyped-call]  # as above
            protocol.TOPIC, lambda entry: self._on_message(pickle.loads(entry[1]))
        )
        cluster.scale(self.size)  # type: ignore[no-untyped-call]  # as above
        self._cluster, self._client = cluster, client

    @property
    def problem(self) -> str | None:
        """Why none comes up, in a sentence, once that has been tried a few times."""
        return None if self.addresses() else self._starts.problem

    def addresses(self) -> list[str]:
        """Returns the workers that are there and warm."""
        return [] if self._resting else list(self._client.nthreads())

    def info(self) -> list[protocol.WorkerInfo]:
        """Returns what Dask's scheduler last heard of each worker."""
        workers = {} if self._resting else self._client.scheduler_info()["workers"]
        return [protocol.worker_info(address, facts) for address, facts in workers.items()]

    def train(self, attempt: str, run: str, experiment: Experiment, address: str) -> protocol.Training:
        """Sends a run to a worker; the future tells nothing but whether the worker is done with it, or dead."""
        future: protocol.Training = self._client.submit(
            worker_process.train, attempt, run, experiment, workers=[address], pure=False, retries=0
        )
        return future

    def ask_to_stop(self, attempt: str, address: str) -> None:
        """Has an attempt end after its present batch; returns without waiting for it."""
        self._call(worker_process.ask_to_stop, attempt, workers=[address])

    def kill(self, address: str) -> None:
        """Kills a worker, whatever it does; a new one follows. Returns without waiting for it."""
        self._call(worker.kill, workers=[address], nanny=True)

    def share_cores(self, at_work: Collection[str]) -> None:
        """Has the workers that train use as many threads as there are cores for each; they obey from batch to batch."""
        for address, count in self._cores.changes(at_work).items():
            self._call(threads.allow, count, workers=[address])

    def rest(self) -> None:
        """Ends all worker processes, and with them Dask, which is never quite still; their memory is free then."""
        self._resting = True
        self._close()

    def rise(self) -> None:
        """Starts as many as there were."""
        self._open()
        self._resting = False

    def look_after(self) -> None:
        """Starts those anew that did not come up, and kills those that hang; while they rest, what they were forked
        from ends too.
        """
        if self._resting:
            fork_server.end_if_unused()
            return
        self._renew()
        scheduler = self._cluster.scheduler
        # Dask's own way, a time to live, takes a laptop's sleep for hanging.
        heard = {address: state.last_seen for address, state in scheduler.workers.copy().items()}
        for address in self._silence.longer_than(SILENT_SECONDS, heard, time.monotonic()):
            threading.Thread(target=self._kill_unless_it_answers, args=(address,), daemon=True).start()

    def _renew(self) -> None:
        # Dask replaces a worker that dies, but gives one up that dies before it was ever there, as all do whose fork
        # server is killed while it imports.
        given_up = [name for name, nanny in self._cluster.workers.copy().items() if nanny.status is Status.failed]
        if not self._starts.is_due(bool(given_up), bool(self.addresses()), time.monotonic()):
            return
        _log.warning("%d workers did not start; starting them again.", len(given_up))
        fork_server.start()
        cluster = self._cluster

        def start_again() -> None:
            for name in given_up:
                cluster.workers.pop(name, None)
            cluster.scale(self.size)

        cluster.loop.add_callback(start_again)

    def _kill_unless_it_answers(self, address: str) -> None:
        # Silence proves nothing: Tornado times what Dask's workers tell by the wall clock, and where that is set back
        # they say nothing until it is as late as it was.
        asking = self._call(os.getpid, workers=[address])
        asking.join(HUNG_SECONDS)
        if asking.is_alive():
            _log.warning("The worker %s hangs; replacing it.", address)
            self.kill(address)

    def ask(self, question: protocol.WorkerQuestion[T], timeout: float) -> T:
        """Has some worker answer a question; raises ``UserError`` if that fails or takes too long."""
        future = self._client.submit(worker_process.answer, question, pure=False, retries=0, resources=QUESTION_SLOT)
        try:
            answer: protocol.Answer[T] = future.result(timeout)
        except Exception as error:
            raise UserError("No worker answered. Try again in a moment.") from error
        finally:
            future.release()
        return answer.result()

    def close(self) -> None:
        """Ends all workers at once, whatever they do: their files are there whole or not at all."""
        if self._resting:
            fork_server.end_if_unused()
        else:
            self._close()

    def _close(self) -> None:
        self._client.close(timeout=CLOSE_SECONDS)
        self._cluster.sync(self._kill_all)
        fork_server.end_if_unused()  # it may still import, and workers wait for it
        self._cluster.close(timeout=CLOSE_SECONDS)

    async def _kill_all(self) -> None:
        self._cluster.scale(0)
        until = time.monotonic() + CLOSE_SECONDS
        # Dask lists a worker once it is up; one that still imports TensorFlow is found among the created only.
        while alive := [nanny for nanny in self._cluster._created if nanny.pid is not None]:
            for nanny in alive:
                nanny.close_gracefully()  # else it would start a new worker
                worker.kill(nanny)
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.05)

    def _call(
        self, function: Callable[..., object], *arguments: str | int, workers: Sequence[str], nanny: bool = False
    ) -> threading.Thread:
        # A worker that hangs must not hold up the engine, which has others to look after.
        where = {"workers": workers, "nanny": nanny, "on_error": "ignore"}
        calling = threading.Thread(target=self._client.run, args=(function, *arguments), kwargs=where, daemon=True)
        calling.start()
        return calling
