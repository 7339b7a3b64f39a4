"""An SQLite file for several threads and processes: opened, set aside if damaged, written in transactions, read."""

import contextlib
import functools
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from rnn_compare.atomic import identity, whole_file
from rnn_compare.errors import UserError

_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")
"""How the names of errors begin that a damaged file gives when it is opened."""
_FULL = "The disk is full. Free some space; what was recorded is kept."
_MENDS = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_SHMSIZE": _FULL,  # the file that SQLite shares among processes cannot grow
    "SQLITE_READONLY": "The file or its folder is read-only. Make it writable; what was recorded is kept.",
    "SQLITE_BUSY": "Another program holds it. Close that program, or wait; what was recorded is kept.",
    "SQLITE_CORRUPT": "It is damaged. End the program, then start it again: the file is then renamed.",
    "SQLITE_CANTOPEN": "Make the file and its folder writable, or set RNN_COMPARE_CACHE to another folder.",
    "": "Check the file, its folder and its quota.",
}
"""What to do about an error, by how its name begins."""
EVENT_SECONDS = 300.0
"""How long a warning of something that has happened is shown; one of something that lasts has no end."""

Migration = Callable[[sqlite3.Connection], None]
"""Turns the tables of one version into those of the next, within a transaction of the caller."""
Mode = Literal["rwc", "ro", "ro&immutable=1", "memory"]
"""How a file is opened: created if missing; only read; the same without files beside it; replaced by an empty one."""


class NotSaved(UserError):  # noqa: N818  # a sentence for people
    """A failure to open, read or write a file; the next try may succeed."""


