"""Installation of this package in a cluster's worker.

This module is sent by value before the package is installed, so it imports only the standard library and Dask.
"""

import contextlib
import ctypes
import importlib
import importlib.metadata
import io
import logging
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker

NAME = "rnn_compare"
FOLDER = "rnn-compare-worker"
WORKER_MODULE = f"{NAME}.training.remote.worker"
"""Knows whether this process is training, if the package is already loaded."""

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -2, -3, -8  # malloc.h


def install(
    package: bytes, digest: str, environment: dict[str, str], cache: str, needed: list[str]
) -> tuple[int, dict[str, str | None]]:
    """Makes the package importable in this worker process, and adjusts the process for trainings.

    Args:
        package: The package as a zip file.
        digest: Its hash; an installed package is not unpacked again.
        environment: Variables for the trainings.
        cache: The variable that names the cache folder. Without it, Dask's temporary folder for the worker is used.
        needed: Names of distributions.

    Returns:
        The process id, and the version of each distribution, None if it is not installed. (No dataclass: the receiver
        does not have this module.)

    Raises:
        RuntimeError: If the process is training with another version of the package.
    """
    from distributed import Worker

    worker = next(iter(Worker._instances))  # get_worker works only in a job's thread
    # A folder of its own within it, in case it is also the engine's: a worker has other files of a run.
    folder = Path(os.environ.get(cache) or worker.local_directory).expanduser().absolute()
    if folder.name != FOLDER:
        folder /= FOLDER
    os.environ.update(environment)
    os.environ[cache] = str(folder)
    home = folder / "packages" / digest
    if not home.exists():
        _unpack(package, home)
    _put_first(home, folder)
    _log_to(folder / "workers.log")
    _settle_memory(worker)
    return os.getpid(), {name: version(name) for name in needed}


def _unpack(package: bytes, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        zipfile.ZipFile(io.BytesIO(package)).extractall(unfinished)
        with contextlib.suppress(OSError):  # another worker with the same folder was first
            unfinished.rename(home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put_first(home: Path, folder: Path) -> None:
    loaded = sys.modules.get(NAME)
    if loaded is not None and home not in Path(str(loaded.__file__)).parents:
        worker = sys.modules.get(WORKER_MODULE)
        if worker is not None and worker.at_work():
            raise RuntimeError("it is still training for another version of this program")
        for module in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
            del sys.modules[module]
    others = {str(other) for other in (folder / "packages").iterdir()}
    sys.path[:] = [str(home), *(entry for entry in sys.path if entry not in others)]
    importlib.invalidate_caches()


def _log_to(path: Path) -> None:
    logger = logging.getLogger(NAME)
    if not logger.handlers:
        handler = logging.FileHandler(path)
        handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(message)s"))
        logger.addHandler(handler)


def _settle_memory(worker: "Worker") -> None:
    # As in local/worker.py.
    for fraction in ("target", "spill", "pause"):
        setattr(worker.memory_manager, f"memory_{fraction}_fraction", False)
    # As in the environment of local workers (local/fork_server.py); glibc also accepts it later.
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
        mallopt(_M_TOP_PAD, 1 << 26)
    # Dask has imported NumPy, whose BLAS has already read the environment. Trainings use SciPy's, which has not.
    with contextlib.suppress(ImportError):
        importlib.import_module("threadpoolctl").threadpool_limits(1)


def version(name: str) -> str | None:
    """Returns the version of a distribution or of its CPU build; None if neither is installed."""
    for distribution in (name, f"{name}-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(distribution)
    return None
