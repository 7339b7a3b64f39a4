"""The recorded comparisons that come with the program, in a folder like the cache (``report/recording.py``).

They are of the shipped lectures: ``presets.BOOK`` with three seeds of each network, ``GATES``, ``ATTENTION``,
``FIRST_WORD`` with ``OPEN_GATES``, and ``PARITY`` with ``THIRDS``. But for the last two, their weights are rounded to
half precision, and the figures of their best epochs are of the rounded weights.
"""

import shutil
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.paths import run_folder, weights_file
from rnn_compare.runs.store import RunStore

FOLDER = Path(__file__).parents[1] / "recordings"


def shipped_ids() -> set[str]:
    """Returns the ids of the shipped runs."""
    return {folder.name for folder in (FOLDER / "runs").iterdir()}


def add_shipped(store: RunStore) -> None:
    """Adds the shipped runs with their weights to a record that has none of them.

    Raises ``UserError`` if they cannot be recorded, or their weights cannot be written.
    """
    try:
        for name in shipped_ids():  # first: a run that can be asked has its weights
            shutil.copytree(FOLDER / "runs" / name, run_folder(name), dirs_exist_ok=True)
        store.copy_from(FOLDER / "runs.db")
        for run in store.runs(shipped_ids()):
            if run.best is run.last:
                shutil.copyfile(weights_file(run.id, "best"), weights_file(run.id, "last"))
    except OSError as error:
        raise UserError(f"The shipped weights cannot be copied ({error}). Free some space.") from error
