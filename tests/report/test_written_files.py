import csv
import io

import pandas as pd
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.report.contents import gather
from rnn_compare.report.written_files import curves, table_files
from rnn_compare.runs.events import THRESHOLD, EpochEnd
from rnn_compare.runs.store import RunStore
from tests.kit.runs import epoch_end, insert, run_of

from .conftest import Trained


def test_the_predictions_give_the_very_accuracies_that_were_recorded(trained: Trained) -> None:
    written = table_files(gather(trained.store, trained.ids), "parquet")
    table = pd.read_parquet(io.BytesIO(written[""]))
    assert list(table) == ["run", "name", "part", "epoch", "review", "label", "label_name", "probability"]
    assert dict(zip(table.label, table.label_name, strict=True)) == {0: "negative", 1: "positive"}
    right = (table.probability > THRESHOLD) == (table.label == 1)
    accuracies = right.groupby([table.run, table.part, table.epoch]).mean()
    for run in trained.store.runs(trained.ids):
        for epoch in run.epochs:
            assert accuracies[run.id, "validation", epoch.epoch] == pytest.approx(epoch["val_accuracy"], abs=1e-6)
        assert run.test is not None
        assert accuracies[run.id, "test", run.test.epoch] == pytest.approx(run.test.accuracy, abs=1e-6)
    called = [f"{name}(3) seed {seed}" for name in ("SimpleRNN", "LSTM") for seed in (1, 2)]
    assert table.name.unique().tolist() == called


def test_the_curves_are_exact_and_carry_their_settings(trained: Trained) -> None:
    written = table_files(gather(trained.store, trained.ids), "parquet")
    table = pd.read_parquet(io.BytesIO(written[".curves"]))
    expected = [epoch for run in trained.store.runs(trained.ids) for epoch in run.epochs]
    assert len(table) == len(expected)
    for name in all_metrics():
        assert table[name].tolist() == [epoch.figures[name] for epoch in expected]
    assert table.cell.tolist() == ["SimpleRNN"] * 4 + ["LSTM"] * 4
    assert table.mask_padding.all()


def test_both_are_csv_files_as_well(trained: Trained) -> None:
    contents = gather(trained.store, trained.ids)
    written, packed = table_files(contents, "csv"), table_files(contents, "parquet")
    table = pd.read_csv(io.BytesIO(written[""]))
    expected = pd.read_parquet(io.BytesIO(packed[""]))
    assert table.label.tolist() == expected.label.tolist()
    assert table.probability.tolist() == pytest.approx(expected.probability.tolist(), abs=1e-5)
    assert len(pd.read_csv(io.BytesIO(written[".curves"]))) == 8


def test_of_runs_without_predictions_the_curves_are_left(trained: Trained, elsewhere: RunStore) -> None:
    [run] = trained.store.runs(trained.ids[:1])
    insert(elsewhere, run)
    for kind, read in (("parquet", pd.read_parquet), ("csv", pd.read_csv)):
        written = table_files(gather(elsewhere, [run.id]), kind)  # type: ignore[arg-type]  # one of the two
        assert len(read(io.BytesIO(written[""]))) == 0
        assert len(read(io.BytesIO(written[".curves"]))) == 2


def test_in_csv_a_figure_keeps_all_its_digits_and_one_that_an_epoch_lacks_is_an_empty_cell() -> None:
    exact = epoch_end("a", 1, 0.1 + 0.2, 2 / 3, 1 / 7, 1e-17, 12.345678901234567)
    run = run_of(Experiment(), "a", epochs=(exact, EpochEnd("a", 2, {"val_accuracy": 0.7}, 2.0)))
    whole, lacking = csv.DictReader(io.StringIO(curves([run])))
    expected = {**exact.figures, "seconds": exact.seconds}
    assert {name: float(whole[name]) for name in expected} == expected
    assert {name: lacking[name] for name in ("accuracy", "val_accuracy")} == {"accuracy": "", "val_accuracy": "0.7"}
