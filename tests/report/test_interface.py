"""The program from Python: docs/notebook.md and the notebook beside it, run in a kernel; results beside the record."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

import rnn_compare as rc
from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.cli import foreground
from rnn_compare.experiment import Experiment
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.kit.servers import PROJECT

from .conftest import SETTINGS, TINY, Trained

HEAVY = {"keras", "numba", "streamlit", "tensorflow"}
INTERRUPTED = """
import os, signal, threading, time

def interrupt():
    while len(ids := rc.runs().index) == before or not rc.load(ids[-1])[0].run.epochs:
        time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)

before = len(rc.runs())
threading.Thread(target=interrupt).start()
stopped = rc.train(cell="GRU", **settings | {"epochs": 100, "reviews": 5000, "maxlen": 100})
print(stopped[0].run.status, 0 < len(stopped.curves) < 100, stopped[0].run.origin)
"""
QUIET = """
from pathlib import Path

texts = Path(os.environ["RNN_COMPARE_CACHE"], "mine.csv")
texts.write_text("text,label\\n" + "".join(f"good {number},yes\\nbad {number},no\\n" for number in range(40)))
own = settings | {"reviews": 80, "source": texts}
mine = rc.sweep("GRU", progress=False, **own)[:1].resume(more=1, progress=False)
assert rc.train("GRU", progress=False, **own)[0].run.experiment.source.startswith("texts-mine-")
assert len(mine.curves) == settings["epochs"] + 1
"""


def test_ten_functions_at_most_whose_import_and_that_of_all_commands_imports_nothing_heavy() -> None:
    """Rooms have the names of some: ``help(rc.runs)`` showed the package."""
    script = "import sys, rnn_compare.cli.main; from rnn_compare import *; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (HEAVY | {"distributed", "pandas", "rich"}) & set(done.stdout.split()) == set()
    assert len(rc.__all__) <= 10
    assert {"rnn_compare.runs", "rnn_compare.baselines"} <= sys.modules.keys()
    assert inspect.isfunction(rc.runs)
    assert inspect.isfunction(rc.baselines)
    assert not hasattr(rc, "nonsense")


@pytest.fixture
def _workers_end(trained: Trained) -> Iterator[None]:
    """Ends the workers that ``rc.train`` and ``rc.sweep`` keep for the next call: other tests count theirs."""
    yield
    if foreground._engine.cache_info().currsize:
        foreground._engine(trained.store.path.parent).close()
        foreground._engine.cache_clear()


@pytest.fixture
def result(trained: Trained) -> rc.Networks:
    return rc.load(trained.ids)


def test_a_result_says_what_the_record_says(trained: Trained, result: rc.Networks) -> None:
    runs = trained.store.runs(trained.ids)
    assert [network.run for network in result] == runs
    assert result.curves["val_loss"].tolist() == [epoch["val_loss"] for run in runs for epoch in run.epochs]
    assert result.curves["network"].unique().tolist() == ["SimpleRNN(3)", "LSTM(3)"]
    assert result.verdicts
    figure = result.figure("accuracy")
    assert len(figure.data) == 2 * len(runs)
    assert {trace.name: trace.line.dash for trace in figure.data} == {
        "SimpleRNN(3), training": "dash",
        "SimpleRNN(3), validation": "solid",
        "LSTM(3), training": "dash",
        "LSTM(3), validation": "solid",
    }
    validated = next(trace for trace in figure.data if trace.name == "LSTM(3), validation")
    assert list(validated.y) == [epoch["val_accuracy"] for epoch in runs[2].epochs]
    assert [title.text for title in result.figure().layout.annotations] == ["chart=Accuracy", "chart=Loss"]
    assert result.figure(["val_auc"]) == result.figure("auc") != result.figure(), "by its column, too"
    bases = [result.compare(measure=name).pairs[0].basis for name in (None, "test", "kept")]  # as the page's: elsewhere
    assert bases == ["test", "test", "kept"]


@pytest.mark.usefixtures("_workers_end")
def test_a_grid_is_trained_once_and_its_results_are_a_frame_and_files_in_the_form_of_their_names(
    trained: Trained, tmp_path: Path
) -> None:
    result = rc.sweep(["SimpleRNN", "LSTM"], seeds=2, **SETTINGS)
    assert set(result.ids) == set(trained.ids)
    frame = result.frame()
    assert frame[["network", "cell"]].values.tolist() == [["SimpleRNN(3)", "SimpleRNN"], ["LSTM(3)", "LSTM"]]
    assert frame["complete"].tolist() == [2, 2]
    assert frame["accuracy"].tolist() == [row["accuracy"] for row in result.results.records()]
    for names in (["page.html"], ["repeat.ipynb"], ["t.csv", "t.curves.csv"]):
        assert result.report(tmp_path / names[0]) == [tmp_path / name for name in names]
        assert all((tmp_path / name).is_file() for name in names)


def test_networks_are_a_sequence_in_the_order_asked_for(trained: Trained) -> None:
    ids: list[Any] = trained.ids
    first, second, *rest = ids
    result = rc.load(second, first)
    assert isinstance(result, Sequence)
    assert [network.run.id for network in result] == [second, first] == [network.run.id for network in result[:]]
    assert result[first].run == result[-1].run
    assert first in result
    assert first not in result[:1]
    assert [network in result[:1] for network in result] == [True, False]
    assert (result + rc.load(trained.ids)).ids == (second, first, *rest)
    assert len({*result, result[0]}) == 2
    assert rc.load(result[0], [first]).ids == (second, first)
    assert rc.load(*rc.runs().index[:2]).ids == (first, second)


REFUSED: dict[str, Callable[[Any], object]] = {
    "units is '32'; it must be a whole number, such as 3.": lambda _: rc.train("LSTM", units="32"),
    "units is 32.0; it must be a whole number, such as 3.": lambda _: rc.sweep("LSTM", units=[4, 32.0]),
    "seeds is '3'; it must be a whole number, such as 3.": lambda _: rc.train("LSTM", seeds="3"),
    "epochs is True, but is no setting of yes or no.": lambda _: rc.sweep("LSTM", epochs=True),
    "dropout is '0.2'; it must be a number, such as 0.2.": lambda _: rc.train("LSTM", dropout="0.2"),
    "bidirectional is 'yes'; it must be True or False.": lambda _: rc.train("LSTM", bidirectional="yes"),
    "cannot be read (No such file or directory)": lambda _: rc.train("LSTM", source="missing.csv"),
    "measure is 'best'; it must be 'kept' or 'test'": lambda result: result.compare(measure="best"),
    "A comparison takes 2 to 100 settings, not 1": lambda result: result[:2].compare(),
    "page.doc must end in .html, .ipynb, .csv or .parquet": lambda result: result.report("page.doc"),
    "Baselines do not depend on units, only on source, ": lambda _: rc.baselines(units=3),
    "No run was named": lambda _: rc.load([]),
    "layers does not apply to attention: the depth is fixed": lambda _: rc.parameters("attention", layers=2),
    "which is 'lst'; it must be 'best' or 'last'": lambda result: result[0].read("Dull.", which="lst"),
    "There is no chart 'nonsense'. Choose among accuracy, loss, auc and gradient.": (
        lambda result: result.figure("accuracy", "nonsense")
    ),
    "'none' is not among these runs: ": lambda result: result["none"],
    "Only networks that were trained or loaded can be added: result": lambda result: result + [result[0]],  # noqa: RUF005  # as people write
    "more is 1.5; it must be a whole number of epochs, 0 or more": lambda result: result.resume(1.5),
    "more is -1; it must be a whole number of epochs, 0 or more": lambda result: result.resume(-1),
    "more is '2'; it must be a whole number of epochs, 0 or more": lambda result: result.resume("2"),
    "Give the one with the texts, such as table['": lambda result: result[0].predict(pd.DataFrame({"text": ["a"]})),
    "'3' is not a text. Give one text, or several in a list": lambda result: result[0].predict([3]),
    "The plain file trains without test": lambda result: result[0].plain_script(),
    "There is no setting epohs. Did you mean epochs?": lambda _: rc.parameters("LSTM", epohs=3),  # type: ignore[call-arg]  # type checkers know them all
}


@pytest.mark.usefixtures("_workers_end")  # a refused ``resume`` has begun them
@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_done_is_refused_in_a_sentence(sentence: str, result: rc.Networks) -> None:
    with pytest.raises(rc.UserError, match=re.escape(sentence)):
        REFUSED[sentence](result)


def test_what_a_notebook_shows_is_short(trained: Trained) -> None:
    result = rc.load(trained.ids[2:])
    terms = "4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320"
    assert f"  8,320  {terms}" in repr(rc.parameters("LSTM", units=32))
    assert f"<td>{terms}" in rc.parameters("LSTM")._repr_html_()
    assert re.findall(">(LSTM.*?)<", result._repr_html_()) == ["LSTM(3) seed 1", "LSTM(3) seed 2"]
    assert f"<td>{result.ids[0]}</td>" in result[0]._repr_html_()
    assert re.fullmatch(r"\d\d\.\d % (negative|positive)", repr(result[0].predict("A wonderful film.")))


def test_the_table_of_runs_has_what_tells_them_apart(elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    elsewhere.create([Experiment(), Experiment(forget_bias=3.0)], Owner.current(), "page")
    table = rc.runs()
    assert table["forget_bias"].iloc[-1] == 3.0
    assert "source" in table
    assert "mask_padding" not in table
    assert table["created"].dt.year.min() > 2000


def test_a_network_predicts_one_text_or_several_and_is_judged_by_their_length(result: rc.Networks) -> None:
    network = result[0]
    texts = pd.Series(["A film.", "Dull.", "", None, "?!"], index=[4, 5, 6, 7, 9])
    table = network.predict(texts)
    assert table.index.tolist() == texts.index.tolist()
    assert table["probability"].tolist()[:2] == [network.predict(text).probability for text in texts[:2]]
    assert table["label"].notna().tolist() == [True, False, False, False, False]
    assert table["probability"].notna().tolist() == [True, True, False, False, False]
    assert [warning.partition(" ")[0] for warning in table["warning"]] == ["", "None", "This", "This", "This"]
    lengths = network.lengths()
    assert lengths["texts"].sum() == network.run.experiment.validation_reviews
    assert network.run.best
    mean = np.average(lengths["accuracy"], weights=lengths["texts"])
    assert mean == pytest.approx(network.run.best["val_accuracy"], abs=1e-6)
    assert lengths.attrs == {"trained_up_to": network.run.experiment.maxlen}


def test_a_network_reads_as_its_keras_model_does_and_has_what_keras_users_look_for(
    result: rc.Networks, capsys: pytest.CaptureFixture[str]
) -> None:
    network, text = result[-1], "A wonderful film, and zyxwv."
    verdict, reading = network.predict(text), network.read(text)
    assert reading["word"].tolist() == ["a", "wonderful", "film", "and", "zyxwv"]
    assert not reading["known"].iloc[-1]
    assert reading["probability"].iloc[-1] == pytest.approx(verdict.probability, abs=1e-6)
    model = network.keras_model()
    assert float(np.ravel(model(verdict.review.ids[None]))[0]) == pytest.approx(verdict.probability, abs=1e-6)
    assert model.count_params() == network.parameters.total
    assert network.history.equals(network.curves)
    network.summary()
    assert "Total params" in capsys.readouterr().out
    weights = network.weights("last")
    assert weights["dense/kernel"].shape == (3, 1)
    weights["dense/bias"][:] = 9.0
    assert network.weights("last")["dense/bias"] != 9.0, "a copy"
    simple = replace(network.run, experiment=network.run.experiment.model_copy(update={"test_split": 0.0}))
    assert rc.Network(simple).plain_script() == plain_script(simple.experiment)


def test_every_setting_is_completed_and_explained_by_its_declaration() -> None:
    for call in (rc.train, rc.parameters):
        assert Experiment.model_fields.keys() <= inspect.signature(call).parameters.keys()
        assert "recurrent_dropout (Recurrent dropout): Share of the state dropped in training." in str(call.__doc__)


@pytest.mark.usefixtures("trained")
def test_baselines_are_a_table_too() -> None:
    table = rc.baselines(reviews=80, vocabulary_size=500).frame()
    assert table["name"].tolist() == list(all_baselines())
    assert table["val_accuracy"].between(0, 1).all()


@pytest.mark.slow
def test_notebook_and_page_run_from_top_to_bottom_and_stop_when_interrupted(
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
    page = [code.replace('"report.html"', repr(str(tmp_path / "report.html"))) for code in page]
    codes += [*page[:-1], INTERRUPTED]  # its last imports Keras, which another test does
    codes.append(QUIET)
    codes.append(f"import sys; print({HEAVY} & sys.modules.keys())")
    run = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    run.cells.append(nbformat.v4.new_code_cell("rc.train('LSTN')", metadata={"tags": ["raises-exception"]}))
    NotebookClient(run, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(PROJECT)}}).execute()
    *outputs, [refused] = [cell.outputs for cell in run.cells]
    assert '<progress value="1.0"' in str(outputs[2]), "the bars are drawn again as the training goes on"
    assert "application/vnd.plotly.v1+json" in outputs[3][0]["data"]
    assert refused["traceback"] == [f"UserError: {refused['evalue']}"]
    assert outputs[-2] == [], "without progress nothing is shown"
    assert outputs[-3][-1]["text"] == "stopped True notebook\n"
    assert outputs[-1][0]["text"] == "set()\n"
