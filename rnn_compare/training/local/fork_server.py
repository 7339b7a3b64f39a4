"""The fork server: it imports TensorFlow and loads the kernels, and workers are forked from it (on Linux).

Each worker that imports for itself takes two seconds of a processor to start and 300 MB of its own; a forked one takes
a fraction of a second and shares them. TensorFlow may be forked as long as nothing has run in it: importing it and
loading kernels starts no thread. Elsewhere (macOS, Windows) Python's ways to fork are unsafe or missing, and each
worker imports for itself.
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
"""Python's name for how worker processes begin."""
_PROGRAM = "RNN_COMPARE_FORK_SERVER_OF"
"""Tells a fork server the process that has started it."""
_IMPORTED_IN = os.getpid()
"""In a worker, the fork server's process: this module was imported there."""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_COMMAND, _SPAWNED = "from multiprocessing.forkserver import main", "spawn_main"
"""Parts of the command of a fork server and its workers, and of a worker that was not forked."""

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
    # Tables of a megabyte or two are read here and there: in small pages their addresses take long to look up.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "KERAS_BACKEND": "tensorflow",
}
"""Variables that a worker's process must begin with: NumPy and glibc read them at once."""


def start() -> None:
    """Starts the process that workers are forked from, unless it runs; it imports while this returns at once.

    Whoever starts workers calls it; who knows early that there will be some calls it early.
    """
    # Workers inherit it. Dask's own ways come too late, or give way to what a batch system has set.
    os.environ.update(ENVIRONMENT)
    if AVAILABLE:
        multiprocessing.set_forkserver_preload([__name__])
        started: Future[None] = Future()
        _requests().put(started)
        started.result()


@functools.cache
def _requests() -> "SimpleQueue[Future[None]]":
    """Returns what has the one thread start it that lasts as long as this process: see ``end_with_program``."""
    requests: SimpleQueue[Future[None]] = SimpleQueue()

    def serve() -> None:
        while True:
            started, before = requests.get(), os.environ.get("PYTHONPATH", "")
            # Tells it whose it is, and where this package is: it looks where it stands.
            os.environ.update({_PROGRAM: str(os.getpid()), "PYTHONPATH": search_path()})
            try:
                forkserver.ensure_running()
            except OSError as error:
                started.set_exception(error)
            del os.environ[_PROGRAM]
            os.environ["PYTHONPATH"] = before  # no other variable is touched: other threads read them meanwhile
            if not started.done():
                started.set_result(None)

    threading.Thread(target=serve, name="fork server", daemon=True).start()
    return requests


def end_with_program() -> None:
    """Called in the fork server: has the system end it as soon as the program dies that has started it.

    By itself it would notice only when it has imported, or is given the processor: seconds later on a busy machine.
    Linux takes the end of the thread that has started a process for its parent's. So one that Python has started anew
    by itself, from a thread that may end any time, is left to notice.
    """
    if program := os.environ.pop(_PROGRAM, ""):
        _end_with(int(program))


def end_with_it() -> None:
    """Called in a worker: has the system end it as soon as the fork server dies, if it comes from one."""
    if os.getpid() != _IMPORTED_IN:
        _end_with(_IMPORTED_IN)


def _end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before
        os._exit(1)


def end_if_unused() -> None:
    """Ends that process where no worker of it is left: it frees its memory, or has not come to fork any."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):  # it has ended by itself
            if is_one(child) and not child.children():
                child.kill()
                # Else the next worker is asked of one that is just dying. Python itself is to see that it has ended.
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Returns the worker processes that a process has started and that are still there."""
    workers = []
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if (_is_named_so(child) and not is_one(child)) or any(_SPAWNED in part for part in child.cmdline()):
                workers.append(child)
    return workers


def is_one(process: psutil.Process) -> bool:
    """Tells whether a process is a fork server, and no worker forked from one (they have the same command)."""
    parent = process.parent()
    return _is_named_so(process) and not (parent and _is_named_so(parent))


def is_this_process() -> bool:
    """Tells whether this process was started as a fork server."""
    return any(_COMMAND in part for part in sys.orig_argv)


def _is_named_so(process: psutil.Process) -> bool:
    return any(_COMMAND in part for part in process.cmdline())


def search_path() -> str:
    """Returns the ``PYTHONPATH`` of a process that is to find this package wherever it is started."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))


if is_this_process():  # which imports this module before it forks a worker
    end_with_program()
    from rnn_compare.training.local import worker

    try:
        worker.make_ready()
    except Exception:  # each worker then tries for itself, and says why it cannot
        logging.getLogger(__name__).exception("The workers' fork server could not import everything.")
