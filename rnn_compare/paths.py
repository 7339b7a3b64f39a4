"""Where the program keeps what it writes: everything lies in one cache folder."""

import os
from pathlib import Path

from rnn_compare.errors import UserError

CACHE_VARIABLE = "RNN_COMPARE_CACHE"
PROJECT_CACHE = Path(__file__).resolve().parent.parent / "cache"


def cache_folder() -> Path:
    """Returns the cache folder, made if missing.

    ``RNN_COMPARE_CACHE`` moves it; without it, ``cache/`` beside ``app.py`` is used.

    Raises:
        UserError: If the folder can neither be made nor written to.
    """
    folder = Path(os.environ.get(CACHE_VARIABLE) or PROJECT_CACHE).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"The cache folder {folder} cannot be written to ({error.strerror or error}); runs and prepared "
            f"reviews are kept there. Make it writable, free some space, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def run_folder(run_id: str) -> Path:
    """Returns the folder of one run's weights; it need not exist yet."""
    return cache_folder() / "runs" / run_id
