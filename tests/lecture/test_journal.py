"""A lecture's journal: its fold is the class, whenever it is read again; records that had tables are taken over."""

import contextlib
import csv
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.class_networks.networks import ClassNetwork
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.class_state import STATE
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.classroom.fold import ClassRecord, fold
from rnn_compare.lecture.classroom.journal import Journal
from rnn_compare.presets import PHONES
from tests.kit.classes import ALL, OWN, send, stored

OLD = Path(__file__).with_name("record_of_version_1.sql")
"""Three lectures as the last program with tables recorded them, and its CSV of them: one is still running."""
Restart = Callable[[], Classroom]


def answer(classroom: Classroom, device: str, number: int) -> None:
    state = classroom.state()
    if state.question:
        value = [0.5 + number / 10] * 4 if state.question.control.is_drawn else number % 2
        level = 2 if number % 4 > 1 and state.question.confidence else None
        classroom.answer(device, state.question.id, state.round, value, level)


def result(classroom: Classroom, device: str, number: int) -> None:
    if classroom.state().task:
        send(classroom, device, [250 + number] * 8 if number else [])


def of_review(change: Callable[[Classroom, str], None]) -> Callable[[Classroom, str, int], None]:
    def apply(classroom: Classroom, _: str, number: int) -> None:
        if reviews := classroom.reviews():
            change(classroom, reviews[number % len(reviews)].id)

    return apply


def mark(classroom: Classroom, _: str, number: int) -> None:
    for network in classroom.networks.sent()[:1]:
        classroom.mark_network(network.deal, "left out" if number % 2 else "repeated")


def own_network(classroom: Classroom, _: str, number: int) -> None:
    if classroom.state().lecture:
        classroom.add_networks([ClassNetwork("LSTM", 15_000 + number, (300,) * 8, origin="server", at=time.time())])


CHANGES: dict[str, Callable[[Classroom, str, int], object]] = {
    "answer": answer,
    "begin": lambda classroom, _, number: classroom.begin("x", settings=["y"], task=PHONES.name if number else ""),
    "end": lambda classroom, *_: classroom.end(),
    "show step": lambda classroom, _, number: classroom.show_step(
        number, "Title", "", dict(enumerate(ALL)).get(number)
    ),
    "open vote": lambda classroom, *_: classroom.open_vote(),
    "close vote": lambda classroom, *_: classroom.close_vote(),
    "vote again": lambda classroom, *_: classroom.vote_again(),
    "reveal": lambda classroom, *_: classroom.reveal(["y"]),
    "hide": lambda classroom, _, number: classroom.hide([f"run {number}"]),
    "join": lambda classroom, device, _: classroom.join(device),
    "open reviews": lambda classroom, _, number: classroom.open_reviews(number > 0),
    "send review": lambda classroom, device, number: classroom.send_review(device, f"Review {number}."),
    "show review": of_review(lambda classroom, review: classroom.show_review(review, ["LSTM: positive"])),
    "drop review": of_review(lambda classroom, review: classroom.drop_review(review)),
    "clear the wall": lambda classroom, *_: classroom.show_review(None),
    "offer networks": lambda classroom, _, number: classroom.offer_networks(number > 0),
    "start task": lambda classroom, *_: classroom.start_task(),
    "show task": lambda classroom, *_: classroom.show_task(),
    "send network": result,
    "mark network": mark,
    "add network": own_network,
    "pair": lambda classroom, *_: classroom.pair_neighbours(),
}
"""What may happen in a class, with a device and a number from 0 to 5."""
BEFORE = [("open vote", "a", 0), ("open reviews", "a", 1), ("start task", "a", 0)]
OFTEN = ["answer", "send review", "send network", "restart"]


