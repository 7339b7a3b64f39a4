"""Predictions and curves of runs as tables, and what a task's page gives to try."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.presets import FIRST_WORD
from rnn_compare.report.contents import gather
from rnn_compare.report.reader import reader
from rnn_compare.report.written_files import curves, table_files
from rnn_compare.runs.events import THRESHOLD, EpochEnd
from rnn_compare.runs.store import RunStore
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
