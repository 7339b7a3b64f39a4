"""The Dask cluster that trains: its workers, what is sent to them and what they say."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster
from distributed.system import MEMORY_LIMIT

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_folder
from rnn_compare.runs.files import Which
from rnn_compare.training.local import worker
from rnn_compare.training.workers import Training, WorkerFacts, facts_of

WORKERS_VARIABLE = "RNN_COMPARE_WORKERS"
WORKER_BYTES = 1_500_000_000
"""Memory set aside for one worker: TensorFlow alone takes half of it."""
CLOSE_SECONDS = 10.0
QUESTION = {"question": 1}
"""A resource of Dask's: each worker has one, and a question takes it while it is answered."""

ENVIRONMENT = {
    # One job gains nothing from a second thread of TensorFlow; two jobs side by side do, see docs/decisions.md.
    # Several threads of BLAS that share a core with another job wait for each other: an epoch took twenty times as
    # long.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Batches of the same size come again and again: glibc is to keep their memory, not fetch it anew from the system.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "KERAS_BACKEND": "tensorflow",
}
"""What must stand in a worker's environment when its process begins: NumPy and glibc read it at once."""

CONFIGURATION = {
    # TensorFlow's own memory would have Dask pause a worker silently; a job's arrays cannot be spilled anyway.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # A worker that is started anew imports TensorFlow; until then Dask would give it up for lost.
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    # A clock that is set, or a laptop that was asleep, would have Dask give up all workers as long silent.
    "distributed.scheduler.worker-ttl": None,
    # Samples every thread a hundred times a second, for a dashboard that is off.
    "distributed.worker.profile.enabled": False,
    # There is a small HTTP server even without a dashboard; nobody needs it.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def worker_count() -> int:
    """Returns how many workers this machine carries: one a core, as memory allows.

    ``RNN_COMPARE_WORKERS`` overrides it.

    Raises:
        UserError: If the variable is no whole number above 0.
    """
    chosen = os.environ.get(WORKERS_VARIABLE)
    if not chosen:
        return max(1, min(CPU_COUNT, MEMORY_LIMIT // WORKER_BYTES))
    if not chosen.isdecimal() or not 1 <= int(chosen) <= 512:
        raise UserError(f"{WORKERS_VARIABLE} is {chosen!r}; it must be a whole number between 1 and 512.")
    return int(chosen)


class Cluster:
    """Worker processes on this machine, each for one training at a time.

    Making one takes a moment; the workers then come up on their own (``addresses`` tells which are
    there) and are replaced when they die.

    Args:
        on_event: Takes each message of a worker's ``send``. Called on Dask's event loop: it must return
            at once and call nothing here.
        size: How many; as many as the machine carries if None.
    """

    problem: str | None = None

    def __init__(self, on_event: Callable[[dict[str, Any]], None], size: int | None = None) -> None:
        dask.config.set(CONFIGURATION)
        # Workers inherit it. Dask's own ways come too late, or give way to what a batch system has set.
        os.environ.update(ENVIRONMENT)
        worker.trim_log()
        self.size = size or worker_count()
        cluster = LocalCluster(  # type: ignore[no-untyped-call]  # distributed types few of its methods
            n_workers=0,
            # The second thread is for what people wait for while a training runs, such as a summary.
            threads_per_worker=2,
            # Questions take one at a time: else many of them would keep a training waiting for both threads.
            resources=QUESTION,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=MEMORY_LIMIT // self.size,
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": 0, "dashboard_address": "127.0.0.1:0"},
            preload=[worker.__name__],
            # Pinned, so that a worker started anew next week still writes where the first ones did.
            env={CACHE_VARIABLE: str(cache_folder())},
        )
        client = Client(cluster)  # type: ignore[no-untyped-call]  # as above
        client.subscribe_topic(  # type: ignore[no-untyped-call]  # as above
            worker.TOPIC, lambda entry: on_event(entry[1]["event"])
        )
        cluster.scale(self.size)  # type: ignore[no-untyped-call]  # as above
        self._cluster: Any = cluster
        self._client: Any = client

    def addresses(self) -> list[str]:
        """Returns the workers that are there and warm."""
        return list(self._client.nthreads())

    def facts(self) -> list[WorkerFacts]:
        """Returns what Dask's scheduler last heard of each worker."""
        workers = self._client.scheduler_info()["workers"].items()
        return [facts_of(address, info) for address, info in workers]

    def excuse(self, training: Training) -> str | None:  # noqa: ARG002  # as of all kinds of workers
        """Returns None: a worker on this machine that is lost was lost with its run, or because of it."""
        return None

    def answers(self) -> bool:
        """Tells whether a worker is there for questions."""
        return bool(self.addresses())

    def train(self, run: str, experiment: Experiment, address: str) -> Any:
        """Sends a run to a worker.

        Returns:
            A Dask future that tells nothing but whether the worker is done with it, or dead.
        """
        return self._client.submit(
            worker.train, run, experiment, workers=[address], allow_other_workers=False, pure=False, retries=0
        )

    def ask_to_stop(self, run: str, address: str) -> None:
        """Has a run end after its present batch; returns without waiting for it."""
        self._tell(worker.ask_to_stop, run, workers=[address])

    def kill(self, address: str) -> None:
        """Kills a worker, whatever it does; a new one follows. Returns without waiting for it."""
        self._tell(worker.kill, workers=[address], nanny=True)

    def summary(self, experiment: Experiment, timeout: float) -> str:
        """Returns Keras' ``model.summary()``, made by some worker.

        Raises:
            UserError: If that fails or takes too long.
        """
        return str(self._ask(timeout, worker.summary, experiment))

    def write_model(self, run: str, experiment: Experiment, which: Which, timeout: float) -> str:
        """Has some worker write a run's ``.keras`` file, and returns its path.

        Raises:
            UserError: If that fails or takes too long.
        """
        return str(self._ask(timeout, worker.write_model, run, experiment, which))

    def analyse(self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], timeout: float) -> Any:
        """Has some worker call a function, which tells its progress under a name, and returns what it returns.

        Raises:
            UserError: If that fails or takes too long.
        """
        return self._ask(timeout, worker.analyse, name, function, arguments)

    def close(self) -> None:
        """Ends all workers at once, whatever they do: their files are there whole or not at all."""
        self._client.close(timeout=CLOSE_SECONDS)
        self._cluster.sync(self._kill_all)
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

    def _ask(self, timeout: float, function: Callable[..., dict[str, Any]], *args: Any) -> Any:
        future = self._client.submit(function, *args, pure=False, retries=0, resources=QUESTION)
        try:
            answer: dict[str, Any] = future.result(timeout)
        except Exception as error:
            raise UserError(
                "No worker answered: they are starting, busy or were lost. Try again in a moment."
            ) from error
        finally:
            future.release()
        if "error" in answer:
            raise UserError(answer["error"])
        return answer["value"]

    def _tell(self, function: Callable[..., None], *args: Any, **where: Any) -> None:
        # A worker that hangs must not hold up the engine, which has others to look after.
        threading.Thread(
            target=self._client.run, args=(function, *args), kwargs={"on_error": "ignore", **where}, daemon=True
        ).start()
