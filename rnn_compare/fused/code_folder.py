"""The cache of the kernels' machine code: a folder named by a hash of their sources, a cell's by its own formulas."""

import functools
import hashlib
import os
from pathlib import Path

from rnn_compare.cells.registry import cell
from rnn_compare.fused.kernel_source import KernelSource
from rnn_compare.paths import cache_place

SOURCES = Path(__file__).parent
SHARED, VARIANTS = "shared", "variants"
"""In place of a cell: functions that all cells share, and of these what the default settings do not need."""


def code_folder() -> Path:
    """Returns the folder, which need not exist yet."""
    return Path(os.environ.get("NUMBA_CACHE_DIR") or cache_place() / "compiled") / _digest()


def sign_of(part: str) -> Path:
    """Returns the file that exists once a cell's kernel, ``SHARED`` or ``VARIANTS`` are compiled."""
    return code_folder() / f"{part if part in (SHARED, VARIANTS) else code_name(part)}.compiled"


@functools.cache
def code_name(cell_name: str) -> str:
    """Returns the name of a cell's code, which changes with its formulas, also those of an installed package."""
    return f"{cell_name}-{_hash(KernelSource(cell(cell_name)).text.encode())}"


@functools.cache
def _digest() -> str:
    # Numba notices a change in a function's file, but not in the file of a function that is inlined in it.
    return _hash(b"".join(file.read_bytes() for file in sorted(SOURCES.rglob("*.py"))))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
