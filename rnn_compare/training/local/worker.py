"""Start, log and end of a worker process of this machine, with Dask's settings and patches for it.

The server imports this too, so Keras comes in only when a function is called.
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
from rnn_compare.training.worker.cores import give_way
from rnn_compare.training.worker.worker_process import prepare

HEARTBEAT_SECONDS = 5.0
"""Seconds between two heartbeats of a worker. Dask has two a second while there are few."""
NEVER_SECONDS = 86_400.0
"""A day."""

CONFIGURATION = {
    "distributed.worker.multiprocessing-method": fork_server.METHOD,
    # TensorFlow's own memory would have Dask pause a worker silently; a job's arrays cannot be spilled anyway.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # A worker that is started anew imports TensorFlow; until then Dask would give it up for lost.
    "distributed.deploy.lost-worker-timeout": "10 minutes",
    # Set for the workers of a cluster; one of this machine's would end for good.
    "distributed.worker.lifetime.duration": None,
    # A clock that is set, or a laptop that was asleep, would have Dask give up all workers as long silent.
    "distributed.scheduler.worker-ttl": None,
    # Samples every thread a hundred times a second, for a dashboard that is off.
    "distributed.worker.profile.enabled": False,
    # A laptop that waits for its lecture is left alone: what Dask looks at many times a second serves its own
    # dashboard, or clusters that move data about.
    "distributed.admin.tick.interval": "60s",
    "distributed.admin.tick.cycle": "60s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.monitor-interval": "2s",
    # Of the last thousand messages of each kind and connection, in which nobody looks anything up.
    "distributed.admin.low-level-log-length": 100,
    # There is a small HTTP server even without a dashboard; nobody needs it.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def quieten_scheduler(dask_scheduler: DaskObject) -> None:
    """Ends what a scheduler looks at four times a second: whether it should give up for want of work or of workers."""
    scheduler.heartbeat_interval = lambda n: HEARTBEAT_SECONDS  # noqa: ARG005  # the number of workers, by Dask's name
    for name in ("idle-timeout", "no-workers-timeout"):
        dask_scheduler.periodic_callbacks[name].stop()


def quieten_worker(dask_worker: Worker) -> None:
    """Has a worker that begins never look for lost data: what it trains with is in its own files."""
    del dask_worker.periodic_callbacks["find-missing"]


LOG_BYTES = 1_000_000


def dask_setup(worker: Worker) -> None:
    """Prepares a fresh worker, before it takes its first job: Dask calls it when this module is preloaded."""
    quieten_worker(worker)
    fork_server.end_with_it()
    make_ready()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the fork server's children begin with Python's own
    _write_to_log()


@functools.cache
def make_ready() -> None:
    """Does what all workers need, once: a worker that is forked afterwards has it."""
    # Ctrl-C at the command line reaches the whole group of processes; the engine decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _write_to_log()
    give_way()
    # TensorFlow makes a million objects that stay: looking through them for garbage again and again takes a second.
    gc.disable()
    prepare()
    gc.freeze()
    gc.enable()


def kill(dask_worker: Nanny) -> None:
    """Kills the worker process at once; called on its nanny, which then starts a new one."""
    if dask_worker.pid is not None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it may just have died of its own
            psutil.Process(dask_worker.pid).kill()  # SIGKILL, and what Windows has in its place


def trim_log() -> None:
    """Begins a new log where the old one has grown long; one old one is kept."""
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
