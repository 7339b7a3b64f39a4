"""What classes have trained is kept by class: to replay, compare and take home; hidden until shown."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rnn_compare.class_networks.networks import ClassNetwork
from rnn_compare.class_networks.task import OF_A_CLASS, OWN_SEEDS, seed_of
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.presets import PHONES
from tests.kit.classes import hold, send

Restart = Callable[[], Classroom]


def test_a_class_is_hidden_until_its_networks_are_shown_or_the_lecture_ends_and_then_kept_the_newest_first(
    restart: Restart,
) -> None:
    classroom = restart()
    hold(classroom, 2, is_shown=False)
    assert restart().classes() == []
    restart().show_task()
    assert [len(result.networks) for result in restart().classes()] == [2]
    hold(restart(), 1, is_shown=False)
    assert [result.lecture for result in restart().classes()] == [1]
    restart().end()
    newest, oldest = restart().classes()
    assert (newest.lecture, len(newest.networks), oldest.lecture) == (2, 1, 1)
    assert newest.title.endswith(", “luck”: 1 network")
    assert restart().class_of(1) == oldest


def test_a_replay_and_a_comparison_go_on_after_a_restart(restart: Restart) -> None:
    hold(restart(), 2)
    restart().begin("luck", recorded=True, task=PHONES.name, replayed=1)
    restart().compare(1)
    state = restart().state()
    assert (state.replayed, state.compared) == (1, 1)


def test_networks_of_this_machine_count_beside_a_phones_and_played_or_left_out_ones_do_not(restart: Restart) -> None:
    classroom = restart()
    for phones in (0, 3):
        hold(classroom, phones)
        own = ClassNetwork("LSTM", seed_of(classroom.number(), OWN_SEEDS + 1), (300,) * 8, origin="server")
        played = ClassNetwork("LSTM", OF_A_CLASS + 1, (301,) * 8, origin="recording")
        classroom.add_networks([replace(own, at=time.time()), played])
        send(classroom, "old", [])
    classroom.mark_network(classroom.networks.sent()[0].deal, "left out")
    [result] = classroom.classes()
    assert sorted(network.origin for network in result.networks) == ["phone", "phone", "server"]
    classroom.end()
    assert restart().classes() == [result]


@pytest.mark.parametrize("change", ["'$.right', json('[300, 310]')", "'$.cell', 'GRU'"])
def test_results_of_another_task_of_that_name_are_passed_over(restart: Restart, tmp_path: Path, change: str) -> None:
    """One of fewer epochs, and one of other cells."""
    hold(restart(), 2)
    restart().end()
    with closing(sqlite3.connect(tmp_path / "lecture.db")) as connection:
        connection.execute(f"UPDATE events SET data = json_replace(data, {change})")
        connection.commit()
    assert restart().classes() == []
