"""The fork server: it imports TensorFlow and loads the kernels, and workers are forked from it (on Linux).

A worker that imports these itself needs two seconds of processor time and 300 MB; a forked one starts in a fraction of
a second and shares the memory. TensorFlow may be forked before anything has run in it: importing it and loading kernels
start no thread. On macOS and Windows forking is unsafe or missing, so each worker imports for itself.

Python's own fork server and ``spawn`` are not used: their processes run the user's script again, which may raise.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import psutil

from rnn_compare.paths import CACHE_VARIABLE, cache_place

AVAILABLE = sys.platform == "linux"
NAME, WORKER = "rnn_compare.training.local.fork_server", "rnn_compare.training.local.worker"
"""Modules that run in a fork server and its workers, and in a worker that was not forked."""
END_SECONDS = 10.0

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


class ForkServer:
    """A fork server, which ends with the thread that starts it (see ``worker.end_with``)."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = start_python(NAME, str(os.getpid()), str(theirs.fileno()), keep=[theirs.fileno()])

    def fork(self) -> socket.socket:
        """Requests a worker and returns the connection to it, at whose end it has ended. Returns at once."""
        ours, theirs = socket.socketpair()
        with theirs, contextlib.suppress(OSError):  # it has ended, and so does the connection
            socket.send_fds(self._requests, [b"f"], [theirs.fileno()])
        return ours

    def has_ended(self, within: float = 0.0) -> bool:
        """Returns whether it has ended; waits for that for so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        return self._process.returncode is not None

    def end(self) -> None:
        """Ends it and its workers."""
        with contextlib.suppress(psutil.NoSuchProcess):
            workers = psutil.Process(self._process.pid).children()  # first, while somebody forgets them
            for worker in workers:
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()
            psutil.wait_procs(workers, END_SECONDS)
        self._process.kill()
        self._process.wait(END_SECONDS)
        self._requests.close()


_early: list[ForkServer] = []


def start() -> None:
    """Starts a fork server and returns while it imports; the next ``take`` returns it."""
    if AVAILABLE and not _early:
        _early.append(ForkServer())


def take() -> ForkServer:
    """Returns the fork server that ``start`` started, or a new one."""
    return _early.pop() if _early else ForkServer()


def start_python(module: str, *arguments: str, keep: list[int], pipes: bool = False) -> "subprocess.Popen[bytes]":
    """Starts a module of this package as a process with a worker's environment.

    Args:
        module, arguments: As after `python -m`.
        keep: Descriptors that it inherits.
        pipes: Whether its standard input and output are connected to this process.
    """
    # Pinned: a worker that is replaced next week must write to the same folder.
    environment = {**os.environ, **ENVIRONMENT, CACHE_VARIABLE: str(cache_place()), "PYTHONPATH": search_path()}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],  # -P: a file in the current folder replaces no package
        env=environment,
        pass_fds=keep,
        stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
        stdout=subprocess.PIPE if pipes else None,
    )


def is_fork_server(process: psutil.Process) -> bool:
    """Returns whether a process is a fork server, not one of its workers, which have the same command."""
    parent = process.parent()
    return NAME in process.cmdline() and not (parent and NAME in parent.cmdline())


def search_path() -> str:
    """Returns a ``PYTHONPATH`` with which a process finds this package from any folder."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))


def serve(program: int, requests: socket.socket) -> NoReturn:
    """Called in the fork server: forks a worker for every connection that arrives, until the program ends.

    Args:
        program: The id of the process that started it.
        requests: Brings the connections.
    """
    from rnn_compare.training.local import worker  # not needed where only the others are

    worker.end_with(program)
    try:
        worker.make_ready()
    except Exception:  # each worker then tries itself, and reports the error
        logging.getLogger(__name__).exception("The workers' fork server could not import everything.")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets ended workers
    server = os.getpid()
    while True:
        _, connections, _, _ = socket.recv_fds(requests, 1, 1)
        if not connections:
            os._exit(0)
        with socket.socket(fileno=connections[0]) as connection:
            try:
                is_worker = os.fork() == 0
            except OSError:  # no memory: the closed connection says so
                logging.getLogger(__name__).exception("A worker could not be forked.")
                continue
            if is_worker:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                requests.close()
                worker.end_with(server)
                worker.serve(connection.makefile("rb"), connection.makefile("wb"))


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C and `timeout` reach it too; the engine decides what ends
        signal.signal(number, signal.SIG_IGN)
    serve(int(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])))
