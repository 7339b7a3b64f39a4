"""The record of all runs, in one SQLite file: one writer per process, any number of readers."""

import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from rnn_compare.atomic import identity
from rnn_compare.database import EVENT_SECONDS, Database
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import listed, visible
from rnn_compare.paths import program
from rnn_compare.runs import schema
from rnn_compare.runs.events import Ended, Event, Part, Predictions, Status
from rnn_compare.runs.record import Owner, Run, Tested
from rnn_compare.runs.schema import DAMAGED, Row, UnknownNetworkError, owner_of, row_of, run_of

MAX_NAME, MAX_NOTE = 80, 2000
UNDO_SECONDS = 10.0
"""How long a deletion can be undone."""
LOST = "The record of runs was removed while the program ran. A new one was started."
REPLACED = "The record of runs was replaced while the program ran; its runs are shown."
LISTED = 5
"""Runs that a warning names."""
REPAIR = "`python -m rnn_compare repair` restores what can be read."
UNREADABLE = f"The run {{}} is damaged in the record and not shown. {REPAIR}"

UNSTORABLE = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, TypeError, ValueError, OverflowError)
"""Errors of a value, which retrying does not solve, unlike a full disk or a lock."""

_NEXT_TURN = "(SELECT COALESCE(MAX(turn), 0) + 1 FROM runs)"
_UNFINISHED = "status IN ('queued', 'running')"
_UNFINISHED_OF = f"{_UNFINISHED} AND owner_pid = ? AND owner_started = ? AND owner_host = ?"
_NOT_DELETED = "id NOT IN (SELECT run FROM deletions)"
_COPIED = (("runs", "id", "position"), ("epochs", "run", "epoch"), ("predictions", "run", "epoch"))
"""Tables that are copied from another record, the column that names the run, and the order of rows."""
_COMMON_COLUMNS = (
    "SELECT name FROM pragma_table_info(:table) WHERE name IN (SELECT name FROM pragma_table_info(:table, 'other'))"
)
_PHASES = "CASE phase WHEN 'preparing' THEN 0 WHEN 'training' THEN 1 ELSE 2 END"


