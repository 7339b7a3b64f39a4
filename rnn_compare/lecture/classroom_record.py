"""The record of lectures, their devices, answers and reviews in an SQLite file."""

import json
import sqlite3
import time
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rnn_compare.database import Database
from rnn_compare.lecture.class_state import STATE, SentReview, State
from rnn_compare.lecture.controls import Answer

if TYPE_CHECKING:  # which reads this record
    from rnn_compare.lecture.trained.class_networks import ClassNetwork

_TABLES = """
CREATE TABLE IF NOT EXISTS lectures (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, began REAL NOT NULL, ended REAL, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
    lecture INTEGER NOT NULL, key TEXT NOT NULL, phase TEXT NOT NULL, round INTEGER NOT NULL, question TEXT,
    runs TEXT NOT NULL, PRIMARY KEY (lecture, key)
);
CREATE TABLE IF NOT EXISTS devices (
    lecture INTEGER NOT NULL, device TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (lecture, device)
);
CREATE TABLE IF NOT EXISTS answers (
    lecture INTEGER NOT NULL, question TEXT NOT NULL, round INTEGER NOT NULL, device TEXT NOT NULL,
    answer TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (lecture, question, round, device)
);
CREATE TABLE IF NOT EXISTS confidence (
    lecture INTEGER NOT NULL, question TEXT NOT NULL, round INTEGER NOT NULL, device TEXT NOT NULL, level INTEGER,
    PRIMARY KEY (lecture, question, round, device)
);
CREATE TABLE IF NOT EXISTS reviews (
    id TEXT PRIMARY KEY, lecture INTEGER NOT NULL, device TEXT NOT NULL, text TEXT NOT NULL,
    shown INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS networks (
    lecture INTEGER NOT NULL, task TEXT NOT NULL, cell TEXT NOT NULL, seed INTEGER NOT NULL,
    device TEXT NOT NULL, origin TEXT NOT NULL, status TEXT NOT NULL DEFAULT '',
    reviews TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (lecture, cell, seed)
);
CREATE TABLE IF NOT EXISTS best_epochs (
    lecture INTEGER, cell TEXT, seed INTEGER, correct TEXT NOT NULL, PRIMARY KEY (lecture, cell, seed)
);
"""
_FIRST_ROUND, _FIRST_ROUND_OF_EARLIER = (
    f"(SELECT MIN(round) FROM answers AS a WHERE a.lecture = answers.lecture AND a.question = {table}.question)"
    for table in ("answers", "earlier")
)


