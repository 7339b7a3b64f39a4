"""Start, log and end of a worker process of this machine.

The server imports this too, so Keras comes in only when a function is called.
"""

import contextlib
import functools
import gc
import os
import signal

import psutil
from distributed import Nanny, Worker

from rnn_compare.paths import worker_log
from rnn_compare.training.local import dask_settings, fork_server
from rnn_compare.training.worker.cores import give_way
from rnn_compare.training.worker.worker_process import prepare

LOG_BYTES = 1_000_000


def dask_setup(worker: Worker) -> None:
    """Prepares a fresh worker, before it takes its first job: Dask calls it when this module is preloaded."""
    dask_settings.quieten_worker(worker)
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
