"""A cache that was made before figures were stored by name: nothing is lost, and its runs go on."""

import csv
import io
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.dashboard.components import board, board_curves
from rnn_compare.dashboard.pages.runs.run_table import table
from rnn_compare.figures.registry import FIGURES
from rnn_compare.insight import verdict
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs import checkpoint, schema
from rnn_compare.runs.csv_export import curves
from rnn_compare.runs.events import Event, Status
from rnn_compare.runs.files import Which
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

KEPT = Path(__file__).parent / "version_2"
FINISHED, STOPPED = ("simplernn-07bf02", "lstm-8e6e72", "gru-7bdad9"), "gru-1d9add"
WHICH: tuple[Which, ...] = ("best", "last")
THEN = ("accuracy", "loss", "val_accuracy", "val_loss")
"""The figures of that version."""


@pytest.fixture
def cache(tmp_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the kept cache, beside today's prepared reviews."""
    copy = tmp_path / "cache"
    shutil.copytree(KEPT, copy)
    (copy / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(CACHE_VARIABLE, str(copy))
    return copy


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]


def by_epoch(run: Run) -> list[tuple[object, ...]]:
    return [(run.id, epoch.epoch, *map(epoch.figures.get, THEN), epoch.seconds) for epoch in run.epochs]


def test_the_kept_record_is_one_of_that_version() -> None:
    with sqlite3.connect(KEPT / "runs.db") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert {len(rows(KEPT / "runs.db", table)) for table in ("runs", "epochs", "gradients")} == {4, 13, 17}


def test_every_row_is_there_after_as_before_to_the_last_bit(cache: Path) -> None:
    store = RunStore(cache / "runs.db")
    assert store.set_aside is None
    assert rows(cache / "runs.db", "gradients") == rows(KEPT / "runs.db", "gradients")
    for now, then in zip(rows(cache / "runs.db", "runs"), rows(KEPT / "runs.db", "runs"), strict=True):
        setting = store.run(now["id"]).experiment.setting  # without the seed, since version 4
        assert now == then | {"setting": setting}
    assert [store.predictions(run) for run in FINISHED] == [[], [], []]
    before = [tuple(row.values()) for row in rows(KEPT / "runs.db", "epochs")]
    assert sorted(epoch for run in store.runs() for epoch in by_epoch(run)) == sorted(before)
    assert all(set(epoch.figures) == set(THEN) for run in store.runs() for epoch in run.epochs)
    assert store.run("lstm-8e6e72").title == "Lecture 22.1"
    assert [len(store.gradients(run)) for run in (*FINISHED, STOPPED)] == [4, 4, 4, 5]
    assert rows(cache / "runs.db", "sqlite_master WHERE name LIKE '%before%'") == []


def test_points_of_an_epoch_that_was_running_come_along(cache: Path) -> None:
    with sqlite3.connect(cache / "runs.db") as connection:
        connection.execute("UPDATE runs SET status = 'running' WHERE id = ?", (STOPPED,))
        points = [
            (STOPPED, 5, 40, 1250, 0.1 + 0.2, 2 / 3, "training", 7.5),
            (STOPPED, 5, 3, 9, None, None, "validation", 8.0),
        ]
        connection.executemany("INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?, ?, ?)", points)
    [training, validation] = RunStore(cache / "runs.db").run(STOPPED).progress
    assert (training.figures, training.batch, training.at) == ({"accuracy": 0.1 + 0.2, "loss": 2 / 3}, 40, 7.5)
    assert (validation.figures, validation.phase, validation.batches) == ({}, "validation", 9)


def test_a_migration_that_dies_half_way_leaves_the_old_record(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def migrate_and_die(connection: sqlite3.Connection) -> None:
        schema._name_figures(connection)
        raise MemoryError

    with monkeypatch.context() as context:
        context.setitem(schema.MIGRATIONS, 2, migrate_and_die)
        with pytest.raises(MemoryError):
            RunStore(cache / "runs.db")
    assert rows(cache / "runs.db", "epochs") == rows(KEPT / "runs.db", "epochs")
    assert len(RunStore(cache / "runs.db").run(STOPPED).epochs) == 4


def test_its_runs_are_shown_on_the_board_in_the_table_and_as_csv(cache: Path) -> None:
    runs = RunStore(cache / "runs.db").runs()
    message = board.message(runs, {})
    assert [run["label"] for run in message["groups"]][1] == "Lecture 22.1"
    assert message["groups"][3]["figures"]["val_accuracy"] == board_curves.packed([0.5618, 0.5774, 0.591, 0.5942])
    assert table(runs)["Best validation"].round(1).tolist() == [57.5, 55.0, 55.0, 59.4]
    written = list(csv.DictReader(io.StringIO(curves(runs))))
    assert len(written) == 13
    for row, epoch in zip(written, [epoch for run in runs for epoch in run.epochs], strict=True):
        assert {name: float(row[name]) for name in THEN} == epoch.figures
        assert {row[name] for name in FIGURES if name not in THEN} <= {""}


def test_its_networks_read_a_review_as_they_did_then(cache: Path) -> None:
    runs = RunStore(cache / "runs.db").runs()
    read = {
        run.id: tuple(verdict.ask(run, "It was a great movie, and I loved it.", which).probability for which in WHICH)
        for run in runs
    }
    assert read == {
        "simplernn-07bf02": pytest.approx((0.509842, 0.509842), abs=1e-5),
        "lstm-8e6e72": pytest.approx((0.506490, 0.510503), abs=1e-5),
        "gru-7bdad9": pytest.approx((0.508700, 0.514035), abs=1e-5),
        "gru-1d9add": pytest.approx((0.779652, 0.779652), abs=1e-5),
    }


def test_a_checkpoint_of_that_version_holds_the_same_epochs(cache: Path) -> None:
    for run in RunStore(cache / "runs.db").runs():
        found = checkpoint.load(run.id)
        assert found is not None
        assert json.dumps([epoch.figures for epoch in found.epochs]) == json.dumps([e.figures for e in run.epochs])
        assert found.epochs == run.epochs


@pytest.mark.slow
def test_a_run_that_was_stopped_then_goes_on_now_and_only_its_new_epochs_have_the_new_figures(cache: Path) -> None:
    from rnn_compare.training import job  # Keras, which the other tests do without

    store = RunStore(cache / "runs.db")
    before = store.run(STOPPED)
    experiment = before.experiment.model_copy(update={"epochs": 6})
    store.submit_again(STOPPED, experiment, Owner.current())

    def send(event: Event) -> None:
        store.record([event])

    job.train(STOPPED, experiment, send, lambda: False)
    after = store.run(STOPPED)
    assert (after.status, after.reason, after.continued) == (Status.FINISHED, None, (4,))
    assert after.epochs[:4] == before.epochs
    assert [set(epoch.figures) for epoch in after.epochs[4:]] == [set(FIGURES)] * 2
    assert after.epochs[5]["loss"] < before.epochs[3]["loss"]
    found = checkpoint.load(STOPPED)
    assert found is not None
    assert found.epochs == after.epochs
