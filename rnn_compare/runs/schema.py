"""The tables of the record of runs: what events change in them, runs from their rows, and the row of a run."""

import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from rnn_compare.experiment import recorded_experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.paths import is_run_id
from rnn_compare.runs import events
from rnn_compare.runs.events import ALLOWED, EpochEnd, Event, Predictions, Progress, Status
from rnn_compare.runs.record import Owner, Run, Tested

VERSION = 5
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
CREATE TABLE IF NOT EXISTS deletions (
    run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    due REAL NOT NULL
);
"""
"""NaN and infinity are not valid JSON, so the checks reject them."""


def add_deletions(connection: sqlite3.Connection) -> None:
    """Turns the tables of version 4, that of 0.1.0, into those of version 5."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS deletions (run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,"
        " due REAL NOT NULL)"
    )


MIGRATIONS = {4: add_deletions}


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
                "INSERT OR REPLACE INTO progress (run, epoch, phase, batch, batches, figures, at)"
                " VALUES (:run, :epoch, :phase, :batch, :batches, :figures, :at)",
                {**vars(event), "figures": json.dumps(event.figures)},
            )
        case EpochEnd() if status is Status.RUNNING:
            connection.execute(
                "INSERT OR REPLACE INTO epochs (run, epoch, figures, seconds)"
                " VALUES (:run, :epoch, :figures, :seconds)",
                {**vars(event), "figures": json.dumps(event.figures)},
            )
            connection.execute("DELETE FROM progress WHERE run = ? AND epoch <= ?", (event.run, event.epoch))
        case Predictions() if status is Status.RUNNING:
            if event.part == "test":  # replaces the test before the run was continued, of another epoch
                connection.execute("DELETE FROM predictions WHERE run = ? AND part = 'test'", (event.run,))
            connection.execute(
                "INSERT OR REPLACE INTO predictions (run, epoch, part, accuracy, reviews, probabilities)"
                " VALUES (:run, :epoch, :part, :accuracy, :reviews, :probabilities)",
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


Row = Mapping[str, Any] | sqlite3.Row
DAMAGED = (ValueError, TypeError, KeyError, AttributeError)
"""Errors of a row with a changed byte."""

_PLAIN = (
    *("id", "comparison", "origin", "created", "started", "ended", "name", "note", "reason", "parameters", "summary"),
    *("visitor", "priority"),
)
"""Fields of a run that are stored unchanged in a column of the same name."""
_CAME_WITH = re.compile(r"of epoch (\d+)")
"""How a recording says which weights an imported run came with."""
_MEASURED_BY_KERAS = frozenset({"accuracy", "loss", "val_accuracy", "val_loss"})


PACKAGES = "packages"
"""In a run's versions: the installed packages that brought its network or its source."""


class UnknownNetworkError(ValueError):
    """A run of a network that this program does not have, with a sentence that says what to do."""


def run_of(row: Row, epochs: Sequence[Row] = (), progress: Sequence[Row] = (), test: Tested | None = None) -> Run:
    """Returns a run from its row and the rows of its epochs and progress, in order.

    Raises ``UnknownNetworkError``, or another of ``DAMAGED`` if a value is not as the program writes it.
    """
    if not is_run_id(row["id"]):
        raise ValueError(f"{row['id']!r} is not a run ID")
    versions = json.loads(row["versions"])
    if (cell := json.loads(row["experiment"])["cell"]) not in NETWORKS:
        package = versions.get(PACKAGES) or "the package that brings it"
        raise UnknownNetworkError(f"runs of {cell} are kept but cannot be shown. Install {package} to see them.")
    came_with = _CAME_WITH.match(versions.get("weights", ""))
    return Run(
        **{name: row[name] for name in (*_PLAIN, "position", "turn")},
        experiment=recorded_experiment(row["experiment"]),
        status=Status(row["status"]),
        owner=owner_of(row),
        stop_requested=bool(row["stop_requested"]),
        versions=versions,
        weights_epoch=int(came_with[1]) if came_with else 0,
        epochs=tuple(epoch_of(epoch) for epoch in epochs),
        # A run may repeat an epoch that is already recorded.
        progress=tuple(Progress(**_values(Progress, at)) for at in progress if at["epoch"] > len(epochs)),
        continued=tuple(json.loads(row["continued"])),
        test=test,
    )


def epoch_of(row: Row) -> EpochEnd:
    """Returns an epoch from its row; raises one of ``DAMAGED``."""
    epoch = EpochEnd(**_values(EpochEnd, row))
    if missing := _MEASURED_BY_KERAS - epoch.figures.keys():
        raise ValueError(f"{min(missing)} is missing")
    return epoch


def row_of(run: Run) -> dict[str, Any]:
    """Returns the row of a run; its position and turn are the record's to give."""
    return {name: getattr(run, name) for name in (*_PLAIN, "status")} | {
        "experiment": run.experiment.model_dump_json(),
        "setting": run.experiment.setting,
        "versions": json.dumps(run.versions),
        "heartbeat": time.time(),
        "continued": json.dumps(run.continued),
        **{f"owner_{name}": value for name, value in run.owner._asdict().items()},
    }


def owner_of(row: Row) -> Owner:
    """Returns the process that owns a run."""
    return Owner(row["owner_pid"], row["owner_started"], row["owner_host"])


def columns(kind: type[EpochEnd | Progress | Predictions]) -> list[str]:
    """Returns the columns that an event is stored in; a later version may have added others to its table."""
    return [field.name for field in fields(kind)]


def _values(kind: type[EpochEnd | Progress], row: Row) -> dict[str, Any]:
    return {name: row[name] for name in columns(kind)} | {"figures": json.loads(row["figures"])}
