"""The daily copy of the record of runs, and its repair from what damaged files, that copy and checkpoints hold."""

import contextlib
import json
import logging
import os
import sqlite3
import time
from collections import ChainMap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rnn_compare.atomic import whole_file
from rnn_compare.database import connect, copy, rename
from rnn_compare.errors import UserError
from rnn_compare.experiment import recorded_experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.formatting import counted
from rnn_compare.paths import cache_place, checkpoint_file, is_run_id
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.salvage import KEYS, Tables, read, tables_of
from rnn_compare.runs.schema import epoch_of, row_of
from rnn_compare.runs.store import RunStore

DAY = 86_400.0
INCOMPLETE = "Epochs were lost when the record was damaged. Continue the run."
_RECORD, _COPY, _CHECKPOINT = "the record", "its daily copy", "its checkpoint"


def back_up(store: RunStore) -> None:
    """Copies a record to its backup, unless there is one of the last day, or a damaged file or row is to be repaired.

    Nobody waits for it: the copy is made from one reading of a write-ahead log. A failure is logged.
    """
    record, backup = store.path, _backup(store.path)
    with contextlib.suppress(FileNotFoundError):
        if abs(time.time() - backup.stat().st_mtime) < DAY:
            return
    try:
        store.runs()  # warns of rows that cannot be read, which the earlier copy may hold
        if not (_set_aside(record) or store.unreadable):
            copy(record, backup)
    except (UserError, sqlite3.Error, OSError) as error:
        logging.getLogger(__name__).warning("The record %s could not be copied (%s).", record, error)


