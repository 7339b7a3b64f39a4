from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.report.contents import gather
from rnn_compare.report.notebook import notebook
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore

from .conftest import Trained


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
    assert printed == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for run in trained.store.runs(trained.ids)
        for epoch in run.epochs
    ]
    differences = book.cells[-1].outputs[-1]["data"]["text/plain"]
    assert differences.count(" 0.0") == len(trained.ids)
    kinds = {kind for entry in book.cells for output in entry.get("outputs", []) for kind in output.get("data", {})}
    assert "application/vnd.plotly.v1+json" in kinds


def test_it_is_a_sound_notebook_of_short_cells_in_order(trained: Trained) -> None:
    book = nbformat.reads(notebook(gather(trained.store, trained.ids)), 4)
    nbformat.validate(book)
    headings = [entry.source.splitlines()[0] for entry in book.cells if entry.source.startswith("#")]
    titles = ["SimpleRNN(3) and LSTM(3)", "The IMDB reviews", "SimpleRNN(3)", "LSTM(3)", "Results"]
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


def test_what_people_typed_is_neither_code_nor_markup(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids[:2])
    typed = '"""\'\n# x\n![i](y) <b> {0} {network}\\'
    group = replace(contents.groups[0], name=typed)
    book = nbformat.reads(notebook(replace(contents, groups=(group,))), 4)
    for entry in book.cells:
        if entry.cell_type == "code":
            compile(entry.source, "cell", "exec")
            assert "\n# x" not in entry.source
        else:
            assert "![i]" not in entry.source
            assert "<b>" not in entry.source.replace("\\<b", "")
            assert "\n# x" not in entry.source
