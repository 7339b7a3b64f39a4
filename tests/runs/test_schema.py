import contextlib
import errno
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rnn_compare as rc
from rnn_compare.cli.main import main
from rnn_compare.database import execute
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom.journal import Journal
from rnn_compare.runs import schema
from rnn_compare.runs.events import Predictions, Progress, Started, encoded
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from rnn_compare.server.app import App
from tests.kit.pages import page
from tests.kit.runs import finished_run

OLD = Path(__file__).with_name("record_of_version_4.sql")


def filled(path: Path) -> bytes:
    store = RunStore(path)
    for _ in range(40):
        store.create([Experiment()], Owner.current(), "page")
    store.close()
    return path.read_bytes()


@pytest.mark.parametrize("damage", ["overwritten", "torn", "text"])
def test_a_damaged_database_is_set_aside_whole_and_replaced(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "runs.db"
    content = filled(path)
    damaged = {
        "overwritten": content[:4096] + b"\xff" * 4096 + content[8192:],
        "torn": content[: len(content) // 2 + 100],
        "text": b"these are not the bytes of a database " * 100,
    }[damage]
    path.write_bytes(damaged)
    store = RunStore(path)
    [warning] = store.warnings
    assert "`python -m rnn_compare repair` restores" in warning
    aside = warning.removeprefix("The record of runs could not be read: kept as ").partition(",")[0]
    assert (tmp_path / aside).read_bytes() == damaged
    assert store.runs() == []
    assert store.create([Experiment()], Owner.current(), "page") == [run.id for run in store.runs()]


def test_a_database_that_has_all_tables_is_opened_without_writing_to_it(tmp_path: Path) -> None:
    """A full disk would refuse that, and with it the runs."""
    before = filled(tmp_path / "runs.db")
    store = RunStore(tmp_path / "runs.db")
    assert (tmp_path / "runs.db").read_bytes() == before
    assert (tmp_path / "runs.db-wal").stat().st_size == 0
    store.close()


def test_a_database_lacks_no_index_and_keeps_a_log_once_it_was_opened(tmp_path: Path) -> None:
    """As a copy that somebody has put into its place does not."""
    filled(tmp_path / "runs.db")
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        connection.execute("DROP INDEX runs_by_status")
        connection.execute("PRAGMA journal_mode = DELETE")
    RunStore(tmp_path / "runs.db").close()
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs_by_status'").fetchone()


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "runs.db").touch()
    store = RunStore(tmp_path / "runs.db")
    assert store.warnings == []
    assert store.runs() == []


def test_a_place_that_holds_no_file_is_answered_by_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs.db").mkdir()
    (tmp_path / "file").touch()  # root, who may run the tests, is not hindered by a read-only folder, but by this
    for path in (tmp_path / "runs.db", tmp_path / "file" / "runs.db"):
        with pytest.raises(UserError, match="cannot be opened"):
            RunStore(path)
    assert (tmp_path / "runs.db").is_dir()


def test_readers_cannot_write(tmp_path: Path) -> None:
    filled(tmp_path / "runs.db")
    reader = RunStore(tmp_path / "runs.db")._connect(read_only=True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM runs")
    reader.close()


# ---- earlier and later versions ----------------------------------------------------------------


def copies(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.glob(f"{path.name}.version-*"))


def dump(path: Path) -> list[str]:
    """All that a record holds, and its version."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A record of version 4 with a run of two epochs, by the statements of 0.1.0."""
    path = tmp_path / "runs.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD.read_text("utf-8"))
    return path


def test_every_version_since_the_first_release_is_migrated() -> None:
    assert list(RunStore.migrations) == list(range(4, RunStore.version))
    assert list(Journal.migrations) == list(range(1, Journal.version))


def test_version_4_becomes_version_5_and_is_kept_beside_it(old: Path) -> None:
    before = dump(old)
    (old.parent / "runs.db.version-3").touch()  # the copy of an earlier migration
    for _ in range(2):
        store = RunStore(old)
        [run] = store.runs()
        assert (store.warnings, store.deleted()) == ([], [])
        assert [epoch["val_loss"] for epoch in run.epochs] == [0.6992354989051819, 0.6984147429466248]
        assert [prediction.accuracy for prediction in store.predictions(run.id)] == [58 / 120]
        store.close()
    assert copies(old) == ["runs.db.version-4"]
    assert dump(old.with_name("runs.db.version-4")) == before
    store = RunStore(old)
    store.delete(run.id)
    assert store.deleted() == [run.id]


@pytest.mark.parametrize("moment", ["copying", "copied", "migrated", "committed"])
def test_a_program_killed_during_a_migration_leaves_the_old_record_or_the_new_one(old: Path, moment: str) -> None:
    before = dump(old)
    script = """
import os, sys
from pathlib import Path
from rnn_compare import database
from rnn_compare.runs import schema
from rnn_compare.runs.store import RunStore

def killed_after(work):
    return lambda *arguments: (work(*arguments), os._exit(9))

match sys.argv[2]:
    case "copying":
        connect = database.connect
        database.connect = lambda path, *mode: os._exit(9) if ".unfinished" in path.name else connect(path, *mode)
    case "copied":
        RunStore._keep_copy = killed_after(RunStore._keep_copy)
    case "migrated":
        RunStore.migrations = {4: killed_after(schema.add_deletions)}
    case "committed":
        RunStore._create_tables = killed_after(RunStore._create_tables)
RunStore(Path(sys.argv[1]))
"""
    killed = subprocess.run([sys.executable, "-c", script, old, moment], check=False)
    assert killed.returncode == 9
    if moment != "committed":
        assert dump(old) == before
    assert copies(old) == ([] if moment == "copying" else ["runs.db.version-4"])
    assert len(RunStore(old).runs()) == 1
    assert dump(old.with_name("runs.db.version-4")) == before


def test_an_earlier_record_on_a_full_disk_is_read_and_migrated_once_there_is_room(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(old)

    def full(*_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("rnn_compare.database.copy", full)
        store = RunStore(old)
        assert "No space left" in store.warnings[0]
        assert [len(run.epochs) for run in store.runs()] == [2]
        with pytest.raises(UserError, match="cannot be opened for writing"):
            store.annotate("x", "y")
        assert dump(old) == before
    assert store.warnings == []
    assert [len(run.epochs) for run in store.runs()] == [2]
    assert copies(old) == ["runs.db.version-4"]


def test_a_migration_may_replace_a_table_without_losing_what_refers_to_it(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(connection: sqlite3.Connection) -> None:
        schema.add_deletions(connection)
        execute(connection, "CREATE TABLE new AS SELECT * FROM runs; DROP TABLE runs; ALTER TABLE new RENAME TO runs")

    monkeypatch.setattr(RunStore, "migrations", {4: replace})
    [run] = RunStore(old).runs()
    assert len(run.epochs) == 2


def test_reading_and_writing_need_no_column_of_another_version(tmp_path: Path) -> None:
    """Tables of 0.1.0 that are no longer used may be missing; a later version may have added columns."""
    path = tmp_path / "runs.db"
    filled(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("runs", "epochs", "progress", "predictions", "deletions"):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN later TEXT DEFAULT 'x'")
    store = RunStore(path)
    run = finished_run(store, 0.5, 0.75)
    [waiting] = store.create([Experiment()], Owner.current(), "page")
    prediction = Predictions(waiting, 1, "validation", 0.5, 2, encoded(np.array([0.25, 0.75])))
    progress = Progress(waiting, 1, 1, 2, {"loss": 0.5}, "training", 1.0)
    store.record([Started(waiting, 1, "", {}, 0.0), prediction, progress])
    assert (store.warnings, [epoch["accuracy"] for epoch in store.run(run).epochs]) == ([], [0.5, 0.75])
    assert (store.predictions(waiting), store.run(waiting).progress) == ([prediction], (progress,))
    other = RunStore(tmp_path / "other.db")
    other.copy_from(path)
    assert [copied.id for copied in other.runs()] == [recorded.id for recorded in store.runs()]
    store.delete(run)
    store.restore()
    assert run in {recorded.id for recorded in store.runs()}


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (3, "is from a version before the first release. Move the file away, or set"),
        (6, "has version 6; this program reads versions up to 5. Update the program, or set"),
    ],
)
def test_a_record_of_another_version_is_left_alone_and_refused_in_words_by_commands_and_pages(
    empty_cache: Path, own_app: App, monkeypatch: pytest.MonkeyPatch, version: int, sentence: str
) -> None:
    path = empty_cache / "runs.db"
    filled(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    monkeypatch.setattr(own_app, "_folder", lambda: empty_cache)
    for ask in (own_app.services, rc.runs):
        with pytest.raises(UserError, match=re.escape(f"{path} {sentence}")):
            ask()
    assert [main([command]) for command in ("runs", "repair")] == [2, 2]
    assert sentence in page().error[0].value
    assert path.read_bytes() == before
    assert [file.name for file in empty_cache.iterdir()] == ["runs.db"]
