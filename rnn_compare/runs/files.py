"""The files of one run: its weights at the last and at the best epoch, and what it can be continued from."""

import shutil
from pathlib import Path
from typing import Literal

from rnn_compare.paths import run_folder

Which = Literal["best", "last"]


def weights_file(run: str, which: Which) -> Path:
    """Returns where the run's weights lie (see ``networks/weights.py``), whether or not they are there yet."""
    return run_folder(run) / f"{which}.npz"


def model_file(run: str, which: Which) -> Path:
    """Returns where the run's stock Keras model lies, whether or not it is there yet."""
    return run_folder(run) / f"{which}.keras"


def checkpoint_file(run: str, previous: bool = False) -> Path:
    """Returns where all that the run is continued from lies (see ``checkpoint.py``), and the one before."""
    return run_folder(run) / ("previous.checkpoint" if previous else "last.checkpoint")


def delete_files(run: str) -> None:
    """Removes all files of a run."""
    shutil.rmtree(run_folder(run), ignore_errors=True)
