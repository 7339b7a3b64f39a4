"""An SQLite file for several threads and processes: opened, set aside if damaged, written in transactions, read."""

import contextlib
import functools
import os
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, ClassVar

from rnn_compare.atomic import identity
from rnn_compare.errors import UserError

_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")
"""How the names of errors begin that a damaged file gives when it is opened."""


class NotSaved(UserError):  # noqa: N818  # a sentence for people
    """A failure to open, read or write a file; the next try may succeed."""


class Database:
    """Tables in an SQLite file with a write-ahead log.

    A process writes through one connection; every reading thread has its own and never waits for a writer. A missing
    file is created; a damaged one is renamed and replaced by a new one.

    Attributes:
        contents: What is recorded, for sentences, such as ``runs``.
        tables: SQL statements that create missing tables.
        version: Of the tables; a file of another one is refused.
        added: Tables that earlier files of this version lack; they are created there.
        mend: What to do about a damaged file, in a sentence; empty if nothing can be done.
        busy_seconds: Maximum wait for a lock of another process.

    Raises:
        UserError: If the file can be neither opened nor created; ``NotSaved`` if a method cannot read or write it.
    """

    contents: ClassVar[str]
    tables: ClassVar[str]
    version: ClassVar[int]
    added: ClassVar[tuple[str, ...]] = ()
    mend: ClassVar[str] = ""
    busy_seconds: ClassVar[float] = 15.0

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock = threading.Lock()
        self._readers = threading.local()
        self._open()

    def close(self) -> None:
        """Closes the writing connection."""
        with self._write_lock:
            self._writer.close()

    @property
    def is_replaced(self) -> bool:
        """Whether the file was removed or replaced since it was opened."""
        return identity(self.path) != self._identity

    @property
    def warnings(self) -> list[str]:
        """Sentences for people if the file was damaged, removed or replaced."""
        self._look()
        return self._warnings

    def _look(self) -> None:
        """Does nothing; called before the file is used, to open it again if it was replaced."""

    def _open(self) -> None:
        self._warnings: list[str] = []
        try:
            self._create_tables()
        except sqlite3.DatabaseError as error:
            if not error.sqlite_errorname.startswith(_DAMAGED):
                raise NotSaved(
                    f"The record of {self.contents} {self.path} cannot be opened ({error}). Make the file and its "
                    "folder writable, or set RNN_COMPARE_CACHE to another folder."
                ) from error
            with self._errors_in_words():
                name = f"{self.path.name}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
                rename(self.path, name)
                self._create_tables()
            sentence = f"The record of {self.contents} could not be read: kept as {name}, started a new one."
            self._warnings.append(f"{sentence} {self.mend}".rstrip())
        with self._errors_in_words():
            self._writer, self._identity = self._connect(), identity(self.path)

    def _connect(self, read_only: bool = False) -> sqlite3.Connection:
        return connect(self.path, read_only, self.busy_seconds)

    def _create_tables(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            check(connection)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, self.version):
                mend = "a newer version. Update the program"
                if version < self.version:
                    mend = "a version before the first release. Move the file away"
                raise UserError(
                    f"The record of {self.contents} {self.path} is from {mend}, or set RNN_COMPARE_CACHE to another "
                    "folder."
                )
            if version:
                check_columns(connection, self.tables, self.added)
            connection.execute("PRAGMA journal_mode = WAL")
            # One transaction: two processes may open the file at once, and either may crash in between.
            connection.execute("BEGIN IMMEDIATE")
            for statement in self.tables.split(";"):  # sqlite3's own executescript would end the transaction
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self.version}")
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._look()
        with self._write_lock, self._errors_in_words(), self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        self._look()
        with self._errors_in_words():
            connection, file = getattr(self._readers, "connection", (None, None))
            if connection is None or file != self._identity:
                file, connection = self._identity, self._connect(read_only=True)
                self._readers.connection = connection, file
            return list(connection.execute(query, values))

    @contextlib.contextmanager
    def _errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            mend = {
                "SQLITE_FULL": "The disk is full. Free some space; what was recorded is kept.",
                "SQLITE_READONLY": "The file or its folder is read-only. Make it writable; what was recorded is kept.",
                "SQLITE_BUSY": "Another program holds it. Close that program, or wait; what was recorded is kept.",
                "SQLITE_CORRUPT": "It is damaged. End the program, then start it again: the file is then renamed.",
            }.get(getattr(error, "sqlite_errorname", ""), "Check the file, its folder and its quota.")
            raise NotSaved(f"The record of {self.contents} {self.path} could not be used ({error}). {mend}") from error


def connect(path: Path, read_only: bool = False, busy_seconds: float = Database.busy_seconds) -> sqlite3.Connection:
    """Opens a database file for any thread, outside a transaction."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,  # the writer has a lock
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = functools.partial(str, encoding="utf-8", errors="replace")  # a broken byte costs one row
    connection.execute("PRAGMA foreign_keys = ON")
    # In WAL mode NORMAL survives a crash of any process; only a power failure can lose the last moments.
    connection.execute("PRAGMA synchronous = NORMAL")
    if read_only:
        # Some forty threads have a connection each; the operating system caches the pages once for all.
        connection.execute("PRAGMA cache_size = -256")
    return connection


def check(connection: sqlite3.Connection) -> None:
    """Raises ``sqlite3.DatabaseError`` if the structure of a file is damaged; a damaged value is none of that."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    if (problem := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise _damage(problem)


def check_columns(connection: sqlite3.Connection, tables: str, optional: Collection[str] = ()) -> None:
    """Raises ``sqlite3.DatabaseError`` unless a file has all columns that SQL statements create.

    Tables whose names are ``optional`` may be missing as a whole.
    """
    columns = "SELECT tables.name, info.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS info"
    with contextlib.closing(sqlite3.connect(":memory:")) as new:
        new.executescript(tables)
        needed = set(new.execute(columns))
    present = {tuple(row) for row in connection.execute(columns)}
    missing = set(optional) - {table for table, _ in present}
    if lacking := {column for column in needed - present if column[0] not in missing}:
        raise _damage(f"{min(lacking)} is missing")


def _damage(problem: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(problem)
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def rename(path: Path, name: str) -> None:
    """Renames a database file with its companions."""
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(name + suffix))
