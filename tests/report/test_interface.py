"""The program from Python: docs/notebook.md and the notebook beside it, run in a kernel; results beside the record."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import numpy as np
import pytest

import rnn_compare as rc
from rnn_compare.paths import CACHE_VARIABLE
from tests.processes import PROJECT

from .conftest import TINY, Trained

HEAVY = {"keras", "numba", "streamlit", "tensorflow"}
INTERRUPTED = """
import os, signal, threading, time

def interrupt():
    while len(ids := rc.runs().index) < 5 or not rc.load(ids[-1])[0].run.epochs:
        time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
stopped = rc.train(cell="GRU", **settings | {"epochs": 100, "reviews": 5000, "maxlen": 100})
print(stopped[0].run.status, 0 < len(stopped.curves) < 100, stopped[0].run.origin)
"""


def test_ten_names_at_most_and_importing_them_imports_nothing_heavy() -> None:
    script = "import sys, rnn_compare as rc; [getattr(rc, n) for n in rc.__all__]; print(*{n for n in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
    assert len(rc.__all__) <= 10
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        rc.nonsense  # noqa: B018  # looking it up is the test


def test_the_room_of_runs_stays_a_package_that_lists_them_when_called(trained: Trained) -> None:
    assert isinstance(rc.runs, ModuleType)
    assert list(rc.runs().index) == trained.ids


def test_a_result_says_what_the_record_says(trained: Trained) -> None:
    result = rc.load(*trained.ids)
    runs = trained.store.runs(trained.ids)
    assert [network.run for network in result] == runs
    assert result.curves["val_loss"].tolist() == [epoch["val_loss"] for run in runs for epoch in run.epochs]
    assert result.curves["network"].unique().tolist() == ["SimpleRNN(3)", "LSTM(3)"]
    assert result.verdicts
    figure = result.figure("accuracy")
    assert figure.layout.yaxis.ticksuffix == " %"
    assert [trace.name for trace in figure.data if trace.showlegend] == ["SimpleRNN(3)", "LSTM(3)"]
    assert [title.text for title in result.figure().layout.annotations] == [
        "Accuracy (dashed: training)",
        "Loss (dashed: training)",
    ]
    assert figure.layout.xaxis.dtick == 1, "no epoch has two ticks"


def test_a_network_reads_as_its_keras_model_does(trained: Trained) -> None:
    network = rc.load(trained.ids[-1])[0]
    text = "A wonderful film, and zyxwv."
    verdict, reading = network.predict(text), network.read(text)
    assert reading["word"].tolist() == ["a", "wonderful", "film", "and", "zyxwv"]
    assert not reading["known"].iloc[-1]
    assert reading["probability"].iloc[-1] == pytest.approx(verdict.probability, abs=1e-6)
    model = network.keras_model()
    assert float(np.ravel(model(verdict.review.ids[None]))[0]) == pytest.approx(verdict.probability, abs=1e-6)
    assert model.count_params() == network.parameters.total


def test_runs_are_loaded_by_one_id_or_any_collection_and_none_is_an_error(trained: Trained) -> None:
    assert rc.load(trained.ids[:2]).ids == rc.load(*rc.runs().index[:2]).ids == tuple(trained.ids[:2])
    with pytest.raises(rc.UserError, match="No run was named"):
        rc.load([])


def test_settings_that_a_network_would_ignore_are_refused() -> None:
    assert rc.parameters("LSTM", units=32).recurrent == 8320
    for call in (rc.train, rc.parameters):
        with pytest.raises(rc.UserError, match="layers does not apply to attention: the depth is fixed"):
            call("attention", layers=2)


@pytest.mark.slow
def test_the_notebook_and_its_page_run_from_top_to_bottom_and_stop_when_interrupted(
    prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    (tmp_path / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "1")
    book = nbformat.read(PROJECT / "docs/book_experiment.ipynb", 4)
    codes = [cell.source for cell in book.cells if cell.cell_type == "code"]
    codes[0] = re.sub("settings = .*", f"settings = {TINY}", codes[0])
    assert str(TINY) in codes[0]
    page = re.findall(r"```python\n(.*?)```", (PROJECT / "docs/notebook.md").read_text("utf-8"), re.DOTALL)
    page[0] = page[0].replace("units=32, maxlen=100, epochs=3, reviews=4000", "**settings")
    codes += [*page[:-1], INTERRUPTED]  # its last imports Keras, which another test does
    codes.append(f"import sys; print({HEAVY} & sys.modules.keys())")
    run = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    NotebookClient(run, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(PROJECT)}}).execute()
    outputs = [cell.outputs for cell in run.cells]
    assert "<progress value='1.00'>" in str(outputs[2]), "the bars are drawn again as the training goes on"
    assert "application/vnd.plotly.v1+json" in outputs[3][0]["data"]
    assert outputs[-2][-1]["text"] == "stopped True notebook\n"
    assert outputs[-1][0]["text"] == "set()\n"
