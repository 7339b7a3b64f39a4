import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.networks.keras_script import script
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.report.contents import gather
from rnn_compare.report.notebook import notebook
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local.fork_server import ENVIRONMENT

from .conftest import Trained

THREADS = (
    *("--cell", "SimpleRNN", "--units", "64", "--maxlen", "100", "--learning-rate", "0.01", "--stock-layers"),
    *("--reviews", "1000", "--batch-size", "300", "--epochs", "3"),
)
"""The smallest run seen whose curve depends on the number of threads: by its second epoch in the second digit."""


def codes_of(book: nbformat.NotebookNode) -> list[str]:
    return [entry.source for entry in book.cells if entry.cell_type == "code"]


def repeat(program: str, runs: Sequence[Run], folder: Path) -> list[str]:
    """Runs a program in a process of its own, which must print the epochs of runs to the last digit; returns lines."""
    fresh = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=fresh, cwd=folder, check=True, capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("epoch ")] == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for run in runs
        for epoch in run.epochs
    ]
    return done.stdout.splitlines()


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["notebook", "script"])
def test_a_fresh_process_repeats_what_a_worker_trained(form: str, elsewhere: RunStore, tmp_path: Path) -> None:
    in_worker = os.environ | {CACHE_VARIABLE: str(elsewhere.path.parent)}
    command = [sys.executable, "-m", "rnn_compare", "train", *THREADS]
    subprocess.run(command, check=True, env=in_worker, stdout=subprocess.DEVNULL)
    [run] = elsewhere.runs()
    book = nbformat.reads(notebook(gather(elsewhere, [run.id])), 4)
    repeat("\n".join(codes_of(book)) if form == "notebook" else script(run.experiment), [run], tmp_path)


def test_it_is_a_sound_notebook_that_repeats_its_runs_to_the_last_printed_digit(
    trained: Trained, tmp_path: Path
) -> None:
    book = nbformat.reads(notebook(gather(trained.store, trained.ids)), 4)
    nbformat.validate(book)
    headings = [entry.source.splitlines()[0] for entry in book.cells if entry.source.startswith("#")]
    titles = ["Two networks that read film reviews", "The IMDB reviews", "SimpleRNN(3)", "LSTM(3)", "Results"]
    assert [heading.lstrip("# ") for heading in headings] == titles
    codes, runs = codes_of(book), trained.store.runs(trained.ids)
    assert sum("for seed in [1, 2]:" in code for code in codes) == 2
    threads = "TF_NUM_INTRAOP_THREADS"
    assert f'os.environ["{threads}"] = "{ENVIRONMENT[threads]}"' in codes[0], "as in a worker"
    for package in ("keras", "tensorflow"):
        assert f" {package}=={runs[0].versions[package]} " in book.cells[0].source
    largest_difference = f"print({codes[-1].splitlines()[-1]}.max())"
    assert repeat("\n".join([*codes, largest_difference]), runs, tmp_path)[-1] == "0.0"


def test_a_cell_that_keras_lacks_travels_in_it(elsewhere: RunStore) -> None:
    ids = elsewhere.create([Experiment(cell="MGU", seed=seed) for seed in (1, 2)], Owner.current(), "page")
    book = nbformat.reads(notebook(gather(elsewhere, ids)), 4)
    assert codes_of(book).count(own_source(cell("MGU"))) == 1
