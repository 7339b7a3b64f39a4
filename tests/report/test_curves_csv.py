"""The CSV of curves, read back as a spreadsheet would."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.experiment import Experiment
from rnn_compare.report.written_files import CURVES_COLUMNS, curves
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run
from tests.epochs import epoch_end, run_of


def a_run(run: str, name: str = "", epochs: int = 2, **settings: object) -> Run:
    ends = (epoch_end(run, n, 0.5 + n / 10, 0.7, 0.5 + n / 20, 0.69, 1.25 * n) for n in range(1, epochs + 1))
    return run_of(Experiment(**settings), run, name=name, epochs=tuple(ends))


def test_every_finished_epoch_of_every_run_is_one_row_in_order() -> None:
    table = pd.read_csv(io.StringIO(curves([a_run("b", epochs=1), a_run("a", epochs=3), a_run("c", epochs=0)])))
    assert list(zip(table["run"], table["epoch"], strict=True)) == [("b", 1), ("a", 1), ("a", 2), ("a", 3)]


def test_the_figures_come_back_to_the_last_digit() -> None:
    exact = epoch_end("a", 1, 0.1 + 0.2, 2 / 3, 1 / 7, 1e-17, 12.345678901234567)
    run = replace(a_run("a"), epochs=(exact,))
    [row] = csv.DictReader(io.StringIO(curves([run])))
    for name in ("accuracy", "loss", "val_accuracy", "val_loss", "seconds"):
        assert float(row[name]) == {**exact.figures, "seconds": exact.seconds}[name]


def test_a_figure_that_an_epoch_lacks_is_an_empty_cell() -> None:
    lacking = EpochEnd("a", 1, {"val_accuracy": 0.7}, 2.0)
    [row] = csv.DictReader(io.StringIO(curves([replace(a_run("a"), epochs=(lacking,))])))
    assert {name: row[name] for name in ("accuracy", "val_accuracy", "seconds")} == {
        **{"accuracy": "", "val_accuracy": "0.7", "seconds": "2.0"}
    }


def test_the_settings_of_the_run_lead_each_row() -> None:
    table = pd.read_csv(io.StringIO(curves([a_run("a", cell="GRU", units=7, maxlen=33, mask_padding=True)])))
    assert tuple(table.columns) == CURVES_COLUMNS
    assert table[["cell", "units", "maxlen", "epochs", "mask_padding"]].to_numpy().tolist() == [
        ["GRU", 7, 33, 10, True],
        ["GRU", 7, 33, 10, True],
    ]


def test_a_run_without_a_name_goes_by_its_label() -> None:
    table = pd.read_csv(io.StringIO(curves([a_run("a", cell="LSTM"), a_run("b", "Mine, the best")])))
    assert table["name"].unique().tolist() == ["LSTM(32)", "Mine, the best"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"])
def test_a_name_that_looks_like_a_formula_is_escaped(sign: str) -> None:
    [row] = csv.DictReader(io.StringIO(curves([a_run("a", f"{sign}1+1", epochs=1)])))
    assert row["name"] == f"'{sign}1+1"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=80))
def test_any_name_stays_one_field(name: str) -> None:
    rows = list(csv.reader(io.StringIO(curves([a_run("a", name)]), newline="")))
    assert [len(row) for row in rows] == [len(CURVES_COLUMNS)] * 3
    assert rows[1][1].removeprefix("'") == name.removeprefix("'")
