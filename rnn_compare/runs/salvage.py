"""Sound rows of a damaged record of runs, read one by one."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from rnn_compare.atomic import UNFINISHED
from rnn_compare.database import connect
from rnn_compare.runs.events import decoded
from rnn_compare.runs.schema import DAMAGED, UnknownNetworkError, epoch_of, run_of
from rnn_compare.runs.store import RunStore

KEYS = {
    "runs": ("id",),
    "epochs": ("run", "epoch"),
    "predictions": ("run", "part", "epoch"),
}
"""The primary keys of the tables that are read; the first column is the run."""
_KINDS = {"id": str, "run": str, "part": str, "epoch": int, "created": float, "probabilities": bytes}
MISSES = 5000
"""Row numbers without a readable row after which a table counts as read to its end."""
MOST_EPOCHS = 1000
_PAGE = 4096

Tables = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""Sound rows by table and key."""


def tables_of(file: Path, runs: Collection[str]) -> Tables:
    """Returns the sound rows in a file, which is left as it is.

    Args:
        runs: Runs whose epochs are looked for, beside those with a row in the file.
    """
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=file.parent) as folder:
        copy = Path(folder) / "copy.db"
        for suffix in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(file.with_name(file.name + suffix), copy.with_name(copy.name + suffix))
        try:
            with contextlib.closing(connect(copy)) as connection:
                RunStore.migrate(connection)
        except sqlite3.DatabaseError:
            _replace_first_page(copy)
        with contextlib.closing(connect(copy)) as connection:
            return read(connection, runs)


def _replace_first_page(file: Path) -> None:
    """Puts the first page of a new record into a file: it says where the tables begin, which is always the same."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        RunStore(new := Path(folder) / "new.db").close()
        page, least = bytearray(new.read_bytes()[:_PAGE]), new.stat().st_size
    pages = max(file.stat().st_size, least) // _PAGE
    page[28:32] = pages.to_bytes(4, "big")
    with file.open("r+b") as stream:
        stream.write(page)
        stream.truncate(pages * _PAGE)


def read(connection: sqlite3.Connection, runs: Collection[str]) -> Tables:
    """Returns the sound rows of a record; see ``tables_of``."""
    tables: Tables = {table: {} for table in KEYS}
    for table in ("runs", "predictions"):
        for row in _by_number(connection, table):
            _take(tables, table, row)
    # Other tables name runs whose own rows are damaged.
    for run in {str(key[0]) for rows in tables.values() for key in rows} | set(runs):
        for epoch in range(1, MOST_EPOCHS):
            with contextlib.suppress(sqlite3.DatabaseError):
                row = connection.execute("SELECT * FROM epochs WHERE run = ? AND epoch = ?", (run, epoch)).fetchone()
                if row is None:
                    break
                _take(tables, "epochs", row)
    return tables


def _by_number(connection: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yields the rows of a table one by one: a damaged page costs only its own."""
    number = misses = 0
    while misses < MISSES:
        number, misses = number + 1, misses + 1
        with contextlib.suppress(sqlite3.DatabaseError):
            row = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (number,)).fetchone()
            if row is not None:
                misses = 0
                yield row


def _take(tables: Tables, table: str, row: sqlite3.Row) -> None:
    values = dict(row)
    if is_sound(table, values):
        tables[table][tuple(values[name] for name in KEYS[table])] = values


def is_sound(table: str, row: dict[str, Any]) -> bool:
    """Returns whether the values of a row are such as the program writes."""
    if not all(isinstance(row[name], kind) for name, kind in _KINDS.items() if name in row):
        return False
    try:
        match table:
            case "runs":
                run_of(row)
            case "epochs":
                epoch_of(row)
            case "predictions":
                probabilities = decoded(row["probabilities"])
                shares = bool(((probabilities >= 0) & (probabilities <= 1)).all())  # NaN is neither
                return shares and len(probabilities) == row["reviews"]
    except UnknownNetworkError:
        pass
    except DAMAGED:
        return False
    return True
