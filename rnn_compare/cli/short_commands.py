"""The commands `page`, `baselines`, `fetch` and `export`."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from rnn_compare.cells.registry import cell
from rnn_compare.cli import foreground, output
from rnn_compare.comparison.baselines import NOTE, Baseline
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import duration, percent
from rnn_compare.paths import page_script
from rnn_compare.runs.files import Which, model_file
from rnn_compare.sources.registry import SOURCES
from rnn_compare.sources.registry import source as source_of

FETCHABLE = tuple(name for name in SOURCES if source_of(name).fetch)
"""The sources whose files can be fetched."""


def page(options: Sequence[str]) -> int:
    """Starts the server, which opens the browser, and returns its exit code.

    Args:
        options: Streamlit's own, such as ``--server.address 0.0.0.0``.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(page_script()), *options]
    if os.name == "posix":
        os.execv(command[0], command)  # Ctrl-C and whoever ends this process then reach the server itself
    with subprocess.Popen(command) as server:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server got it too, and has workers to end
                return server.wait()


def baselines(experiment: Experiment, as_json: bool) -> int:
    """Prints the baselines for an experiment's split and vocabulary, and returns the exit code.

    Raises:
        UserError: If the source or the cache cannot be used.
    """
    results = results_of(experiment)
    if as_json:
        for baseline in results:
            output.json_line(_json(baseline))
    else:
        print(output.table(("baseline", "validation", "test", "features", "time"), map(_row, results)))
        print(NOTE)
    return 0


def _json(baseline: Baseline) -> dict[str, object]:
    return {
        "kind": "baseline",
        "name": baseline.name,
        "val_accuracy": baseline.val_accuracy,
        "seconds": baseline.seconds,
        "test_accuracy": baseline.test_accuracy,
        "features": baseline.features,
    }


def _row(baseline: Baseline) -> tuple[str, ...]:
    return (
        baseline.title,
        percent(baseline.val_accuracy),
        "–" if baseline.test_accuracy is None else percent(baseline.test_accuracy),
        f"{baseline.features:,}",
        duration(baseline.seconds),
    )


def fetch(name: str, as_json: bool) -> int:
    """Fetches the files of one of the ``FETCHABLE`` sources, unless they are there, and returns the exit code.

    Raises:
        UserError: If they cannot be fetched.
    """

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    source = source_of(name)
    path = source.fetch(tell=tell) if source.fetch else ""
    if as_json:
        output.json_line({"kind": "fetched", "source": name, "file": path})
    else:
        print(f"{source.title}: {path}. Train on it by: train --source {name}")
    return 0


def export(name: str, which: Which, file: str) -> int:
    """Writes a run's network as a stock Keras model and returns the exit code.

    Args:
        name: The run's id.
        which: Whose weights.
        file: The file to write, whose name ends in ``.keras``.

    Raises:
        UserError: If there is no such run, or the file cannot be written.
    """
    target = foreground.path(file)
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