class RunStore(Database):
    """The record of runs, shared by several processes; a file that is removed or replaced is opened again.

    Attributes:
        unreadable: Ids of runs whose rows turned out to be damaged.
        unknown: By the ids of runs whose network is not installed, a sentence that says so.
    """

    contents, tables, version, migrations = "runs", schema.TABLES, schema.VERSION, schema.MIGRATIONS
    mend = REPAIR

    def __init__(self, path: Path) -> None:
        self._heartbeats: dict[str, tuple[float, float]] = {}
        self.unreadable = set[str]()
        self.unknown: dict[str, str] = {}
        super().__init__(path)

    def create(
        self,
        experiments: Sequence[Experiment],
        owner: Owner,
        origin: str,
        visitor: str = "",
        priority: int = 0,
        beforehand: Callable[[list[str]], None] = lambda _: None,
        comparison: str = "",
    ) -> list[str]:
        """Records new queued runs, all or none, as one comparison, and returns their ids in order.

        Args:
            origin, visitor, priority: As in ``Run``.
            beforehand: Called with their ids before anything is recorded.
            comparison: The comparison to add them to; a new one if empty.
        """
        ids = [f"{experiment.cell.lower()}-{secrets.token_hex(3)}" for experiment in experiments]
        beforehand(ids)
        state: dict[str, Any] = {"origin": origin, "created": time.time(), "visitor": visitor, "priority": priority}
        with self._transaction() as connection:
            for run, experiment in zip(ids, experiments, strict=True):
                _insert(Run(run, 0, comparison or ids[0], experiment, Status.QUEUED, owner, **state), connection)
                connection.execute(f"UPDATE runs SET turn = {_NEXT_TURN} WHERE id = ?", (run,))
        return ids

    def submit_again(
        self, run: str, experiment: Experiment, owner: Owner, visitor: str = "", priority: int = 0
    ) -> None:
        """Queues an ended run again, at the end of the line.

        The experiment holds the total number of epochs. Raises ``UserError`` unless the run exists and has ended.
        """
        with self._transaction() as connection:
            row = connection.execute(f"SELECT status FROM runs WHERE id = ? AND {_NOT_DELETED}", (run,)).fetchone()
            if row is None or not Status(row["status"]).ended:
                raise UserError(f"{run} {'was deleted' if row is None else 'is already running'}.")
            state = (Status.QUEUED, experiment.model_dump_json(), experiment.setting, time.time())
            connection.execute(
                "UPDATE runs SET status = ?, reason = NULL, ended = NULL, stop_requested = 0, experiment = ?,"
                " setting = ?, heartbeat = ?, owner_pid = ?, owner_started = ?, owner_host = ?, visitor = ?,"
                f" priority = ?, turn = {_NEXT_TURN} WHERE id = ?",
                (*state, *owner, visitor, priority, run),
            )

    def record(self, events: Sequence[Event]) -> list[str]:
        """Writes events in one transaction; returns runs that failed because their values cannot be stored.

        Late events are ignored: of a deleted run, or after its end.
        """
        failed = []
        with self._transaction() as connection:
            for event in events:
                try:
                    schema.write(event, connection)
                except UNSTORABLE as error:
                    reason = (
                        f"Its metrics cannot be recorded ({error}): they must be finite numbers. Earlier epochs are "
                        "kept. Use a smaller learning rate, or correct the metric that was added."
                    )
                    schema.write(Ended(event.run, Status.FAILED, reason, time.time()), connection)
                    failed.append(event.run)
        return failed

    def copy_from(self, record: Path, runs: Sequence[str] | None = None) -> None:
        """Adds runs of another record, by default all, with epochs and predictions; none if one of the ids is here."""
        self._look()
        with self._write_lock, self._errors_in_words():
            self._writer.execute("ATTACH ? AS other", (f"{record.resolve().as_uri()}?mode=ro",))
            try:
                with self._writer as connection:
                    connection.execute("BEGIN IMMEDIATE")
                    ids = "(SELECT id FROM other.runs WHERE :ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))"
                    values = {"ids": None if runs is None else json.dumps(runs)}
                    for table, run, order in _COPIED:
                        rows = connection.execute(_COMMON_COLUMNS, {"table": table})
                        columns = ", ".join(name for (name,) in rows if name != "position")
                        copied = f"SELECT {columns} FROM other.{table} WHERE {run} IN {ids} ORDER BY {order}"
                        connection.execute(f"INSERT INTO {table} ({columns}) {copied}", values)
            finally:
                self._writer.execute("DETACH other")

    def request_stop(self, run: str) -> None:
        """Asks the process that owns the run to stop it."""
        with self._transaction() as connection:
            connection.execute(f"UPDATE runs SET stop_requested = 1 WHERE id = ? AND {_UNFINISHED}", (run,))

    def heartbeat(self, owner: Owner) -> None:
        """Records that a process with unfinished runs is alive."""
        with self._transaction() as connection:
            connection.execute(f"UPDATE runs SET heartbeat = ? WHERE {_UNFINISHED_OF}", (time.time(), *owner))

    def rename(self, run: str, name: str) -> None:
        """Names a run, or removes its name if empty; raises ``UserError`` beyond ``MAX_NAME`` characters."""
        self._set_text(run, "name", " ".join(visible(name).split()), MAX_NAME)

    def annotate(self, run: str, note: str) -> None:
        """Sets a run's note; raises ``UserError`` beyond ``MAX_NOTE`` characters."""
        self._set_text(run, "note", note.strip(), MAX_NOTE)

    def delete(self, run: str) -> None:
        """Deletes an ended run: it is gone for every reader, and for good once ``finish_deletions`` finds it due.

        Until then it stays in the file, so that ``restore`` can undo this, also after the program was killed. Raises
        ``UserError`` if the run has not ended or does not exist.
        """
        self.run(run)
        mark = f"INSERT OR IGNORE INTO deletions (run, due) SELECT id, ? FROM runs WHERE id = ? AND NOT {_UNFINISHED}"
        with self._transaction() as connection:  # one statement: somebody may continue it at this moment
            marked = connection.execute(mark, (time.time() + UNDO_SECONDS, run))
        if not marked.rowcount:
            raise UserError(f"{run} is still running. Stop it first.")

    def deleted(self) -> list[str]:
        """Returns the ids of deleted runs that can still be restored."""
        return [row["run"] for row in self._read("SELECT run FROM deletions WHERE due > ?", time.time())]

    def restore(self) -> None:
        """Undoes the deletion of all runs that are still in the file."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM deletions")

    def finish_deletions(self) -> list[str]:
        """Removes the deleted runs that are due from the file; returns their ids, whose files are to be removed."""
        due, now = "(SELECT run FROM deletions WHERE due <= ?)", time.time()
        if not self._read(f"SELECT 1 WHERE EXISTS {due}", now):  # nothing is written at each call
            return []
        with self._transaction() as connection:
            return [row["id"] for row in connection.execute(f"DELETE FROM runs WHERE id IN {due} RETURNING id", (now,))]

    def run(self, run: str) -> Run:
        """Returns one run; raises ``UserError`` if there is no such run."""
        matches = self.runs([run])
        if not matches:
            missing = f"There is no run called {run[:40]!r} in {self.path}. `{program()} runs` lists them."
            raise UserError(f"{run}: {self.unknown[run]}" if run in self.unknown else missing)
        return matches[0]

    def runs(self, ids: Collection[str] | None = None) -> list[Run]:
        """Returns the runs with these ids, or all, in order of creation, without deleted ones and unknown networks."""
        where, values = f"WHERE {_NOT_DELETED}", []
        if ids is not None:
            where, values = f"{where} AND id IN ({', '.join('?' * len(ids))})", list(ids)
        records = self._read(f"SELECT * FROM runs {where} ORDER BY position", *values)
        if not records:
            return []
        of_runs = f"run IN (SELECT id FROM runs {where})"
        epochs: dict[str, list[Row]] = {}
        for row in self._read(f"SELECT * FROM epochs WHERE {of_runs} ORDER BY run, epoch", *values):
            epochs.setdefault(row["run"], []).append(row)
        progress: dict[str, list[Row]] = {}
        for row in self._read(f"SELECT * FROM progress WHERE {of_runs} ORDER BY run, epoch, {_PHASES}, batch", *values):
            progress.setdefault(row["run"], []).append(row)
        tested = f"SELECT run, epoch, accuracy, reviews FROM predictions WHERE part = 'test' AND {of_runs}"
        tests = {
            row["run"]: Tested(row["epoch"], row["accuracy"], row["reviews"]) for row in self._read(tested, *values)
        }
        runs = []
        for row in records:
            try:
                run = row["id"]
                runs.append(run_of(row, epochs.get(run, ()), progress.get(run, ()), tests.get(run)))
            except UnknownNetworkError as error:
                self.unknown[run] = str(error)
            except DAMAGED:
                self.unreadable.add(run)
                self.warn(UNREADABLE.format(visible(run)))
        for sentence in set(self.unknown.values()) if ids is None else ():
            of_it = [run for run, reason in self.unknown.items() if reason == sentence]
            self.warn(f"{listed(of_it if len(of_it) <= LISTED else [*of_it[:LISTED], 'others'])}: {sentence}")
        return runs

    @property
    def is_untouched(self) -> bool:
        """Whether no run was ever recorded here, including deleted ones."""
        return not self._read("SELECT 1 FROM sqlite_sequence WHERE name = 'runs'")  # SQLite's own count of positions

    def orphans(self) -> list[str]:
        """Returns the ids of unfinished runs whose process has ended."""
        unfinished = self._read(f"SELECT * FROM runs WHERE {_UNFINISHED}")
        return [row["id"] for row in unfinished if not owner_of(row).alive(self._silent_seconds(row))]

    def unfinished(self, owner: Owner) -> list[Run]:
        """Returns the waiting and running runs of a process."""
        return self.runs([row["id"] for row in self._read(f"SELECT id FROM runs WHERE {_UNFINISHED_OF}", *owner)])

    def predictions(self, run: str, part: Part = "validation") -> list[Predictions]:
        """Returns the predictions of a run's network, epoch by epoch."""
        columns = ", ".join(schema.columns(Predictions))
        records = self._read(f"SELECT {columns} FROM predictions WHERE run = ? AND part = ? ORDER BY epoch", run, part)
        return [Predictions(**row) for row in records]

    def with_setting(self, setting: str) -> list[Run]:
        """Returns all runs of a setting, whatever their seed."""
        return self.runs([row["id"] for row in self._read("SELECT id FROM runs WHERE setting = ?", setting)])

    def submitted_together(self, created: float) -> set[str]:
        """Returns the settings of one submission that have a finished run."""
        finished = f"SELECT DISTINCT setting FROM runs WHERE created = ? AND status = 'finished' AND {_NOT_DELETED}"
        return {row["setting"] for row in self._read(finished, created)}

    def stop_requests(self, owner: Owner, training: Collection[str] = ()) -> list[str]:
        """Returns the ids of unfinished runs that were asked to stop, and of those in training that were deleted."""
        requested = self._read(f"SELECT id FROM runs WHERE stop_requested AND {_UNFINISHED_OF}", *owner)
        recorded = self._read(f"SELECT id FROM runs WHERE id IN ({', '.join('?' * len(training))})", *training)
        return [row["id"] for row in requested] + sorted(set(training) - {row["id"] for row in recorded})

    def _silent_seconds(self, row: sqlite3.Row) -> float:
        # Measured from the last change that this process saw: clocks of two machines may differ, and may be set.
        now = time.monotonic()
        beat, seen = self._heartbeats.get(row["id"], (None, now))
        if beat != row["heartbeat"]:
            self._heartbeats[row["id"]] = (row["heartbeat"], now)
            return 0.0
        return now - seen

    def _set_text(self, run: str, column: str, text: str, longest: int) -> None:
        if len(text) > longest:
            raise UserError(f"The {column} has {len(text):,} characters; the limit is {longest:,}.")
        with self._transaction() as connection:
            connection.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (text, run))

    def _look(self) -> None:
        """Opens the file again if it is no longer the same."""
        if not self.is_replaced:
            return
        with self._write_lock:
            if (now := identity(self.path)) != self._identity:
                self._writer.close()  # SQLite does not touch the new files
                self._warnings.clear()
                self.unreadable.clear()
                self.unknown.clear()
                with contextlib.suppress(OSError):  # opening it raises an error with a sentence
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                self._open()
                self.warn(REPLACED if now else LOST, EVENT_SECONDS)


def _insert(run: Run, connection: sqlite3.Connection) -> None:
    """Writes the row of a new run."""
    row = row_of(run)
    columns, parameters = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO runs ({columns}) VALUES ({parameters})", row)
