"""Paths of all files that the program writes, in one cache folder."""

import errno
import os
import re
import shutil
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from rnn_compare.errors import UserError

CACHE_VARIABLE = "RNN_COMPARE_CACHE"
Which = Literal["best", "last"]
"""A run's weights at its best or at its last epoch."""
_RUN_ID = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
_PACKAGE = Path(__file__).resolve().parent
_INSTALLED_PAGE = _PACKAGE / "page" / "app.py"
"""The place of `app.py` in a wheel, with `.streamlit` beside it (pyproject.toml); a checkout has both at its root."""


def is_installed() -> bool:
    """Tells whether the program was installed from a wheel; else it runs in its checkout."""
    return _INSTALLED_PAGE.exists()


def page_script() -> Path:
    """Returns the file that `streamlit run` is given."""
    return _INSTALLED_PAGE if is_installed() else _PACKAGE.parent / "app.py"


def page_command() -> str:
    """Returns what one types to start the page; Streamlit's options may follow."""
    return "rnn-compare page" if is_installed() else "streamlit run app.py"


def cache_place() -> Path:
    """Returns where the cache folder is, or would be: to look something up in it; whoever writes makes folders."""
    if folder := os.environ.get(CACHE_VARIABLE):
        return Path(folder).expanduser().resolve()
    # What belongs to an installed package is replaced with it, and often not the user's to write.
    return user_data_path("rnn-compare", appauthor=False) if is_installed() else _PACKAGE.parent / "cache"


def cache_folder() -> Path:
    """Returns the cache folder, made if missing, before something is written that must not fail without words.

    ``RNN_COMPARE_CACHE`` moves it; without it, ``cache/`` beside ``app.py`` is used, or, installed from a wheel, the
    system's folder for a user's data. Raises ``UserError`` if the folder can neither be made nor written to.
    """
    folder = cache_place()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "it is read-only")
    except OSError as error:
        raise UserError(
            f"The cache folder {folder} is not writable ({error.strerror or error}). Make it writable, free some "
            f"space, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def worker_log() -> Path:
    """Returns where workers write what is not meant for people: tracebacks, TensorFlow's chatter."""
    return cache_place() / "workers.log"


def run_folder(run_id: str) -> Path:
    """Returns the folder of one run's weights; it need not exist yet.

    Raises ``UserError`` if the id could lead anywhere else.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise UserError(f"{run_id[:40]!r} is not a run ID; `python -m rnn_compare runs` lists them.")
    return cache_place() / "runs" / run_id


def weights_file(run: str, which: Which) -> Path:
    """Returns where the run's weights lie (see ``networks/weights.py``), whether or not they are there yet."""
    return run_folder(run) / f"{which}.npz"


def model_file(run: str, which: Which) -> Path:
    """Returns where the run's stock Keras model lies, whether or not it is there yet."""
    return run_folder(run) / f"{which}.keras"


def checkpoint_file(run: str, previous: bool = False) -> Path:
    """Returns where all that the run is continued from lies (see ``runs/checkpoint.py``), and the one before."""
    return run_folder(run) / ("previous.checkpoint" if previous else "last.checkpoint")


def delete_files(run: str) -> None:
    """Removes all files of a run."""
    shutil.rmtree(run_folder(run), ignore_errors=True)
