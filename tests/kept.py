"""What is compiled or prepared is kept for all tests, and for the next time: byte code, kernels and the reviews."""

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

PROJECT = Path(__file__).parents[1]
KEPT = PROJECT / ".pytest_cache"
# In a process of its own: some tests say that theirs never imports Keras.
_COMPILE_KERNELS = (sys.executable, "-c", "from rnn_compare.training.worker.compilation import warm_up; warm_up()")
_LARGEST = ("keras", "streamlit.testing.v1, distributed, hypothesis, plotly.graph_objects, playwright.sync_api")
"""Of the packages that most tests import: one half and the other."""
_PREPARE = (sys.executable, "-c", "from rnn_compare.reviews.prepared import prepare; prepare('bundled')")


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


def prepared() -> Path:
    """Returns a cache folder with the bundled reviews as today's sources prepare them; the kernels are compiled.

    The first of several processes does it, the others wait.
    """
    sources = (path for room in ("reviews", "sources") for path in (PROJECT / "rnn_compare" / room).rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()[:16]
    folder = KEPT / "prepared" / digest
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(KEPT / "prepared.lock"):
        if not folder.exists():
            shutil.rmtree(folder.parent)  # of earlier sources
            making = folder.with_name("making")
            subprocess.run(_PREPARE, cwd=PROJECT, env=os.environ | {CACHE_VARIABLE: str(making)}, check=True)
            making.rename(folder)
        if not all(sign_of(cell).exists() for cell in CELLS):
            subprocess.run(_COMPILE_KERNELS, cwd=PROJECT, check=True, capture_output=True)
    return folder
