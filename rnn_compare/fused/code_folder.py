"""The folder of the kernels' machine code: named by a hash of their sources, wherever these are."""

import functools
import hashlib
import os
from pathlib import Path

from rnn_compare.paths import cache_place

SOURCES = Path(__file__).parent
FORMULAS = SOURCES.parent / "cells"
VARIANTS = "variants"
"""Stands in a cell's place for what all cells share and the default settings do not need."""


def code_folder() -> Path:
    """Returns where the kernels' machine code is kept; it need not exist yet."""
    return Path(os.environ.get("NUMBA_CACHE_DIR") or cache_place() / "compiled") / _digest()


def sign_of(cell: str) -> Path:
    """Returns the file that is there once a cell's kernel, or the ``VARIANTS``, are compiled."""
    return code_folder() / f"{cell}.compiled"


@functools.cache
def _digest() -> str:
    # Numba sees when the file of a function changes, but not when that of another function does which it has inlined.
    files = [*sorted(SOURCES.rglob("*.py")), *sorted(FORMULAS.glob("*.py"))]
    sources = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(sources).hexdigest()[:16]