class Database:
    """Tables in an SQLite file with a write-ahead log.

    A process writes through one connection; every reading thread has its own and never waits for a writer. A missing
    file is created; a damaged one is renamed and replaced by a new one; one that cannot be written, on a full or
    read-only disk, is only read until it can. One of an earlier version is copied to ``NAME.version-N`` beside it, then
    migrated; in memory if it cannot be written.

    Attributes:
        contents: What is recorded, for sentences, such as ``runs``.
        tables: SQL statements that create missing tables.
        version: Of the tables.
        migrations: By version, from the earliest that can be read to the one before this; other versions are refused.
        mend: What to do about a damaged file, in a sentence; empty if nothing can be done.
        busy_seconds: Maximum wait for a lock of another process.

    Raises:
        UserError: If the file can be neither read nor created; ``NotSaved`` if a method cannot read or write it.
    """

    contents: ClassVar[str]
    tables: ClassVar[str]
    version: ClassVar[int]
    migrations: ClassVar[Mapping[int, Migration]] = {}
    mend: ClassVar[str] = ""
    busy_seconds: ClassVar[float] = 15.0

    def __init__(self, path: Path) -> None:
        self.path = path
        self._warnings: dict[str, float] = {}
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
        """Sentences for people if the file was damaged, removed or replaced, or cannot be written."""
        self._try_to_write()
        now = time.monotonic()
        return [sentence for sentence, end in list(self._warnings.items()) if now < end]

    def warn(self, sentence: str, seconds: float = math.inf) -> None:
        """Adds a warning for so many seconds."""
        self._warnings.setdefault(sentence, time.monotonic() + seconds)

    def _look(self) -> None:
        """Does nothing; called before the file is used, to open it again if it was replaced."""

    def _try_to_write(self) -> None:
        """Opens the file again if it could only be read so far."""
        self._look()
        if self._refusal:
            with self._write_lock:
                self._writer.close()
                self._warnings.pop(self._refusal, None)
                self._open()

    def _open(self) -> None:
        self._refusal = ""
        try:
            self._create_tables()
            if not os.access(self.path, os.W_OK):
                raise _error("SQLITE_READONLY", "no permission to write")
        except (sqlite3.DatabaseError, OSError) as error:
            if getattr(error, "sqlite_errorname", "").startswith(_DAMAGED):
                self._set_aside()
            else:
                self._refuse_writing(error)
        with self._errors_in_words():
            self._writer, self._identity = self._connect(), identity(self.path)

    def _set_aside(self) -> None:
        with self._errors_in_words():
            name = f"{self.path.name}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
            rename(self.path, name)
            self._create_tables()
        sentence = f"The record of {self.contents} could not be read: kept as {name}, started a new one."
        self.warn(f"{sentence} {self.mend}".rstrip())

    def _refuse_writing(self, error: Exception) -> None:
        """Has the file only read until it can be written; raises ``NotSaved`` if it cannot be read either."""
        self._refusal = self._in_words("cannot be opened for writing", error)
        try:
            self._create_tables()
        except sqlite3.DatabaseError:
            raise NotSaved(self._refusal) from error
        self.warn(self._refusal)

    def _connect(self, read_only: bool = False) -> sqlite3.Connection:
        mode: Mode = "ro" if read_only else "rwc"
        if self._refusal:
            mode = self._readable_mode()
        connection = connect(self.path, mode, self.busy_seconds)
        if mode == "memory":
            connection.executescript(self.tables)
        elif self._refusal and 0 < self._version(connection) < self.version:
            with contextlib.closing(connection) as earlier:
                connection = connect(self.path, "memory")
                earlier.backup(connection)
            self.migrate(connection)
        return connection

    def _readable_mode(self) -> Mode:
        """Returns how a file is read that cannot be written: SQLite may find no room for the files beside it."""
        if _size(self.path.with_name(f"{self.path.name}-wal")):
            return "ro"
        is_new = _size(self.path) <= 4096 and not self.path.is_dir() and self.path.parent.is_dir()
        return "memory" if is_new else "ro&immutable=1"  # one page has no table

    def _create_tables(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            check(connection)
            has_all = self._version(connection) == self.version and check_columns(connection, self.tables)
            [journal] = connection.execute("PRAGMA journal_mode").fetchone()
            if has_all and (journal == "wal" or self._refusal):
                return  # without writing anything: the disk may be full
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = OFF")  # replacing a table deletes no rows that refer to it
            # One transaction: two processes may open the file at once, and either may crash in between.
            connection.execute("BEGIN IMMEDIATE")
            if version := self._version(connection):
                if version < self.version:
                    self._keep_copy(version)
                self.migrate(connection)
            execute(connection, self.tables)
            connection.execute(f"PRAGMA user_version = {self.version}")
            connection.execute("COMMIT")

    def _version(self, connection: sqlite3.Connection) -> int:
        """Returns the version of a file, 0 for a new one; raises ``UserError`` if it cannot be read."""
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version in (0, self.version, *self.migrations):
            return version
        problem = "is from a version before the first release. Move the file away"
        if version > self.version:
            problem = f"has version {version}; this program reads versions up to {self.version}. Update the program"
        raise UserError(
            f"The record of {self.contents} {self.path} {problem}, or set RNN_COMPARE_CACHE to another folder."
        )

    @classmethod
    def migrate(cls, connection: sqlite3.Connection) -> None:
        """Turns the tables of an earlier version into those of this one, step by step.

        Raises ``sqlite3.DatabaseError`` if the file is damaged.
        """
        [version] = connection.execute("PRAGMA user_version").fetchone()
        for number, migration in sorted(cls.migrations.items()):
            if 0 < version <= number:
                migration(connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")
        check_columns(connection, cls.tables)

    def _keep_copy(self, version: int) -> None:
        """Copies the file as it was last committed; earlier copies are removed."""
        copy(self.path, self.path.with_name(f"{self.path.name}.version-{version}"))
        self._remove_copies(but=version)

    def _remove_copies(self, but: int = 0) -> None:
        for file in self.path.parent.glob(f"{self.path.name}.version-*"):
            if file.name != f"{self.path.name}.version-{but}":
                file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._try_to_write()
        with self._write_lock, self._errors_in_words(), self._writer:
            if self._refusal:
                raise NotSaved(self._refusal)
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        self._look()
        with self._errors_in_words():
            connection, writer = getattr(self._readers, "connection", (None, None))
            if connection is None or writer is not self._writer:  # the file was opened again
                writer, connection = self._writer, self._connect(read_only=True)
                self._readers.connection = connection, writer
            return list(connection.execute(query, values))

    @contextlib.contextmanager
    def _errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise NotSaved(self._in_words("could not be used", error)) from error

    def _in_words(self, problem: str, error: Exception) -> str:
        name = getattr(error, "sqlite_errorname", "")
        mend = next(mend for start, mend in _MENDS.items() if name.startswith(start))
        return f"The record of {self.contents} {self.path} {problem} ({error}). {mend}"


def connect(path: Path, mode: Mode = "rwc", busy_seconds: float = Database.busy_seconds) -> sqlite3.Connection:
    """Opens a database file for any thread, outside a transaction."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
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
    if mode == "ro":
        # Some forty threads have a connection each; the operating system caches the pages once for all.
        connection.execute("PRAGMA cache_size = -256")
    return connection


def execute(connection: sqlite3.Connection, statements: str) -> None:
    """Executes SQL statements within a transaction, which sqlite3's own ``executescript`` would end."""
    for statement in statements.split(";"):
        connection.execute(statement)


def copy(record: Path, target: Path) -> None:
    """Copies a database file with SQLite's own means; raises ``sqlite3.Error`` if it is damaged, or ``OSError``."""
    with (
        whole_file(target) as partial,
        contextlib.closing(connect(record, "ro")) as source,
        contextlib.closing(connect(partial)) as written,
    ):
        source.backup(written)
        written.execute("PRAGMA journal_mode = DELETE")  # one file
        check(written)


def check(connection: sqlite3.Connection) -> None:
    """Raises ``sqlite3.DatabaseError`` if the structure of a file is damaged; a damaged value is none of that."""
    connection.execute("PRAGMA ignore_check_constraints = ON")
    if (problem := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise _error("SQLITE_CORRUPT", problem)


def check_columns(connection: sqlite3.Connection, tables: str) -> bool:
    """Returns whether a file has all indexes that SQL statements create; raises ``sqlite3.DatabaseError`` if a table or
    column is missing.
    """
    columns = "SELECT made.name, info.name FROM sqlite_master AS made LEFT JOIN pragma_table_info(made.name) AS info"
    with contextlib.closing(sqlite3.connect(":memory:")) as new:
        new.executescript(tables)
        needed = set(new.execute(columns))
    present = {tuple(row) for row in connection.execute(columns)}
    lacking = needed - present
    if damaged := {(table, column) for table, column in lacking if column}:
        raise _error("SQLITE_CORRUPT", f"{min(damaged)} is missing")
    return not lacking


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _error(name: str, problem: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(problem)
    error.sqlite_errorname = name
    return error


def rename(path: Path, name: str) -> None:
    """Renames a database file with its companions."""
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(name + suffix))
