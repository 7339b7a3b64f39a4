"""The tables of the record, and connections to them."""

import os
import sqlite3
import time
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.experiment import recorded_experiment

BUSY_SECONDS = 15.0
VERSION, OLDEST = 4, 3
"""The current version, and the oldest readable one: no earlier program was released."""

TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    comparison TEXT NOT NULL,
    experiment TEXT NOT NULL,
    setting TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    name TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    reason TEXT,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    parameters INTEGER,
    summary TEXT NOT NULL DEFAULT '',
    versions TEXT NOT NULL DEFAULT '{}',
    heartbeat REAL NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_started REAL NOT NULL,
    owner_host TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 0,
    visitor TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL DEFAULT 0,
    continued TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS runs_by_setting ON runs (setting);
CREATE INDEX IF NOT EXISTS runs_by_status ON runs (status);
CREATE TABLE IF NOT EXISTS epochs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    seconds REAL NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    phase TEXT NOT NULL,
    batch INTEGER NOT NULL,
    batches INTEGER NOT NULL,
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    at REAL NOT NULL,
    PRIMARY KEY (run, epoch, phase, batch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS predictions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    part TEXT NOT NULL,
    accuracy REAL NOT NULL,
    reviews INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (run, part, epoch)
);
CREATE TABLE IF NOT EXISTS gradients (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    reviews INTEGER NOT NULL,
    directions TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
);
"""
"""NaN and infinity are not valid JSON, so the checks reject them."""


def connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """Opens a connection that waits ``BUSY_SECONDS`` for a lock and returns rows by name."""
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # the store has a lock for its writer
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    # In WAL mode NORMAL survives a crash of any process; only a power failure can lose the last moments.
    connection.execute("PRAGMA synchronous = NORMAL")
    if read_only:
        # Some forty threads have a connection each; the operating system caches the pages once for all.
        connection.execute("PRAGMA cache_size = -256")
    return connection


def prepare(path: Path) -> Path | None:
    """Creates the tables; a damaged file is renamed first, and its new path returned.

    Raises ``UserError`` if the file cannot be opened or created, or is of another version.
    """
    try:
        _create_tables(path)
        return None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname not in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
            raise UserError(
                f"The record of runs {path} cannot be opened ({error}). Make the file and its folder writable, or set "
                "RNN_COMPARE_CACHE to another folder."
            ) from error
    aside = path.with_name(f"{path.name}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + suffix))
    _create_tables(path)
    return aside


def _create_tables(path: Path) -> None:
    connection = connect(path)
    try:
        sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if sound != "ok":
            error = sqlite3.DatabaseError(sound)
            error.sqlite_errorname = "SQLITE_CORRUPT"
            raise error
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise UserError(
                f"The record of runs {path} is from a newer version. Update the program, or set RNN_COMPARE_CACHE to "
                "another folder."
            )
        if 0 < version < OLDEST:
            raise UserError(
                f"The record of runs {path} is from a version before the first release. Move the file away, or set "
                "RNN_COMPARE_CACHE to another folder."
            )
        connection.execute("PRAGMA journal_mode = WAL")
        # One transaction: two processes may open the file at once, and either may crash in between.
        connection.execute("BEGIN IMMEDIATE")
        for statement in TABLES.split(";"):  # sqlite3's own executescript would end the transaction
            connection.execute(statement)
        if connection.execute("PRAGMA user_version").fetchone()[0] == OLDEST:
            _settings_without_seed(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _settings_without_seed(connection: sqlite3.Connection) -> None:
    for row in connection.execute("SELECT id, experiment FROM runs").fetchall():
        setting = recorded_experiment(row["experiment"]).setting
        connection.execute("UPDATE runs SET setting = ? WHERE id = ?", (setting, row["id"]))
