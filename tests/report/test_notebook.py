"""Runs as a notebook: it repeats them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.report.contents import gather
from rnn_compare.report.notebook import notebook
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local.fork_server import ENVIRONMENT

from .conftest import Trained


def codes_of(book: nbformat.NotebookNode) -> list[str]:
    return [entry.source for entry in book.cells if entry.cell_type == "code"]


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
    program = "\n".join([*codes, f"print({codes[-1].splitlines()[-1]}.max())"])
    fresh = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=fresh, cwd=tmp_path, check=True, capture_output=True, text=True)
    *printed, largest_difference = done.stdout.splitlines()
    assert [line for line in printed if line.startswith("epoch ")] == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for run in runs
        for epoch in run.epochs
    ]
    assert largest_difference == "0.0"


def test_a_cell_that_keras_lacks_travels_in_it(elsewhere: RunStore) -> None:
    ids = elsewhere.create([Experiment(cell="MGU", seed=seed) for seed in (1, 2)], Owner.current(), "page")
    book = nbformat.reads(notebook(gather(elsewhere, ids)), 4)
    assert codes_of(book).count(own_source(cell("MGU"))) == 1
