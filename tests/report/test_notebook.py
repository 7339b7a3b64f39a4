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


def as_printed(runs: Sequence[Run]) -> list[str]:
    return [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for run in runs
        for epoch in run.epochs
    ]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["notebook", pytest.param("script", marks=pytest.mark.thorough)])
def test_a_fresh_process_repeats_what_a_worker_trained(form: str, elsewhere: RunStore, tmp_path: Path) -> None:
    """The smallest run seen whose curve depends on the number of threads: by its second epoch in the second digit."""
    cache = str(elsewhere.path.parent)
    network = ["--cell", "SimpleRNN", "--units", "64", "--maxlen", "100", "--learning-rate", "0.01", "--stock-layers"]
    data = ["--reviews", "1000", "--batch-size", "300", "--epochs", "3"]
    in_worker = [sys.executable, "-m", "rnn_compare", "train", *network, *data]
    subprocess.run(in_worker, check=True, env=os.environ | {CACHE_VARIABLE: cache}, stdout=subprocess.DEVNULL)
    [run] = elsewhere.runs()
    book = nbformat.reads(notebook(gather(elsewhere, [run.id])), 4)
    cells = [entry.source for entry in book.cells if entry.cell_type == "code"]
    fresh = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-c", "\n".join(cells) if form == "notebook" else script(run.experiment)]
    done = subprocess.run(command, env=fresh, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("epoch ")] == as_printed([run])
    for package in ("keras", "tensorflow"):
        assert f" {package}=={run.versions[package]} " in book.cells[0].source


@pytest.mark.thorough
def test_run_from_top_to_bottom_it_repeats_the_runs_to_the_last_printed_digit(trained: Trained, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    book = nbformat.reads(notebook(gather(trained.store, trained.ids)), 4)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = [
        line
        for entry in book.cells
        for output in entry.get("outputs", [])
        for line in output.get("text", "").splitlines()
        if line.startswith("epoch ")
    ]
    assert printed == as_printed(trained.store.runs(trained.ids))
    differences = book.cells[-1].outputs[-1]["data"]["text/plain"]
    assert differences.count(" 0.0") == len(trained.ids)
    kinds = {kind for entry in book.cells for output in entry.get("outputs", []) for kind in output.get("data", {})}
    assert "application/vnd.plotly.v1+json" in kinds


def test_it_is_a_sound_notebook_of_short_cells_in_order(trained: Trained) -> None:
    book = nbformat.reads(notebook(gather(trained.store, trained.ids)), 4)
    nbformat.validate(book)
    headings = [entry.source.splitlines()[0] for entry in book.cells if entry.source.startswith("#")]
    titles = ["Two networks that read film reviews", "The IMDB reviews", "SimpleRNN(3)", "LSTM(3)", "Results"]
    assert [heading.lstrip("# ") for heading in headings] == titles
    codes = [entry.source for entry in book.cells if entry.cell_type == "code"]
    for code in codes:
        compile(code, "cell", "exec")
    assert sum("for seed in [1, 2]:" in code for code in codes) == 2


def test_a_cell_that_keras_lacks_travels_in_it(elsewhere: RunStore) -> None:
    ids = elsewhere.create([Experiment(cell="MGU", seed=seed) for seed in (1, 2)], Owner.current(), "page")
    text = notebook(gather(elsewhere, ids))
    codes = [entry.source for entry in nbformat.reads(text, 4).cells if entry.cell_type == "code"]
    assert codes.count(own_source(cell("MGU"))) == 1
