"""The recorded comparisons that come with the program, in a folder like the cache; as a script, makes such a folder.

``python -m rnn_compare.runs.shipped FOLDER RUN…`` copies finished runs with their best weights. The shipped ones are
of the shipped lectures: ``presets.BOOK``, ``GATES``, ``ATTENTION``, and ``FIRST_WORD`` with ``OPEN_GATES``. Their
weights are rounded to half precision, and the figures of their best epochs are of the rounded weights.
"""

import contextlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_compare.database import connect
from rnn_compare.errors import UserError
from rnn_compare.networks import weights
from rnn_compare.paths import cache_folder, run_folder, weights_file
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import ELSEWHERE
from rnn_compare.runs.store import RunStore

FOLDER = Path(__file__).parents[1] / "recordings"
_ELSEWHERE = """
UPDATE runs SET origin = :origin, owner_pid = 0, owner_host = 'another machine', visitor = '',
  versions = json_set(versions, '$.system', '', '$.weights', 'of epoch ' || :epoch)
WHERE id = :run AND origin != :origin
"""
"""Nothing says whose machine trained a copied run."""


def add_shipped(store: RunStore) -> None:
    """Adds the shipped runs with their weights to a record that has none of them.

    Raises ``UserError`` if they cannot be recorded, or their weights cannot be written.
    """
    folders = list((FOLDER / "runs").iterdir())
    try:
        for folder in folders:  # first: a run that can be asked has its weights
            shutil.copytree(folder, run_folder(folder.name), dirs_exist_ok=True)
        store.copy_from(FOLDER / "runs.db")
        for run in store.runs([folder.name for folder in folders]):
            if run.best is run.last:
                shutil.copyfile(weights_file(run.id, "best"), weights_file(run.id, "last"))
    except OSError as error:
        raise UserError(f"The shipped weights cannot be copied ({error}). Free some space.") from error


def write(store: RunStore, runs: Sequence[str], folder: Path) -> None:
    """Writes finished runs with the weights of their best epochs to a new folder, which may be used as a cache.

    Raises ``UserError`` if a run is not finished or has no weights.
    """
    copied = [store.run(run) for run in runs]
    for run in copied:
        if run.status is not Status.FINISHED:
            raise UserError(
                f"{run.id} is {run.status.value}; only finished runs are copied. Finish its training first."
            )
        arrays = weights.load(weights_file(run.id, "best"), run.experiment)
        half = {name: array.astype(np.float16) for name, array in arrays.items()}
        is_exact = all(np.array_equal(half[name].astype(np.float32), arrays[name]) for name in arrays)
        (target := folder / "runs" / run.id).mkdir(parents=True)
        np.savez_compressed(target / "best.npz", allow_pickle=False, **(half if is_exact else arrays))
    copy = RunStore(folder / "runs.db")
    copy.copy_from(store.path, runs)
    copy.close()
    with contextlib.closing(connect(folder / "runs.db")) as connection:
        for run in copied:
            epoch = run.best.epoch if run.best else 0
            connection.execute(_ELSEWHERE, {"origin": ELSEWHERE, "epoch": epoch, "run": run.id})
        connection.execute("PRAGMA journal_mode = DELETE")  # read where nothing can be written
        connection.execute("VACUUM")


if __name__ == "__main__":
    try:
        write(RunStore(cache_folder() / "runs.db"), sys.argv[2:], Path(sys.argv[1]))
    except (UserError, OSError) as error:
        sys.exit(str(error))
