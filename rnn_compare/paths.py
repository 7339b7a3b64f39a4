"""Where the program keeps what it writes: everything lies in one cache folder."""

import os
import re
from pathlib import Path

from rnn_compare.errors import UserError

CACHE_VARIABLE = "RNN_COMPARE_CACHE"
_RUN_ID = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
PROJECT_CACHE = Path(__file__).resolve().parent.parent / "cache"


def cache_place() -> Path:
    """Returns where the cache folder is, or would be: to look something up in it, often."""
    return Path(os.environ.get(CACHE_VARIABLE) or PROJECT_CACHE).expanduser().resolve()


def cache_folder() -> Path:
    """Returns the cache folder, made if missing.

    ``RNN_COMPARE_CACHE`` moves it; without it, ``cache/`` beside ``app.py`` is used.

    Raises:
        UserError: If the folder can neither be made nor written to.
    """
    folder = cache_place()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink(missing_ok=True)  # another thread may have looked at the same moment
    except OSError as error:
        raise UserError(
            f"The cache folder {folder} cannot be written to ({error.strerror or error}); runs and prepared "
            f"reviews are kept there. Make it writable, free some space, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def worker_log() -> Path:
    """Returns where workers write what is not meant for people: tracebacks, TensorFlow's chatter."""
    return cache_folder() / "workers.log"


def run_folder(run_id: str) -> Path:
    """Returns the folder of one run's weights; it need not exist yet.

    Raises:
        UserError: If the id could lead anywhere else.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise UserError(f"{run_id[:40]!r} is no run's id; `python -m rnn_compare runs` lists them.")
    return cache_folder() / "runs" / run_id
