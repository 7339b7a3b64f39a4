"""Writes finished runs to a folder that serves as a cache: ``python -m rnn_compare.report.recording FOLDER RUN…``.

A lecture on these runs then needs no worker: the folder has the weights of their best epochs, the baselines of their
splits, and the answers that a worker would give about them.
"""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnn_compare.comparison import baselines
from rnn_compare.database import connect
from rnn_compare.errors import UserError
from rnn_compare.explain.worker_tasks import fingerprint, keep, kept, kept_tasks
from rnn_compare.networks import weights
from rnn_compare.paths import cache_folder, weights_file
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import ELSEWHERE
from rnn_compare.runs.store import RunStore

_ELSEWHERE = """
UPDATE runs SET origin = :origin, owner_pid = 0, owner_host = 'another machine', visitor = '',
  versions = json_set(versions, '$.system', '', '$.weights', 'of epoch ' || :epoch)
WHERE id = :run AND origin != :origin
"""
"""Nothing says whose machine trained a copied run."""


def write(store: RunStore, runs: Sequence[str], folder: Path) -> None:
    """Writes finished runs to a new folder; takes seconds a run for answers that nobody has asked for.

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
        state = fingerprint(arrays)
        for task in kept_tasks(run.experiment):
            with contextlib.suppress(UserError):  # such as a vocabulary that is too small: a worker would say so
                answer = kept(task, run.id, state) or task(run.experiment, arrays, tell=lambda *_: None)
                keep(target, task, state, answer)
        baselines.write(run.experiment, folder)
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
