"""Paths of all files that the program writes, in one cache folder."""

import errno
import os
import re
import shutil
import sys
import tomllib
from functools import cache
from importlib.metadata import metadata
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from rnn_compare.errors import UserError

CACHE_VARIABLE = "RNN_COMPARE_CACHE"
Which = Literal["best", "last"]
"""The epoch of a run's weights."""
_RUN_ID = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
_PACKAGE = Path(__file__).resolve().parent
SHIPPED_LECTURES = _PACKAGE / "lecture" / "lectures"
FIRST_LECTURE = "book"
"""The lecture at the top of the list."""
_INSTALLED_PAGE = _PACKAGE / "page" / "app.py"
"""`app.py` in a wheel, with `.streamlit` beside it (pyproject.toml); a checkout has both at its root."""


def is_installed() -> bool:
    """Tells whether the program was installed from a wheel, rather than runs in a checkout."""
    return _INSTALLED_PAGE.exists()


def page_script() -> Path:
    """Returns the script for `streamlit run`."""
    return _INSTALLED_PAGE if is_installed() else _PACKAGE.parent / "app.py"


def explanation() -> Path:
    """Returns what the docs say about verdicts; in a wheel it stands beside the page's script."""
    return page_script().with_name("comparison.md") if is_installed() else _PACKAGE.parent / "docs" / "comparison.md"


def page_command() -> str:
    """Returns the command that starts the page; Streamlit's options may follow."""
    return "rnn-compare page" if is_installed() else "streamlit run app.py"


@cache
def repository() -> str:
    """Returns the address where the program is published (pyproject.toml, ``[project.urls]``); empty without one."""
    return _address("Repository")


@cache
def playground_address() -> str:
    """Returns the address of the page that needs no program (``playground``), from the same place; empty without."""
    return _address("Playground")


def _address(name: str) -> str:
    if is_installed():
        stated = metadata("rnn-compare").get_all("Project-URL", [])
        urls: dict[str, str] = dict(url.split(", ", 1) for url in stated)
        return urls.get(name, "")
    project = tomllib.loads((_PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project.get("urls", {}).get(name, ""))


def program() -> str:
    """Returns the command line's name: as this process was called, else as the program is installed."""
    called = {"rnn-compare": "rnn-compare", "__main__": "python -m rnn_compare"}.get(Path(sys.argv[0]).stem)
    return called or ("rnn-compare" if is_installed() else "python -m rnn_compare")


def cache_place() -> Path:
    """Returns the path of the cache folder, which need not exist."""
    if folder := os.environ.get(CACHE_VARIABLE):
        return Path(folder).expanduser().resolve()
    # An installed package's folder is replaced by updates, and often not writable.
    return user_data_path("rnn-compare", appauthor=False) if is_installed() else _PACKAGE.parent / "cache"


def lecture_files() -> list[Path]:
    """Returns the files of all lectures, the first at the top; an edited copy stands for the shipped file."""
    folders = SHIPPED_LECTURES, cache_place() / "lectures"
    paths = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return sorted(paths.values(), key=lambda path: (path.stem != FIRST_LECTURE, path.stem))


def edited_lecture(name: str) -> Path:
    """Returns the path of a lecture's editable copy, which need not exist."""
    return cache_place() / "lectures" / f"{name}.toml"


def cache_folder(writable: bool = False) -> Path:
    """Returns the cache folder, created if missing.

    It is ``RNN_COMPARE_CACHE``, else ``cache/`` beside ``app.py`` or, installed from a wheel, the system's folder for
    user data. Raises ``UserError`` if the folder cannot be created, or should be writable and is not.
    """
    folder = cache_place()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if writable and not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "it is read-only")
    except OSError as error:
        raise UserError(
            f"The cache folder {folder} is not writable ({error.strerror or error}). Make it writable, free some "
            f"space, or set {CACHE_VARIABLE} to another folder."
        ) from error
    return folder


def worker_log() -> Path:
    """Returns the path of the workers' log: tracebacks, TensorFlow's messages."""
    return cache_place() / "workers.log"


def is_run_id(text: str) -> bool:
    """Returns whether a text may be the id of a run, which is also the name of its folder."""
    return bool(_RUN_ID.fullmatch(text))


def run_folder(run_id: str) -> Path:
    """Returns the folder of a run's files, which need not exist; raises ``UserError`` if the id is not valid."""
    if not is_run_id(run_id):
        raise UserError(f"{run_id[:40]!r} is not a run ID; `{program()} runs` lists them.")
    return cache_place() / "runs" / run_id


def weights_file(run: str, which: Which) -> Path:
    """Returns the path of a run's weights (see ``networks/weights.py``)."""
    return run_folder(run) / f"{which}.npz"


def model_file(run: str, which: Which) -> Path:
    """Returns the path of a run's stock Keras model."""
    return run_folder(run) / f"{which}.keras"


def checkpoint_file(run: str, previous: bool = False) -> Path:
    """Returns the path of a run's last or previous checkpoint (see ``runs/checkpoint.py``)."""
    return run_folder(run) / ("previous.checkpoint" if previous else "last.checkpoint")


def delete_files(run: str) -> None:
    """Removes all files of a run."""
    shutil.rmtree(run_folder(run), ignore_errors=True)
