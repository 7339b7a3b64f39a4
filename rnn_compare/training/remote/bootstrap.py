"""Installation of this package in a cluster's worker that lacks it.

This module is sent by value before the package is there, so it imports nothing but the standard library and Dask.
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
"""The module that knows whether this process trains, if the package is loaded already."""

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -2, -3, -8  # malloc.h


def install(
    package: bytes, digest: str, environment: dict[str, str], cache: str, needed: list[str]
) -> tuple[int, dict[str, str | None]]:
    """Makes the package importable in this worker process, and sets for it what can still be set.

    Args:
        package: The package as a zip file.
        digest: Its hash; a package that is there already is not unpacked again.
        environment: Variables that the trainings are to find.
        cache: The variable that names the cache folder. Without it a folder of the worker's own is used, which goes
            when the worker does.
        needed: Names of distributions.

    Returns:
        The number of this process, and the version of each distribution, None where it is not installed. (No
        dataclass: none of this module's own would be known at the other end.)

    Raises:
        RuntimeError: If the process is at work with another version of the package.
    """
    from distributed import Worker

    worker = next(iter(Worker._instances))  # get_worker knows it in a job's thread only
    # A folder of its own within it, should the engine's be the same: a worker keeps other files of a run.
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
        with contextlib.suppress(OSError):  # a neighbour with the same folder was first
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
    # TensorFlow's own memory would have Dask pause the worker silently; a job's arrays cannot be spilled anyway.
    for fraction in ("target", "spill", "pause"):
        setattr(worker.memory_manager, f"memory_{fraction}_fraction", False)
    # As the environment of a worker on this machine has it (local/fork_server.py); glibc takes it late as well.
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
        mallopt(_M_TOP_PAD, 1 << 26)
    # NumPy came with Dask, and its BLAS has read the environment by now. What trains uses SciPy's, which has not.
    with contextlib.suppress(ImportError):
        importlib.import_module("threadpoolctl").threadpool_limits(1)


def version(name: str) -> str | None:
    """Returns the version of a distribution, or of its build without GPU code; None if neither is installed."""
    for distribution in (name, f"{name}-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(distribution)
    return None
