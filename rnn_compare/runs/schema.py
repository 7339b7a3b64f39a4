"""The tables of the record of runs, and what events change in them."""

import json
import sqlite3

from rnn_compare.runs import events
from rnn_compare.runs.events import ALLOWED, EpochEnd, Event, Predictions, Progress, Status

VERSION = 4
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
"""
"""NaN and infinity are not valid JSON, so the checks reject them."""


def write(event: Event, connection: sqlite3.Connection) -> None:
    """Writes an event; one that its run's state does not allow is ignored (see ``events.ALLOWED``)."""
    row = connection.execute("SELECT status FROM runs WHERE id = ?", (event.run,)).fetchone()
    if row is None:
        return
    status = Status(row["status"])
    match event:
        case events.Started() if Status.RUNNING in ALLOWED[status]:
            connection.execute(
                "UPDATE runs SET status = 'running', started = :at, parameters = :parameters, summary = :summary,"
                " versions = :versions, continued = CASE WHEN :after THEN json_insert(continued, '$[#]', :after)"
                " ELSE continued END WHERE id = :run",
                {**vars(event), "versions": json.dumps(event.versions)},
            )
        case Progress() if status is Status.RUNNING:
            connection.execute(
                "INSERT OR REPLACE INTO progress VALUES (:run, :epoch, :phase, :batch, :batches, :figures, :at)",
                {**vars(event), "figures": json.dumps(event.figures)},
            )
        case EpochEnd() if status is Status.RUNNING:
            connection.execute(
                "INSERT OR REPLACE INTO epochs VALUES (:run, :epoch, :figures, :seconds)",
                {**vars(event), "figures": json.dumps(event.figures)},
            )
            connection.execute("DELETE FROM progress WHERE run = ? AND epoch <= ?", (event.run, event.epoch))
        case Predictions() if status is Status.RUNNING:
            if event.part == "test":  # replaces the test before the run was continued, of another epoch
                connection.execute("DELETE FROM predictions WHERE run = ? AND part = 'test'", (event.run,))
            connection.execute(
                "INSERT OR REPLACE INTO predictions VALUES (:run, :epoch, :part, :accuracy, :reviews, :probabilities)",
                vars(event),
            )
        case events.Requeued() if Status.QUEUED in ALLOWED[status] and not status.ended:
            connection.execute("UPDATE runs SET status = 'queued', reason = :reason WHERE id = :run", vars(event))
            connection.execute("DELETE FROM progress WHERE run = ?", (event.run,))
        case events.Ended() if event.status in ALLOWED[status]:
            connection.execute(
                "UPDATE runs SET status = :status, reason = :reason, ended = :at WHERE id = :run", vars(event)
            )
            connection.execute("DELETE FROM progress WHERE run = ?", (event.run,))