def repair(record: Path) -> list[str]:
    """Writes a record anew from itself, damaged files that were set aside, its daily copy and the runs' checkpoints.

    Where these disagree on an epoch, the checkpoint is right, as it has a checksum; then the record, the newest damaged
    file, the copy. Damaged files and the record as it was are kept as ``….repaired-…``.

    Returns:
        Sentences: what disagreed, what was left out, what was restored.

    Raises:
        UserError: If a run waits or trains, or a file cannot be read or written; then the record is as before.
    """
    damaged, folder = _set_aside(record), cache_place() / "runs"
    try:
        folders = {path.name for path in folder.iterdir() if is_run_id(path.name)} if folder.is_dir() else set()
        checkpoints = {run: saved for run in folders if (saved := checkpoint.load(run))}
        sources = {file.name: tables_of(file, folders) for file in damaged}
        if _backup(record).exists():
            copied = tables_of(_backup(record), folders)
            for table, rows in copied.items():  # a run without files was deleted after the copy was made
                copied[table] = {key: row for key, row in rows.items() if key[0] in folders}
            sources[_COPY] = copied
        with contextlib.closing(connect(record)) as connection:
            connection.execute("BEGIN IMMEDIATE")  # nobody is to write what would be lost
            own = read(connection, folders)
            if waiting := [key[0] for key, row in own["runs"].items() if not Status(row["status"]).ended]:
                raise UserError(f"{waiting[0]} waits or trains. Stop it, or wait for its end, then repair the record.")
            tables, sentences = _merged({_RECORD: own, **sources}, checkpoints)
            with whole_file(record) as partial:
                _write(partial, tables)
                rename(record, f"{record.name}.repaired-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        for file in damaged:
            rename(file, file.name.replace(".unreadable-", ".repaired-"))
    except (sqlite3.Error, OSError) as error:
        raise UserError(
            f"The record {record} could not be repaired and is as before ({error}). End the programs that use it, make "
            "sure that its folder has room and is writable, and try again."
        ) from error
    restored = (len(tables[table]) - len(own[table]) for table in ("runs", "epochs"))
    return [*sentences, " and ".join(map(counted, restored, ("run", "epoch"))) + " restored."]


def _write(path: Path, tables: Tables) -> None:
    """Writes a new record with these rows."""
    RunStore(path).close()
    with contextlib.closing(connect(path)) as connection:
        connection.execute("BEGIN")
        for table, rows in tables.items():
            there = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
            for row in rows.values():
                names = [name for name in row if name in there]  # not what damage made of a column's name
                columns, parameters = ", ".join(names), ", ".join(f":{name}" for name in names)
                connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({parameters})", row)
        connection.execute("COMMIT")


def _merged(sources: Mapping[str, Tables], checkpoints: Mapping[str, Checkpoint]) -> tuple[Tables, list[str]]:
    """Returns the rows for a record, and sentences on what disagreed or was left out.

    Args:
        sources: The sound rows of each file by its name, the most trusted first.
        checkpoints: By run.
    """
    known = {table: dict(ChainMap(*(tables[table] for tables in sources.values()))) for table in KEYS}
    versions = _versions(sources, checkpoints)
    runs: list[dict[str, Any]] = []
    epochs: dict[str, list[EpochEnd]] = {}
    sentences: list[str] = []
    for run in sorted(versions.keys() | {key[0] for key in known["runs"]}):
        row = _row(run, known["runs"].get((run,)), checkpoints.get(run), sentences)
        if row is None:
            sentences.append(f"{run} was left out: its epochs can be read, but not what it trained.")
            continue
        epochs[run] = list(_epochs(run, versions.get(run, {}), sentences))
        if row["status"] == Status.FINISHED and not _is_complete(row, len(epochs[run])):
            row = row | {"status": Status.INTERRUPTED, "reason": INCOMPLETE}
        runs.append(dict(row))
    runs.sort(key=lambda row: (row["created"], row.get("position", 0)))
    position = 0
    for row in runs:
        row["position"] = position = max(position + 1, row.get("position", 0))
    merged: Tables = {
        "runs": {(row["id"],): row for row in runs},
        "epochs": {
            (run, epoch.epoch): vars(epoch) | {"run": run, "figures": json.dumps(dict(epoch.figures))}
            for run, ends in epochs.items()
            for epoch in ends
        },
    }
    predictions = known["predictions"].items()
    merged["predictions"] = {key: row for key, row in predictions if key[-1] <= len(epochs.get(key[0], ()))}
    return merged, sentences


def _versions(
    sources: Mapping[str, Tables], checkpoints: Mapping[str, Checkpoint]
) -> dict[str, dict[str, dict[int, EpochEnd]]]:
    """Returns each run's epochs by number, for each source that has some, the most trusted first."""
    versions: dict[str, dict[str, dict[int, EpochEnd]]] = {}
    for run, saved in checkpoints.items():
        versions[run] = {_CHECKPOINT: {epoch.epoch: epoch for epoch in saved.epochs}}
    for name, tables in sources.items():
        for (run, number), row in tables["epochs"].items():
            versions.setdefault(run, {}).setdefault(name, {})[number] = epoch_of(row)
    return versions


def _epochs(run: str, versions: Mapping[str, Mapping[int, EpochEnd]], sentences: list[str]) -> Iterator[EpochEnd]:
    """Yields a run's epochs up to the first that nobody has, each from the most trusted source."""
    last = max((number for epochs in versions.values() for number in epochs), default=0)
    for number in range(1, last + 1):
        candidates = {name: epochs[number] for name, epochs in versions.items() if number in epochs}
        if not candidates:
            sentences.append(f"{run} ends with epoch {number - 1}: epoch {number} cannot be read. Continue the run.")
            return
        (source, epoch), *others = candidates.items()
        for name, other in others:
            for figure, value in epoch.figures.items():
                if other.figures.get(figure) != value:
                    wrong = f"{other.figures.get(figure)} in {name}"
                    sentences.append(f"{run}, epoch {number}: {figure} is {value} in {source}, which is kept, {wrong}.")
        yield epoch


def _row(run: str, row: dict[str, Any] | None, saved: Checkpoint | None, sentences: list[str]) -> dict[str, Any] | None:
    """Returns the row of a run, corrected by its checkpoint or made from it; None if there is neither."""
    if saved is None or not saved.experiment:
        return row
    trained = json.loads(saved.experiment)
    if trained["cell"] not in NETWORKS:
        return row
    if row is None:
        experiment, at = recorded_experiment(saved.experiment), checkpoint_file(run).parent.stat().st_mtime
        start = at - sum(epoch.seconds for epoch in saved.epochs)
        owner = Owner(0, 0.0, "")
        return row_of(Run(run, 0, run, experiment, Status.FINISHED, owner, "page", start, start, at))
    recorded = json.loads(row["experiment"])
    # A run that is continued gets more epochs before its next checkpoint.
    if wrong := [name for name in trained if name != "epochs" and trained[name] != recorded.get(name, trained[name])]:
        right = ", ".join(f"{name} {trained[name]}" for name in wrong)
        sentences.append(f"{run} was trained with {right}, as its checkpoint has it; its record is corrected.")
        experiment = recorded_experiment(json.dumps(trained | {"epochs": recorded.get("epochs", trained["epochs"])}))
        row = row | {"experiment": experiment.model_dump_json(), "setting": experiment.setting}
    return row


def _is_complete(row: Mapping[str, Any], epochs: int) -> bool:
    experiment = json.loads(row["experiment"])
    return epochs >= experiment["epochs"] or bool(experiment.get("patience"))


def _backup(record: Path) -> Path:
    return record.with_name(f"{record.stem}.backup{record.suffix}")


def _set_aside(record: Path) -> list[Path]:
    """Returns the damaged files that ``Database`` has set aside, the newest first."""
    files = record.parent.glob(f"{record.name}.unreadable-*")
    return sorted((file for file in files if not file.name.endswith(("-wal", "-shm"))), reverse=True)
