"""The cache folder of the kernels' machine code, named by a hash of their sources."""

import functools
import hashlib
import os
from pathlib import Path

from rnn_compare.paths import cache_place

SOURCES = Path(__file__).parent
FORMULAS = SOURCES.parent / "cells"
SHARED, VARIANTS = "shared", "variants"
"""In place of a cell: functions that all cells share, and of these what the default settings do not need."""


def code_folder() -> Path:
    """Returns the folder, which need not exist yet."""
    return Path(os.environ.get("NUMBA_CACHE_DIR") or cache_place() / "compiled") / _digest()


def sign_of(cell: str) -> Path:
    """Returns the file that exists once a cell's kernel, or the ``VARIANTS``, are compiled."""
    return code_folder() / f"{cell}.compiled"


@functools.cache
def _digest() -> str:
    # Numba notices a change in a function's file, but not in the file of a function that is inlined in it.
    files = [*sorted(SOURCES.rglob("*.py")), *sorted(FORMULAS.glob("*.py"))]
    sources = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(sources).hexdigest()[:16]
