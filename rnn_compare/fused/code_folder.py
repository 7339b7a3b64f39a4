"""Where the machine code of the kernels is kept: under a hash of their sources, wherever the sources lie."""

import hashlib
import os
from pathlib import Path

from rnn_compare.paths import cache_folder

SOURCES = Path(__file__).parent


def _code_folder() -> Path:
    # Numba sees when the file of a function changes, but not when that of another function does which it has inlined.
    sources = b"".join(source.read_bytes() for source in sorted(SOURCES.rglob("*.py")))
    root = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder() / "compiled")
    return root / hashlib.sha256(sources).hexdigest()[:16]


CODE_FOLDER = _code_folder()
"""Where the kernels' machine code is kept."""


def sign_of(cell: str) -> Path:
    """Returns the file that is there once a cell's kernel is compiled."""
    return CODE_FOLDER / f"{cell}.compiled"
