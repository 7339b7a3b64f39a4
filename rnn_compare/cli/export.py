"""The command `export`: a run's network as a stock Keras model."""

import os
import shutil
import sys
from pathlib import Path

from rnn_compare.cells.registry import cell
from rnn_compare.cli import foreground
from rnn_compare.errors import UserError
from rnn_compare.runs.files import Which, model_file


def write(name: str, which: Which, given: str) -> int:
    """Writes a run's network and returns the exit code.

    Args:
        name: The run's id.
        which: Whose weights.
        given: The file to write, whose name ends in ``.keras``.

    Raises:
        UserError: If there is no such run, or the file cannot be written.
    """
    try:
        target = Path(given).expanduser()
    except RuntimeError as error:
        raise UserError(f"{given} names a home folder that is not there. Choose another path.") from error
    if target.suffix != ".keras":
        raise UserError(f"{target} does not end in .keras, as the file of a Keras model must. Name it model.keras.")
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else "lies in a folder that does not exist"
        raise UserError(f"{target} {what}; a file in an existing folder is needed. Choose another path.")
    with foreground.open_store() as store:
        run = store.run(name)
    written = model_file(run.id, which)
    if not written.exists():  # the run still trains, or its worker was killed
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.training.worker import model_files

        written = model_files.write_model(run.id, run.experiment, which)
    try:
        shutil.copyfile(written, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written ({error.strerror}). Choose another path.") from error
    print(f"{run.title}: {which} weights written to {target}", file=sys.stderr)
    if not cell(run.experiment.cell).in_keras:
        print(
            f"Keras itself has no {run.experiment.cell}: run its class from the run's Keras script (on the page Runs) "
            "first, then keras.models.load_model opens the file.",
            file=sys.stderr,
        )
    return 0
