"""A class's networks: each device has a cell and a seed of its own, and what it sends is taken once or refused."""

import contextlib
import csv
import io
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_networks import ClassNetwork
from rnn_compare.lecture.class_task import OWN_SEEDS, class_task, recorded
from rnn_compare.lecture.classroom import MOST_DEVICES, Classroom
from rnn_compare.lecture.lecture_file import find
from rnn_compare.presets import BOOK, PHONES

TASK = class_task(PHONES.name)
RIGHT = [250, 260, 270, 280, 290, 280, 270, 260]


@pytest.fixture
def training(restart: Callable[[], Classroom]) -> Classroom:
    """A class whose phones train."""
    classroom = restart()
    classroom.begin("luck", task=PHONES.name)
    for device in "abc":
        classroom.join(device)
    classroom.start_task()
    return classroom


def test_no_two_devices_are_dealt_the_same_and_none_a_seed_of_the_servers() -> None:
    deals = [TASK.deal(number) for number in range(1, MOST_DEVICES + 1)]
    assert len(set(deals)) == MOST_DEVICES
    assert {cell for cell, _ in deals[:2]} == {"SimpleRNN", "LSTM"}
    assert max(seed for _, seed in deals) < OWN_SEEDS < min(seed for _, seed in recorded(PHONES.name))


def test_a_device_keeps_its_network_through_a_restart(training: Classroom, restart: Callable[[], Classroom]) -> None:
    assert training.contribution("b").deal == ("LSTM", 2)
    training.send_network("b", "LSTM", 2, RIGHT)
    training.add_networks([ClassNetwork("LSTM", OWN_SEEDS + 1, tuple(RIGHT), "server")])
    training.mark_network(("LSTM", 2), "repeated")
    again = restart()
    assert again.contribution("b").deal == ("LSTM", 2)
    assert again.contribution("b").sent
    assert [(network.origin, network.status) for network in again.networks.all()] == [
        ("server", ""),
        ("phone", "repeated"),
    ]


@pytest.mark.parametrize(
    ("cell", "seed", "right", "sentence"),
    [
        ("LSTM", 1, RIGHT, "was dealt SimpleRNN no. 1"),
        ("SimpleRNN", 3, RIGHT, "was dealt SimpleRNN no. 1"),
        ("SimpleRNN", True, RIGHT, "was dealt"),
        ("SimpleRNN", 1.0, RIGHT, "was dealt"),
        ("SimpleRNN", OWN_SEEDS + 1, RIGHT, "was dealt"),
        ("SimpleRNN", 1, RIGHT[:7], "each of 8 epochs"),
        ("SimpleRNN", 1, 290, "each of 8 epochs"),
        ("SimpleRNN", 1, [*RIGHT[:7], 501], "0 to 500 can be right"),
        ("SimpleRNN", 1, [*RIGHT[:7], -1], "0 to 500"),
        ("SimpleRNN", 1, [*RIGHT[:7], 250.5], "0 to 500"),
        ("SimpleRNN", 1, [*RIGHT[:7], True], "0 to 500"),
    ],
)
def test_what_no_training_of_this_device_gives_is_refused(
    training: Classroom, cell: object, seed: object, right: object, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        training.send_network("a", cell, seed, right)
    assert training.networks.all() == []


def test_a_device_sends_once_and_the_same_again_is_the_same(training: Classroom) -> None:
    for _ in range(2):
        training.send_network("a", "SimpleRNN", 1, RIGHT)
    with pytest.raises(UserError, match="already"):
        training.send_network("a", "SimpleRNN", 1, [500] * 8)
    assert [network.best for network in training.networks.all()] == [290]


def test_a_device_whose_arithmetic_differs_is_counted_and_has_no_network(training: Classroom) -> None:
    with training.connected("a"), training.connected("b"):
        assert training.phones_training() == {"SimpleRNN": 1, "LSTM": 1}
        training.send_network("a", "SimpleRNN", 1, [])
        assert training.phones_training() == {"LSTM": 1}
    assert training.networks.unable == 1
    assert training.networks.all() == []


def test_nothing_is_taken_before_the_phones_train_nor_after_the_lecture(training: Classroom) -> None:
    training.begin("luck", task=PHONES.name)
    with pytest.raises(UserError, match="not training"):
        training.send_network("a", "SimpleRNN", 1, RIGHT)
    training.start_task()
    training.end()
    with pytest.raises(UserError, match="not training"):
        training.send_network("a", "SimpleRNN", 1, RIGHT)
    assert training.contribution("a").deal is None


def test_what_could_not_be_repeated_no_longer_counts(training: Classroom) -> None:
    training.send_network("a", "SimpleRNN", 1, [500] * 8)
    training.mark_network(("SimpleRNN", 1), "left out")
    assert training.networks.all() == []
    assert [network.seed for network in training.networks.left_out()] == [1]


def test_the_csv_has_a_row_for_each_network(training: Classroom) -> None:
    training.send_network("b", "LSTM", 2, RIGHT)
    training.add_networks([ClassNetwork("SimpleRNN", OWN_SEEDS + 1, (1, 3, 2), "server", at=time.time() + 1)])
    rows = list(csv.DictReader(io.StringIO(training.export_csv())))
    assert [(row["lecture"], row["question"], row["device"]) for row in rows] == [
        ("luck", PHONES.name, "2"),
        ("luck", PHONES.name, ""),
    ]
    assert [row["origin"] for row in rows] == ["phone", "server"]
    assert [(row["cell"], row["seed"], row["best"], row["last"]) for row in rows] == [
        ("LSTM", "2", "290", "260"),
        ("SimpleRNN", "10001", "3", "2"),
    ]
    assert rows[1]["right reviews by epoch"] == "1 3 2"


def test_a_record_from_before_phones_trained_is_read_and_keeps_its_answers(
    training: Classroom, restart: Callable[[], Classroom], tmp_path: Path
) -> None:
    training.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "lecture.db")) as connection:
        connection.execute("DROP TABLE networks")
        connection.commit()
    again = restart()
    assert again.warnings == []
    again.send_network("b", "LSTM", 2, RIGHT)
    assert [network.seed for network in again.networks.all()] == [2]


@given(st.lists(st.integers(0, 500), min_size=8, max_size=8))
def test_every_possible_result_is_taken_as_it_was_sent(right: list[int]) -> None:
    assert TASK.checked(right) == tuple(right)


def test_a_preset_with_one_cell_twice_does_not_suit_phones() -> None:
    assert class_task(BOOK.name).cells == ["SimpleRNN", "LSTM"]
    with pytest.raises(UserError, match="does not suit phones"):
        class_task("Long memory")
    with pytest.raises(UserError, match="MGU with rmsprop: phones train SimpleRNN, LSTM or GRU"):
        class_task("How many gates?")


def test_the_shipped_lecture_has_its_task_and_a_recording_of_it() -> None:
    lecture = find("luck", step_kinds())
    assert lecture.task == PHONES.name
    assert len(recorded(lecture.task)) == 40
