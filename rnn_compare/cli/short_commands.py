"""The commands `page`, `baselines`, `fetch` and `export`."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import chosen
from rnn_compare.comparison.baselines import NOTE, Baseline
from rnn_compare.comparison.baselines import baselines as results_of
from rnn_compare.errors import UserError
from rnn_compare.experiment import experiment_from
from rnn_compare.feedforward.registry import network
from rnn_compare.paths import model_file, page_script
from rnn_compare.sources.registry import SOURCES
from rnn_compare.sources.registry import source as source_of

FETCHABLE = tuple(name for name in SOURCES if source_of(name).fetch)
"""The sources whose files can be fetched."""


def page(options: argparse.Namespace) -> int:
    """Starts the server, which opens the browser, and returns its exit code."""
    command = [sys.executable, "-m", "streamlit", "run", str(page_script()), *options.streamlits]
    if os.name == "posix":
        os.execv(command[0], command)  # Ctrl-C and whoever ends this process then reach the server itself
    with subprocess.Popen(command) as server:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the server got it too, and has workers to end
                return server.wait()


def baselines(options: argparse.Namespace) -> int:
    """Prints the baselines for an experiment's split and vocabulary, and returns the exit code."""
    results = results_of(experiment_from(chosen(options)))
    if options.json:
        for baseline in results:
            output.json_line(_json(baseline))
    else:
        heads = ("baseline", "validation", "test", "terms", "time")
        print(output.table(heads, (baseline.texts for baseline in results)))
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


def fetch(options: argparse.Namespace) -> int:
    """Fetches the files of a source, unless they are there, and returns the exit code."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="" if done < total else "\n", file=sys.stderr)

    source = source_of(options.source)
    path = source.fetch(tell=tell) if source.fetch else ""
    if options.json:
        output.json_line({"kind": "fetched", "source": options.source, "file": path})
    else:
        print(f"{source.title}: {path}. Train on it with: train --source {options.source}")
    return 0


def export(options: argparse.Namespace) -> int:
    """Writes a run's network as a stock Keras model and returns the exit code."""
    target = foreground.path(options.model)
    if target.suffix != ".keras":
        raise UserError(f"{target} must end in .keras, for example model.keras.")
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else "is in a folder that does not exist"
        raise UserError(f"{target} {what}; a file in an existing folder is needed. Choose another path.")
    with foreground.open_store() as store:
        run = store.run(options.run)
    written = model_file(run.id, options.which)
    if not (run.status.ended and written.exists()):  # or it may be of an earlier epoch
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.training.worker import model_files

        written = model_files.write_model(run.id, run.experiment, options.which)
    try:
        shutil.copyfile(written, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written ({error.strerror}). Choose another path.") from error
    epoch = run.best if options.which == "best" else run.last
    print(f"{run.title}: weights of epoch {epoch.epoch if epoch else 0} written to {target}", file=sys.stderr)
    if not network(run.experiment.cell).in_keras:
        print(
            f"Keras itself lacks a layer of {run.experiment.label}: run the classes in the run's Keras script (page "
            "Runs) before keras.models.load_model.",
            file=sys.stderr,
        )
    return 0
