"""The journal of lectures: what happened in them, event by event, in an SQLite file."""

import json
import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnn_compare.database import Database, execute

_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, lecture INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_lecture ON events (lecture);
CREATE INDEX IF NOT EXISTS reviews_by_lecture ON events (lecture) WHERE kind = 'review'
"""
_FROM_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, lecture INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS confidence (lecture, question, round, device, level);
CREATE TABLE IF NOT EXISTS networks (lecture, task, cell, seed, device, origin, status, reviews, at);
CREATE TABLE IF NOT EXISTS best_epochs (lecture, cell, seed, correct);
INSERT INTO events (lecture, at, kind, device, data)
    SELECT id, began, 'began', '', json_object(
        'lecture', name, 'task', COALESCE((SELECT task FROM networks WHERE lecture = id), ''))
    FROM lectures ORDER BY id;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT lecture, began, 'joined', device, json_object('number', number)
    FROM devices JOIN lectures ON id = lecture ORDER BY lecture, number;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT lecture, began, 'state', '', json_object(
        'step', CAST(SUBSTR(key, 6) AS INTEGER), 'phase', phase, 'round', round, 'question', json(question),
        'runs', json(runs))
    FROM steps JOIN lectures ON id = lecture;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT lecture, at, 'answer', device, json_object(
        'question', question, 'round', round, 'answer', json(answer), 'confidence', level)
    FROM answers LEFT JOIN confidence USING (lecture, question, round, device) ORDER BY at;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT lecture, at, 'review', device, json_object(
        'id', id, 'text', text, 'shown', json(IIF(shown, 'true', 'false')))
    FROM reviews WHERE shown OR lecture = (SELECT MAX(id) FROM lectures) ORDER BY at;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT lecture, at, 'network', device, json_object(
        'cell', cell, 'seed', seed, 'right', json(reviews), 'correct', COALESCE(correct, ''),
        'origin', origin, 'status', status)
    FROM networks LEFT JOIN best_epochs USING (lecture, cell, seed) ORDER BY at;
INSERT INTO events (lecture, at, kind, device, data)
    SELECT id, COALESCE(ended, began), IIF(ended IS NULL, 'state', 'ended'), '',
        IIF(json_valid(state), json_remove(state, '$.wall_review'), '{"step": null}')
    FROM lectures;
DROP TABLE lectures; DROP TABLE steps; DROP TABLE devices; DROP TABLE answers; DROP TABLE confidence;
DROP TABLE reviews; DROP TABLE networks; DROP TABLE best_epochs
"""


def make_events(connection: sqlite3.Connection) -> None:
    """Turns the rows of version 1, which had a table of each kind, into events.

    Version 1 is that of 0.1.0, whose files lack the tables ``confidence``, ``networks`` and ``best_epochs``.
    """
    execute(connection, _FROM_TABLES)


@dataclass(frozen=True)
class Event:
    """Something that happened in a lecture.

    Attributes:
        kind: ``began``, ``state`` or ``ended`` (``data`` are changed fields of the state), ``joined``, ``answer``,
            ``review``, ``dropped`` (a review) or ``network``.
        data: What else is to be known of it, as JSON has it.
        device: Whose it is; empty if it is nobody's.
        at: When it happened, in seconds since 1970.
    """

    kind: str
    data: dict[str, Any]
    device: str = ""
    at: float = field(default_factory=lambda: time.time())


class Journal(Database):
    """Appends events and reads them."""

    contents, tables, version, migrations, busy_seconds = "lectures", _TABLES, 2, {1: make_events}, 5.0

    def _connect(self, read_only: bool = False) -> sqlite3.Connection:
        connection = super()._connect(read_only)
        connection.execute("PRAGMA secure_delete = ON")  # overwrites deleted reviews in the file
        return connection

    def append(self, lecture: int | None, events: Sequence[Event], forgotten: Collection[str] = ()) -> int:
        """Appends events, all or none, and deletes forgotten reviews; returns the lecture's number.

        Args:
            lecture: Its number; None for a new one.
            forgotten: Ids of reviews.
        """
        with self._transaction() as connection:
            number = self.last() + 1 if lecture is None else lecture
            rows = [(number, event.at, event.kind, event.device, json.dumps(event.data)) for event in events]
            connection.executemany("INSERT INTO events (lecture, at, kind, device, data) VALUES (?, ?, ?, ?, ?)", rows)
            if forgotten:  # all else stays: what somebody wrote and was not shown is not to be read in the file later
                connection.execute(
                    "DELETE FROM events WHERE lecture = ? AND kind = 'review'"
                    " AND json_extract(data, '$.id') IN (SELECT value FROM json_each(?))",
                    (number, json.dumps(list(forgotten))),
                )
        return number

    def empty_log(self) -> None:
        """Removes what was deleted from the disk: from the write-ahead log, and with the copy of an earlier version."""
        with self._write_lock, self._errors_in_words():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._remove_copies()

    def last(self) -> int:
        """Returns the number of the last lecture; 0 before the first."""
        [[number]] = self._read("SELECT COALESCE(MAX(lecture), 0) FROM events")
        return int(number)

    def read(self, lecture: int) -> list[Event]:
        """Returns the events of a lecture, oldest first."""
        rows = self._read("SELECT * FROM events WHERE lecture = ? AND json_valid(data) ORDER BY id", lecture)
        return [Event(row["kind"], json.loads(row["data"]), row["device"], row["at"]) for row in rows]