class ClassroomRecord(Database):
    """Reads and writes the record of lectures."""

    contents, tables, version, busy_seconds = "lectures", _TABLES, 1, 5.0
    added = ("confidence", "networks", "best_epochs")

    def _connect(self, read_only: bool = False) -> sqlite3.Connection:
        connection = super()._connect(read_only)
        connection.execute("PRAGMA secure_delete = ON")  # overwrites deleted reviews in the file
        return connection

    def begin(self, state: State) -> int:
        """Records a new lecture and returns its number."""
        with self._transaction() as connection:
            made = connection.execute(
                "INSERT INTO lectures (name, began, state) VALUES (?, ?, ?)",
                (state.lecture, time.time(), _state_json(state)),
            )
        return int(made.lastrowid or 0)

    def last(self) -> tuple[int, State, bool] | None:
        """Returns the last lecture's number, its state and whether it has ended; None before the first lecture."""
        rows = self._read("SELECT * FROM lectures ORDER BY id DESC LIMIT 1")
        if not rows:
            return None
        try:
            return rows[0]["id"], STATE.validate_json(rows[0]["state"]), rows[0]["ended"] is not None
        except ValidationError:  # from another version of the program: the lecture is over, its answers remain
            return rows[0]["id"], State(), True

    def save_state(self, lecture: int, state: State, key: str) -> None:
        """Records the state of a lecture and of its step ``key``."""
        question = state.question.model_dump_json() if state.question else None
        with self._transaction() as connection:
            connection.execute("UPDATE lectures SET state = ? WHERE id = ?", (_state_json(state), lecture))
            connection.execute(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?)",
                (lecture, key, state.phase, state.round, question, json.dumps(state.runs)),
            )

    def step(self, lecture: int, key: str) -> tuple[str, int, tuple[str, ...]] | None:
        """Returns the phase, round and runs of a step; None if it was never shown."""
        rows = self._read("SELECT phase, round, runs FROM steps WHERE lecture = ? AND key = ?", lecture, key)
        return (rows[0]["phase"], rows[0]["round"], tuple(json.loads(rows[0]["runs"]))) if rows else None

    def began(self, lecture: int) -> float:
        """Returns when a lecture began, in seconds since 1970; 0 without a lecture."""
        rows = self._read("SELECT began FROM lectures WHERE id = ?", lecture)
        return float(rows[0]["began"]) if rows else 0.0

    def end(self, lecture: int, state: State) -> None:
        """Ends a lecture and deletes reviews that were not shown, from the file too."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE lectures SET state = ?, ended = ? WHERE id = ?", (_state_json(state), time.time(), lecture)
            )
            connection.execute("DELETE FROM reviews WHERE NOT shown")
        with self._write_lock, self._errors_in_words():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add_device(self, lecture: int, device: str, number: int) -> None:
        """Records a device under its running number."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO devices VALUES (?, ?, ?)", (lecture, device, number))

    def devices(self, lecture: int) -> dict[str, int]:
        """Returns the running number of each device."""
        rows = self._read("SELECT * FROM devices WHERE lecture = ? ORDER BY number", lecture)
        return {row["device"]: row["number"] for row in rows}

    def save_answer(
        self, lecture: int, question: str, round_: int, device: str, answer: Answer, confidence: int | None
    ) -> None:
        """Records a device's answer with its confidence, which replace the earlier ones."""
        key = (lecture, question, round_, device)
        with self._transaction() as connection:
            values = (*key, json.dumps(answer), time.time())
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)
            connection.execute("INSERT OR REPLACE INTO confidence VALUES (?, ?, ?, ?, ?)", (*key, confidence))

    def answers(self, lecture: int) -> dict[tuple[str, int], dict[str, Answer]]:
        """Returns the answers by device, for each question and round."""
        answers: dict[tuple[str, int], dict[str, Answer]] = {}
        for row in self._read("SELECT * FROM answers WHERE lecture = ? ORDER BY at", lecture):
            answer = json.loads(row["answer"])
            of_round = answers.setdefault((row["question"], row["round"]), {})
            of_round[row["device"]] = tuple(answer) if isinstance(answer, list) else answer
        return answers

    def confidence(self, lecture: int) -> dict[tuple[str, int], dict[str, int]]:
        """Returns the confidence by device, of those that gave one, for each question and round."""
        levels: dict[tuple[str, int], dict[str, int]] = {}
        for row in self._read("SELECT * FROM confidence WHERE lecture = ? AND level IS NOT NULL", lecture):
            levels.setdefault((row["question"], row["round"]), {})[row["device"]] = row["level"]
        return levels

    def rows(self) -> list[sqlite3.Row]:
        """Returns all answers of all lectures with their questions, oldest first.

        ``earlier`` is the device's answer in the question's first round or, then, to the question that it repeats.
        """
        return self._read(
            "SELECT lectures.id, name, began, answers.question, answers.round, number, answers.answer, answers.at,"
            " steps.question AS asked, steps.runs, earlier.answer AS earlier,"
            " confidence.level AS confidence"
            " FROM answers JOIN lectures ON lectures.id = answers.lecture"
            " JOIN devices ON devices.lecture = answers.lecture AND devices.device = answers.device"
            " LEFT JOIN steps ON steps.lecture = answers.lecture AND steps.key = answers.question"
            " LEFT JOIN confidence USING (lecture, question, round, device)"
            " LEFT JOIN answers AS earlier ON earlier.lecture = answers.lecture AND earlier.device = answers.device"
            f" AND earlier.round = {_FIRST_ROUND_OF_EARLIER} AND earlier.question = CASE answers.round"
            f" WHEN {_FIRST_ROUND} THEN json_extract(steps.question, '$.repeats') ELSE answers.question END"
            " ORDER BY answers.lecture, answers.at"
        )

    def save_review(self, lecture: int, device: str, review: SentReview) -> None:
        """Records a review, which replaces the device's waiting one."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM reviews WHERE lecture = ? AND device = ? AND NOT shown", (lecture, device))
            connection.execute(
                "INSERT INTO reviews (id, lecture, device, text, at) VALUES (?, ?, ?, ?, ?)",
                (review.id, lecture, device, review.text, review.at),
            )

    def mark_shown(self, review: str) -> None:
        """Marks a review as shown."""
        with self._transaction() as connection:
            connection.execute("UPDATE reviews SET shown = 1 WHERE id = ?", (review,))

    def drop(self, review: str) -> None:
        """Deletes a review."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM reviews WHERE id = ?", (review,))

    def reviews(self, lecture: int) -> list[tuple[str, SentReview]]:
        """Returns the device and the review of each, oldest first."""
        rows = self._read("SELECT * FROM reviews WHERE lecture = ? ORDER BY at", lecture)
        return [(row["device"], SentReview(row["id"], row["text"], bool(row["shown"]), row["at"])) for row in rows]

    def save_network(self, lecture: int, task: str, device: str, network: "ClassNetwork") -> None:
        """Records a class's network, of a device unless that is empty, in place of what there was of it."""
        key = lecture, network.cell, network.seed
        with self._transaction() as connection:
            row = lecture, task, *key[1:], device, network.origin, network.status, json.dumps(network.right), network.at
            connection.execute("INSERT OR REPLACE INTO networks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT OR REPLACE INTO best_epochs VALUES (?, ?, ?, ?)", (*key, network.correct))

    def networks(self, lecture: int) -> list[sqlite3.Row]:
        """Returns a class's networks in the order of their arrival."""
        return self._read(
            "SELECT networks.*, correct FROM networks LEFT JOIN best_epochs USING (lecture, cell, seed)"
            " WHERE lecture = ? ORDER BY at",
            lecture,
        )

    def classes(self) -> list[sqlite3.Row]:
        """Returns the lectures in which phones have trained, newest first: number, name, time, task."""
        return self._read(
            "SELECT lectures.id, name, began, task FROM networks JOIN lectures ON lectures.id = lecture"
            " WHERE origin = 'phone' AND reviews != '[]' AND status != 'left out' GROUP BY lecture ORDER BY began DESC"
        )

    def all_networks(self) -> list[sqlite3.Row]:
        """Returns the networks of all classes with their lectures and the numbers of their devices, oldest first."""
        return self._read(
            "SELECT lectures.name, began, number, networks.* FROM networks JOIN lectures ON lectures.id = lecture"
            " LEFT JOIN devices USING (lecture, device) ORDER BY lecture, at"
        )


def _state_json(state: State) -> str:
    return STATE.dump_json(state).decode()
