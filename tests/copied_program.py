"""A copy of the program, to which a test adds a file and changes nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import rnn_compare
from rnn_compare.paths import CACHE_VARIABLE


def copied(folder: Path, cache: Path, name: str, content: str) -> Path:
    """Copies the package into a folder with one file more, and returns the folder.

    Args:
        folder: An empty folder, which gets a cache of its own.
        cache: A cache whose prepared reviews it reads.
        name: The file's path in the package.
        content: What the file holds.
    """
    package = Path(rnn_compare.__path__[0])
    shutil.copytree(package, folder / "rnn_compare", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "rnn_compare" / name).write_text(content)
    (folder / "cache").mkdir()
    (folder / "cache" / "reviews").symlink_to(cache / "reviews")
    return folder


def run(folder: Path, *command: str) -> str:
    """Runs Python in a copy with one worker, and returns what it prints."""
    environment = os.environ | {
        CACHE_VARIABLE: str(folder / "cache"),
        "PYTHONPATH": str(folder),
        "RNN_COMPARE_WORKERS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
