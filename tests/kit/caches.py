"""What is compiled or prepared is kept for all tests, and for the next time: byte code, kernels, reviews."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from rnn_compare.cells.registry import CELLS
from rnn_compare.fused.code_folder import sign_of
from rnn_compare.paths import CACHE_VARIABLE

PROJECT = Path(__file__).parents[2]
KEPT = PROJECT / ".pytest_cache"
_LARGEST = ("keras", "streamlit.testing.v1, distributed, hypothesis, plotly.graph_objects, playwright.sync_api")
"""Of the packages that most tests import: one half and the other."""
_PREPARE = "from rnn_compare.reviews.prepared import prepare; prepare('bundled')"
_COMPILE_KERNELS = "from rnn_compare.training.worker.compilation import warm_up; warm_up()"


def keep() -> None:
    """Has this process and all that it starts keep it. A worker that has to compile TensorFlow's modules takes three
    times as long to start.
    """
    os.environ.setdefault("NUMBA_CACHE_DIR", str(KEPT / "compiled"))
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(KEPT / "bytecode"))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def compile_bytecode() -> None:
    """Compiles the largest packages, each in one process: five that start at once would all do it."""
    if not (KEPT / "bytecode").exists():
        for process in [
            subprocess.Popen([sys.executable, "-c", f"import {names}"], stderr=subprocess.DEVNULL) for names in _LARGEST
        ]:
            process.wait()


def reviews() -> Path:
    """Returns a cache folder with the bundled reviews as today's sources prepare them.

    The first of several processes prepares them, the others wait.
    """
    package = PROJECT / "rnn_compare"
    rooms = [path for room in ("baselines", "reviews", "sources") for path in (package / room).rglob("*.py")]
    sources = sorted([*rooms, package / "comparison" / "baselines.py"])
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = KEPT / "prepared" / digest
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(KEPT / "reviews.lock"):
        if not folder.exists():
            shutil.rmtree(folder.parent)  # of earlier sources
            making = folder.with_name("making")
            _run(making, _PREPARE)
            making.rename(folder)
    return folder


def prepared() -> Path:
    """Returns the folder of ``reviews``; the kernels are compiled. The baselines of the book's split are shipped."""
    folder = reviews()
    with FileLock(KEPT / "prepared.lock"):
        if not all(sign_of(cell).exists() for cell in CELLS):
            _run(folder, _COMPILE_KERNELS)
    return folder


def _run(cache: Path, program: str) -> None:
    """Runs a program in a process of its own: some tests say that theirs never imports Keras."""
    environment = os.environ | {CACHE_VARIABLE: str(cache)}
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, check=True)


def lend(prepared_cache: Path, cache: Path) -> Path:
    """Makes a server's cache folder with reviews, and returns it: else it prepares them while it is tested."""
    cache.mkdir(exist_ok=True)
    (cache / "reviews").symlink_to(prepared_cache / "reviews")
    return cache
