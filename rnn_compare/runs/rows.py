"""Rows of the record: events and runs written to them, runs read from them."""

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from rnn_compare.experiment import recorded_experiment
from rnn_compare.runs import events
from rnn_compare.runs.events import ALLOWED, EpochEnd, Event, Predictions, Progress, Status
from rnn_compare.runs.record import Owner, Run, Tested

PLAIN = ("id", "comparison", "origin", "created", "started", "ended", "name", "note", "reason", "parameters", "summary")
"""Fields of a run that are stored unchanged in a column of the same name."""


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
        case events.EpochGradients() if status is Status.RUNNING:
            connection.execute(
                "INSERT OR REPLACE INTO gradients VALUES (:run, :epoch, :reviews, :directions)",
                {**vars(event), "directions": json.dumps(event.directions)},
            )
        case events.Requeued() if Status.QUEUED in ALLOWED[status] and not status.ended:
            connection.execute("UPDATE runs SET status = 'queued', reason = :reason WHERE id = :run", vars(event))
            connection.execute("DELETE FROM progress WHERE run = ?", (event.run,))
        case events.Ended() if event.status in ALLOWED[status]:
            connection.execute(
                "UPDATE runs SET status = :status, reason = :reason, ended = :at WHERE id = :run", vars(event)
            )
            connection.execute("DELETE FROM progress WHERE run = ?", (event.run,))


def insert(run: Run, connection: sqlite3.Connection, predictions: Sequence[Predictions] = ()) -> None:
    """Writes a new run: its row, epochs and predictions."""
    values = {name: getattr(run, name) for name in (*PLAIN, "status", "visitor", "priority")} | {
        "experiment": run.experiment.model_dump_json(),
        "setting": run.experiment.setting,
        "versions": json.dumps(run.versions),
        "heartbeat": time.time(),
        "continued": json.dumps(run.continued),
        **{f"owner_{name}": value for name, value in run.owner._asdict().items()},
    }
    columns, parameters = ", ".join(values), ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO runs ({columns}) VALUES ({parameters})", values)
    connection.executemany(
        "INSERT INTO epochs VALUES (?, ?, ?, ?)",
        [(run.id, epoch.epoch, json.dumps(dict(epoch.figures)), epoch.seconds) for epoch in run.epochs],
    )
    connection.executemany(
        "INSERT INTO predictions VALUES (:run, :epoch, :part, :accuracy, :reviews, :probabilities)",
        [vars(prediction) | {"run": run.id} for prediction in predictions],
    )


def owner_of(row: sqlite3.Row) -> Owner:
    """Returns the process in a row of ``runs``."""
    return Owner(row["owner_pid"], row["owner_started"], row["owner_host"])


def with_values(row: sqlite3.Row, column: str) -> dict[str, Any]:
    """Returns a row as a dict, with one of its columns parsed as JSON."""
    return {**row, column: json.loads(row[column])}


def run_of(row: sqlite3.Row, epochs: Sequence[EpochEnd], progress: Sequence[Progress], test: Tested | None) -> Run:
    """Returns a run from its row of ``runs``, and its epochs and progress in order."""
    return Run(
        **{name: row[name] for name in (*PLAIN, "position", "turn", "visitor", "priority")},
        experiment=recorded_experiment(row["experiment"]),
        status=Status(row["status"]),
        owner=owner_of(row),
        stop_requested=bool(row["stop_requested"]),
        versions=json.loads(row["versions"]),
        epochs=tuple(epochs),
        # A run may repeat an epoch that is already recorded.
        progress=tuple(point for point in progress if point.epoch > len(epochs)),
        continued=tuple(json.loads(row["continued"])),
        test=test,
    )
