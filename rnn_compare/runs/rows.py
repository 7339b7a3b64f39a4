"""Runs from the rows of their record, and the row of a run."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rnn_compare.experiment import recorded_experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.paths import is_run_id
from rnn_compare.runs.events import EpochEnd, Progress, Status
from rnn_compare.runs.record import Owner, Run, Tested

Row = Mapping[str, Any] | sqlite3.Row
DAMAGED = (ValueError, TypeError, KeyError, AttributeError)
"""Errors of a row with a changed byte."""

_PLAIN = (
    *("id", "comparison", "origin", "created", "started", "ended", "name", "note", "reason", "parameters", "summary"),
    *("visitor", "priority"),
)
"""Fields of a run that are stored unchanged in a column of the same name."""
_MEASURED_BY_KERAS = frozenset({"accuracy", "loss", "val_accuracy", "val_loss"})


class UnknownNetworkError(ValueError):
    """A run of a network that this program does not have."""


def run_of(row: Row, epochs: Sequence[Row] = (), progress: Sequence[Row] = (), test: Tested | None = None) -> Run:
    """Returns a run from its row and the rows of its epochs and progress, in order.

    Raises ``UnknownNetworkError``, or another of ``DAMAGED`` if a value is not as the program writes it.
    """
    if not is_run_id(row["id"]):
        raise ValueError(f"{row['id']!r} is not a run ID")
    if (cell := json.loads(row["experiment"])["cell"]) not in NETWORKS:
        raise UnknownNetworkError(cell)
    return Run(
        **{name: row[name] for name in (*_PLAIN, "position", "turn")},
        experiment=recorded_experiment(row["experiment"]),
        status=Status(row["status"]),
        owner=owner_of(row),
        stop_requested=bool(row["stop_requested"]),
        versions=json.loads(row["versions"]),
        epochs=tuple(epoch_of(epoch) for epoch in epochs),
        # A run may repeat an epoch that is already recorded.
        progress=tuple(Progress(**with_values(at, "figures")) for at in progress if at["epoch"] > len(epochs)),
        continued=tuple(json.loads(row["continued"])),
        test=test,
    )


def epoch_of(row: Row) -> EpochEnd:
    """Returns an epoch from its row; raises one of ``DAMAGED``."""
    epoch = EpochEnd(**with_values(row, "figures"))
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


def with_values(row: Row, column: str) -> dict[str, Any]:
    """Returns a row as a dict, with one of its columns parsed as JSON."""
    return {**row, column: json.loads(row[column])}
