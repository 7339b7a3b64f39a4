"""One process imports TensorFlow and loads the kernels; this machine's workers are forked from it (on Linux).

Each worker that imports for itself takes two seconds of a processor to start and 300 MB of its own; a forked one takes
a fraction of a second and shares them. TensorFlow may be forked as long as nothing has run in it: importing it and
loading kernels starts no thread. Elsewhere (macOS, Windows) Python's ways to fork are unsafe or missing, and each
worker imports for itself.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import psutil

AVAILABLE = sys.platform == "linux"
METHOD = "forkserver" if AVAILABLE else "spawn"
"""Python's name for how worker processes begin."""
PRELOADED = "rnn_compare.training.local.preloaded"
_COMMAND, _SPAWNED = "from multiprocessing.forkserver import main", "spawn_main"
"""What stands in the command of a fork server and its workers, and of a worker that was not forked."""

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


def start() -> None:
    """Starts the process that workers are forked from, unless it runs; it imports while this returns at once.

    Whoever starts workers calls it; who knows early that there will be some calls it early.
    """
    # Workers inherit it. Dask's own ways come too late, or give way to what a batch system has set.
    os.environ.update(ENVIRONMENT)
    if AVAILABLE:
        multiprocessing.set_forkserver_preload([PRELOADED])
        with _found_by_others():
            forkserver.ensure_running()


def end_if_unused() -> None:
    """Ends that process where no worker of it is left: it frees its memory, or has not come to fork any."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself
            if is_one(child) and not child.children():
                child.kill()


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Returns the worker processes that a process has started and that are still there."""
    found = []
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if (_is_named_so(child) and not is_one(child)) or any(_SPAWNED in part for part in child.cmdline()):
                found.append(child)
    return found


def is_one(process: psutil.Process) -> bool:
    """Tells whether a process is a fork server, and no worker forked from one (they have the same command)."""
    parent = process.parent()
    return _is_named_so(process) and not (parent and _is_named_so(parent))


def is_this_process() -> bool:
    """Tells whether this process was started as a fork server."""
    return any(_COMMAND in part for part in sys.orig_argv)


def _is_named_so(process: psutil.Process) -> bool:
    return any(_COMMAND in part for part in process.cmdline())


@contextlib.contextmanager
def _found_by_others() -> Iterator[None]:
    """Has a process that is started meanwhile find this package: it looks only where it stands, and in PYTHONPATH."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[3]), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