@given(
    question=st.integers(0, len(ALL) - 1),
    changes=st.lists(
        st.tuples(st.sampled_from([*CHANGES, *OFTEN, *OFTEN]), st.sampled_from("ab"), st.integers(0, 5)),
        min_size=30,
        max_size=40,
    ),
)
@settings(max_examples=25)
def test_events_applied_one_by_one_and_folded_again_make_the_same_class(
    question: int, changes: Sequence[tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("class") / "lecture.db"
    classroom = Classroom(path)
    with contextlib.ExitStack() as pages:
        for change, device, number in [("begin", "a", 1), ("show step", "a", question), *BEFORE, *changes]:
            if change == "restart":
                classroom.close()
                classroom = Classroom(path)
                pages.enter_context(classroom.pages.opened("a"))
            else:
                with contextlib.suppress(UserError):
                    CHANGES[change](classroom, device, number)
            events = classroom._journal.read(classroom.number())
            again = fold(events, ClassRecord(classroom.number()))
            # Who sits beside whom is in memory only, so no signs are shown after a restart.
            assert replace(again, state=replace(again.state, neighbours=classroom.state().neighbours)) == classroom._now
            on_disk = {event.data["id"] for event in events if event.kind == "review"}
            assert on_disk == {review.id for review in classroom.reviews()}
    before = classroom.export_csv(), classroom.classes(), classroom.reviews(), [*classroom.networks.trained]
    classroom.close()
    classroom = Classroom(path)
    assert (classroom.export_csv(), classroom.classes(), classroom.reviews(), [*classroom.networks.trained]) == before
    classroom.close()


@pytest.mark.parametrize("end", ["", "classroom.end()"])
def test_reviews_that_nobody_has_seen_leave_the_disk_though_the_server_is_killed(tmp_path: Path, end: str) -> None:
    script = f"""
import os, sys
from pathlib import Path
from rnn_compare.lecture.classroom.classroom import Classroom
classroom = Classroom(Path(sys.argv[1]))
classroom.begin("x")
classroom.open_reviews(True)
classroom.send_review("a", "It was replaced.")
classroom.send_review("a", "It waits.")
classroom.drop_review(classroom.send_review("b", "It was dropped.").id)
on_wall = classroom.send_review("c", "It was dropped from the wall.")
classroom.show_review(on_wall.id)
classroom.drop_review(on_wall.id)
classroom.show_review(classroom.send_review("d", "All have seen it.").id)
{end}
os._exit(9)
"""
    killed = subprocess.run([sys.executable, "-c", script, tmp_path / "lecture.db"], check=False)
    assert killed.returncode == 9
    Classroom(tmp_path / "lecture.db").close()
    assert b"It was" not in stored(tmp_path)
    assert (b"It waits" in stored(tmp_path)) == (not end)
    assert b"All have seen it." in stored(tmp_path)


# ---- records of version 1 ----------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A record of version 1."""
    with contextlib.closing(sqlite3.connect(tmp_path / "lecture.db", isolation_level=None)) as connection:
        connection.executescript(OLD.read_text("utf-8"))
        yield connection


def rows(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV; its times are local."""
    times = ("began", "at")
    return [
        row | {name: datetime.fromisoformat(row[name]) for name in times} for row in csv.DictReader(text.splitlines())
    ]


@pytest.mark.parametrize(
    "lacks", [(), ("best_epochs",), ("networks", "best_epochs"), ("confidence", "networks", "best_epochs")]
)
def test_a_record_with_tables_is_taken_over_whole_and_its_csv_stays_the_same(
    old: sqlite3.Connection, restart: Restart, lacks: Sequence[str]
) -> None:
    """Three of the tables came one after the other."""
    [[state]] = old.execute("SELECT state FROM lectures WHERE ended IS NULL")
    for table in lacks:
        old.execute(f"DROP TABLE {table}")
    before = [
        row for row in rows(OLD.with_suffix(".csv").read_text("utf-8")) if not row["cell"] or "networks" not in lacks
    ]
    for row in before:
        row["confidence"] = "" if "confidence" in lacks else row["confidence"]
    for _ in range(2):
        classroom = restart()
        assert classroom.warnings == []
        assert rows(classroom.export_csv()) == before
        assert classroom.state() == STATE.validate_json(state)
        assert classroom.counts().joined == 4
        reviews = [(review.text, review.shown) for review in classroom.reviews()]
        assert reviews == [("Shown.\nOn two lines.", True), ("Waits.", False)]
    tables = old.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE TABLE%'")
    assert {name for (name,) in tables} == {"events", "sqlite_sequence"}


def test_a_lecture_that_runs_in_a_record_with_tables_goes_on(
    old: sqlite3.Connection, restart: Restart, tmp_path: Path
) -> None:
    old.close()
    classroom = restart()
    assert [(result.lecture, len(result.networks)) for result in classroom.classes()] == [(2, 3)]
    classroom.show_step(0, "Own", "", OWN)
    assert (classroom.state().phase, classroom.state().round) == ("open", 2)
    classroom.answer("c", "own", 2, 0)
    send(classroom, "c", [260] * 8)
    classroom = restart()
    assert [len(answers) for answers in classroom.votes.rounds("own")] == [3, 3]
    assert [network.name for network in classroom.networks.sent()] == ["LSTM no. 2", "SimpleRNN no. 3"]
    classroom.drop_review(next(review.id for review in classroom.reviews() if review.shown))
    classroom.begin("Another")
    assert classroom.number() == 4
    classroom.close()
    assert b"On two lines" not in stored(tmp_path)
    assert b"Waits." not in stored(tmp_path)


def test_a_damaged_record_with_tables_is_set_aside_with_all_that_it_has(
    old: sqlite3.Connection, restart: Restart, tmp_path: Path
) -> None:
    old.execute("DROP TABLE steps")
    old.close()
    [warning] = restart().warnings
    [aside] = tmp_path.glob("lecture.db.unreadable-*")
    assert aside.name in warning
    with contextlib.closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM answers").fetchone() == (11,)


def test_two_servers_that_start_at_once_take_a_record_over_once(old: sqlite3.Connection, tmp_path: Path) -> None:
    old.close()
    with ThreadPoolExecutor(4) as threads:
        journals = list(threads.map(lambda _: Journal(tmp_path / "lecture.db"), range(4)))
    assert [len(journal.read(3)) for journal in journals] == [19] * 4
    for journal in journals:
        journal.close()


def test_a_record_of_a_newer_version_is_refused(old: sqlite3.Connection, tmp_path: Path) -> None:
    old.execute("PRAGMA user_version = 3")
    with pytest.raises(UserError, match="has version 3; this program reads versions up to 2"):
        Journal(tmp_path / "lecture.db")
