"""The fork server: it imports TensorFlow and loads the kernels, and workers are forked from it (on Linux).

A worker that imports these itself needs two seconds of processor time and 300 MB; a forked one starts in a fraction of
a second and shares the memory. TensorFlow may be forked before anything has run in it: importing it and loading kernels
start no thread. On macOS and Windows forking is unsafe or missing, so each worker imports for itself.
"""

import contextlib
import ctypes
import functools
import logging
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Future
from multiprocessing import forkserver
from pathlib import Path
from queue import SimpleQueue

import psutil

AVAILABLE = sys.platform == "linux"
METHOD: str = "forkserver" if AVAILABLE else "spawn"
"""Python's start method for worker processes."""
_PROGRAM = "RNN_COMPARE_FORK_SERVER_OF"
"""Names the process that started a fork server."""
_IMPORTED_IN = os.getpid()
"""In a worker, the fork server's process, which imported this module."""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_COMMAND, _SPAWNED = "from multiprocessing.forkserver import main", "spawn_main"
"""Parts of the commands of a fork server and its workers, and of a worker that was not forked."""

ENVIRONMENT = {
    # A second thread of TensorFlow does not speed up a job; a second job uses the core better (docs/decisions.md).
    # BLAS threads that share a core with another job wait for each other: an epoch took twenty times as long.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Batches have the same size again and again: glibc should keep their memory instead of returning it.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
    # Tables of one or two megabytes are read at random: address translation is slow with small pages.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "KERAS_BACKEND": "tensorflow",
}
"""Environment of a worker process from its start, because NumPy and glibc read it at once."""


def start() -> None:
    """Starts the fork server unless it is running, and returns while it imports.

    Called before workers start, as early as possible.
    """
    # Workers inherit it. Dask's settings apply too late, or do not override those of a batch system.
    os.environ.update(ENVIRONMENT)
    if AVAILABLE:
        multiprocessing.set_forkserver_preload([__name__])
        started: Future[None] = Future()
        _requests().put(started)
        started.result()


@functools.cache
def _requests() -> "SimpleQueue[Future[None]]":
    """Returns the queue of a thread that starts fork servers and never ends (see ``end_with_program``)."""
    requests: SimpleQueue[Future[None]] = SimpleQueue()

    def serve() -> None:
        while True:
            started, before = requests.get(), os.environ.get("PYTHONPATH", "")
            # The parent, and the place of this package: the current folder may be another.
            os.environ.update({_PROGRAM: str(os.getpid()), "PYTHONPATH": search_path()})
            try:
                forkserver.ensure_running()
            except OSError as error:
                started.set_exception(error)
            del os.environ[_PROGRAM]
            os.environ["PYTHONPATH"] = before  # only this variable, since other threads read the environment
            if not started.done():
                started.set_result(None)

    threading.Thread(target=serve, name="fork server", daemon=True).start()
    return requests


def end_with_program() -> None:
    """Called in the fork server: makes Linux kill it as soon as the process that started it ends.

    By itself it would notice only after its imports, seconds later on a busy machine. To Linux, the parent is the
    thread that started the process, so a fork server that Python has restarted from a temporary thread is excepted.
    """
    if program := os.environ.pop(_PROGRAM, ""):
        _end_with(int(program))


def end_with_fork_server() -> None:
    """Called in a worker: makes Linux kill it as soon as its fork server ends, if it has one."""
    if os.getpid() != _IMPORTED_IN:
        _end_with(_IMPORTED_IN)


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has already ended
        os._exit(1)


def end_if_unused() -> None:
    """Ends fork servers without workers."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):  # it has just ended
            if is_fork_server(child) and not child.children():
                child.kill()
                # Otherwise the next worker would be requested from a dying one. Python itself must see its end.
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Returns the running worker processes of a process."""
    workers = []
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end meanwhile
            command = _command_of(child)
            if (_COMMAND in command and not is_fork_server(child)) or _SPAWNED in command:
                workers.append(child)
    return workers


def is_fork_server(process: psutil.Process) -> bool:
    """Returns whether a process is a fork server, not one of its workers, which have the same command."""
    parent = process.parent()
    return _COMMAND in _command_of(process) and not (parent and _COMMAND in _command_of(parent))


def _command_of(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def search_path() -> str:
    """Returns a ``PYTHONPATH`` with which a process finds this package from any folder."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))


if _COMMAND in " ".join(sys.orig_argv):  # in a fork server, which imports this module before it forks a worker
    end_with_program()
    from rnn_compare.training.local import worker

    try:
        worker.make_ready()
    except Exception:  # each worker then tries itself, and reports the error
        logging.getLogger(__name__).exception("The workers' fork server could not import everything.")
