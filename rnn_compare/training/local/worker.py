"""Start, log and end of this machine's worker processes, and Dask's settings for them; what has no setting is patched.

The server imports this module too, so Keras is imported only inside the functions.
"""

import contextlib
import functools
import gc
import os
import signal

import psutil
from distributed import Nanny, Worker, scheduler

from rnn_compare.paths import worker_log
from rnn_compare.training.local import fork_server
from rnn_compare.training.protocol import DaskObject
from rnn_compare.training.worker.cores import lower_priority
from rnn_compare.training.worker.worker_process import prepare

HEARTBEAT_SECONDS = 5.0
"""Seconds between two heartbeats of a worker. Dask has two a second while there are few."""
NEVER_SECONDS = 86_400.0
"""A day."""

CONFIGURATION = {
    "distributed.worker.multiprocessing-method": fork_server.METHOD,
    # TensorFlow's own memory would make Dask pause a worker silently; a job's arrays cannot be spilled anyway.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # A replaced worker imports TensorFlow first; Dask would consider it lost.
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    # For the workers of a cluster only; one of this machine would end for good.
    "distributed.worker.lifetime.duration": None,
    # After the clock is set or a laptop was asleep, Dask would consider all workers lost.
    "distributed.scheduler.worker-ttl": None,
    # It samples every thread a hundred times a second, for a dashboard that is off.
    "distributed.worker.profile.enabled": False,
    # An idle laptop should stay idle: these checks, many times a second, serve Dask's dashboard or data transfers.
    "distributed.admin.tick.interval": "60s",
    "distributed.admin.tick.cycle": "60s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.monitor-interval": "2s",
    # By default it keeps a thousand messages of each kind and connection, which nobody reads.
    "distributed.admin.low-level-log-length": 100,
    # Even without a dashboard there is a small HTTP server, which nobody needs.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def quieten_scheduler(dask_scheduler: DaskObject) -> None:
    """Stops the scheduler's checks, four times a second, for a lack of work or workers."""
    scheduler.heartbeat_interval = lambda n: HEARTBEAT_SECONDS  # noqa: ARG005  # the number of workers, by Dask's name
    for name in ("idle-timeout", "no-workers-timeout"):
        dask_scheduler.periodic_callbacks[name].stop()


LOG_BYTES = 1_000_000


def dask_setup(worker: Worker) -> None:
    """Prepares a new worker before its first job; called by Dask, which preloads this module."""
    del worker.periodic_callbacks["find-missing"]  # a search for lost data, of which trainings have none
    fork_server.end_with_fork_server()
    make_ready()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the fork server's children start with Python's own handler
    _write_to_log()


@functools.cache
def make_ready() -> None:
    """Prepares this process for trainings, once; workers forked from it inherit that."""
    # Ctrl-C reaches all processes of a command line; the engine decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _write_to_log()
    lower_priority()
    # TensorFlow creates a million permanent objects; collecting garbage among them would take a second.
    gc.disable()
    prepare()
    gc.freeze()
    gc.enable()


def kill(dask_worker: Nanny) -> None:
    """Kills the worker process of a nanny, which then starts a new one."""
    if dask_worker.pid is not None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it may have just ended
            psutil.Process(dask_worker.pid).kill()  # SIGKILL or its equivalent on Windows


def trim_log() -> None:
    """Starts a new log if the current one is long; one old log is kept."""
    log = worker_log()
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def _write_to_log() -> None:
    # TensorFlow writes to the file descriptors themselves; `train --json` promises a clean stdout.
    worker_log().parent.mkdir(parents=True, exist_ok=True)
    log = os.open(worker_log(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
