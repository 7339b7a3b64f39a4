import sqlite3
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.runs import schema
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore


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
    store.create([Experiment()], Owner.current(), "page")
    assert len(store.runs()) == 1


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


def test_a_record_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    filled(tmp_path / "runs.db")
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        connection.execute("DROP TABLE deletions")
        connection.execute("PRAGMA user_version = 4")
    store = RunStore(tmp_path / "runs.db")
    assert (store.warnings, store.deleted(), len(store.runs())) == ([], [], 40)


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (1, "before the first release"),
        (3, "before the first release"),
        (schema.VERSION + 1, "is from a newer version"),
    ],
)
def test_a_record_of_another_version_is_left_alone_and_refused_in_words(
    tmp_path: Path, version: int, sentence: str
) -> None:
    path = tmp_path / "runs.db"
    filled(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(UserError, match=sentence):
        RunStore(path)
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (version,)
    assert list(tmp_path.glob("*unreadable*")) == []
