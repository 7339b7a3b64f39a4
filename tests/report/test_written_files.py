"""Predictions and curves of runs as tables, runs as a notebook, and what a task's page gives to try."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from rnn_compare.cells.registry import cell
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.presets import FIRST_WORD
from rnn_compare.report.contents import gather
from rnn_compare.report.notebook import notebook
from rnn_compare.report.reader import reader
from rnn_compare.report.written_files import curves, table_files
from rnn_compare.runs.events import THRESHOLD, EpochEnd
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.training.local.fork_server import ENVIRONMENT
from tests.kit.runs import epoch_end, run_of, shipped

from .conftest import Trained


def test_predictions_give_the_recorded_accuracies_and_curves_are_exact_in_either_form(trained: Trained) -> None:
    written = table_files(gather(trained.store, trained.ids), "parquet")
    table = pd.read_parquet(io.BytesIO(written[""]))
    assert list(table) == ["run", "name", "part", "epoch", "review", "label", "label_name", "probability"]
    assert dict(zip(table.label, table.label_name, strict=True)) == {0: "negative", 1: "positive"}
    right = (table.probability > THRESHOLD) == (table.label == 1)
    accuracies = right.groupby([table.run, table.part, table.epoch]).mean()
    runs = trained.store.runs(trained.ids)
    for run in runs:
        for epoch in run.epochs:
            assert accuracies[run.id, "validation", epoch.epoch] == pytest.approx(epoch["val_accuracy"], abs=1e-6)
        assert run.test is not None
        assert accuracies[run.id, "test", run.test.epoch] == pytest.approx(run.test.accuracy, abs=1e-6)
    called = [f"{name}(3) seed {seed}" for name in ("SimpleRNN", "LSTM") for seed in (1, 2)]
    assert table.name.unique().tolist() == called
    figures = pd.read_parquet(io.BytesIO(written[".curves"]))
    for name in all_metrics():
        assert figures[name].tolist() == [epoch.figures[name] for run in runs for epoch in run.epochs]
    assert figures.cell.tolist() == ["SimpleRNN"] * 4 + ["LSTM"] * 4
    assert figures.mask_padding.all(), "the curves carry their settings"
    as_text = table_files(gather(trained.store, trained.ids), "csv")
    read = pd.read_csv(io.BytesIO(as_text[""]))
    assert read.label.tolist() == table.label.tolist()
    assert read.probability.tolist() == pytest.approx(table.probability.tolist(), abs=1e-5)
    assert len(pd.read_csv(io.BytesIO(as_text[".curves"]))) == 8


def test_in_csv_a_figure_keeps_all_its_digits_and_one_that_an_epoch_lacks_is_an_empty_cell() -> None:
    exact = epoch_end("a", 1, 0.1 + 0.2, 2 / 3, 1 / 7, 1e-17, 12.345678901234567)
    run = run_of(Experiment(), "a", epochs=(exact, EpochEnd("a", 2, {"val_accuracy": 0.7}, 2.0)))
    whole, lacking = csv.DictReader(io.StringIO(curves([run])))
    expected = {**exact.figures, "seconds": exact.seconds}
    assert {name: float(whole[name]) for name in expected} == expected
    assert {name: lacking[name] for name in ("accuracy", "val_accuracy")} == {"accuracy": "", "val_accuracy": "0.7"}


def test_a_tasks_page_has_a_text_of_each_label_that_its_networks_can_read(empty_cache: Path) -> None:
    store = RunStore(empty_cache / "runs.db")
    data, problems = reader(gather(store, [run.id for run in shipped(store, FIRST_WORD)], Evidence(store)))
    assert not problems
    assert [name for name, *_ in data["examples"]] == ["Sample: blue", "Sample: red"]
    for (_, text, _, is_red), first in zip(data["examples"], ("blue", "red"), strict=True):
        assert text.split()[0] == first
        assert is_red is (first == "red")


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
