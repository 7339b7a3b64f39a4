"""What of a class's networks a wall's browser is to train or to repeat, and what is done with its results."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.class_networks.networks import ClassNetwork
from rnn_compare.class_networks.task import class_task, packed_bits, seed_of
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_training import AT_ONCE, FEWEST, RECORDING_SECONDS, REPEATED, ClassTraining, to_repeat
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.classroom.journal import Journal
from rnn_compare.presets import PHONES
from tests.kit.classes import hold, send, some_correct

TASK = class_task(PHONES.name)
SENT = [ClassNetwork("LSTM", seed_of(1, number), (250, 300 + number)) for number in range(1, 61)]
ENDS = {301, 302, 303, 358, 359, 360}


def test_the_most_distant_are_repeated_first_then_as_many_others_that_nobody_can_foresee() -> None:
    chosen = [[network.best for network in to_repeat(TASK, SENT, str(secret))] for secret in range(200)]
    assert all(len(set(bests)) == 2 * REPEATED for bests in chosen)
    assert all(set(bests[:REPEATED]) < ENDS for bests in chosen)
    others = [best for bests in chosen for best in bests[REPEATED:]]
    assert set(others) >= {network.best for network in SENT} - ENDS, "each other one may be among them"
    assert max(map(others.count, others)) < 4 * len(others) / len(SENT)


def test_only_phones_networks_are_repeated_once_and_for_each_that_is_left_out_another_one_is() -> None:
    chosen = to_repeat(TASK, SENT, "secret")
    repeated = [replace(network, status="repeated" if network in chosen else "") for network in SENT]
    assert to_repeat(TASK, repeated, "secret") == []
    counting = [network for network in repeated if network.deal != chosen[0].deal]
    assert len(to_repeat(TASK, counting, "secret")) == 1
    of_others = [replace(network, origin="server" if network.seed % 2 else "recording") for network in SENT]
    assert to_repeat(TASK, of_others, "secret") == []


@pytest.fixture
def training(classroom: Classroom) -> ClassTraining:
    return ClassTraining(lambda: classroom)


def origins(classroom: Classroom) -> Counter[str]:
    return Counter(network.origin for network in classroom.networks.all())


def wait(monkeypatch: pytest.MonkeyPatch, classroom: Classroom, seconds: float) -> None:
    """Sets the clock to so long after the phones began to train."""
    now = classroom.state().task_since + seconds
    monkeypatch.setattr(time, "time", lambda: now)


def wall_trains(training: ClassTraining) -> int:
    """Has an open wall train all that is wanted, always with one result; returns how many networks that were."""
    count = 0
    training.follow(wall_is_open=True)
    while training.wanted:
        assert len(training.wanted) <= AT_ONCE
        count += len(training.wanted)
        for cell, seed in training.wanted:
            training.take({"cell": cell, "seed": seed, "right": [300] * 8, "correct": some_correct([300])})
        training.follow(wall_is_open=True)
    return count


def test_a_wall_trains_what_is_missing_and_without_one_the_class_waits_for_it(
    classroom: Classroom, training: ClassTraining
) -> None:
    hold(classroom, 4)
    for is_open in (False, True, False):
        training.follow(is_open)
        assert (training.waits, training.lacks_wall) == (True, not is_open)
    assert wall_trains(training) == 36 + 4 + 4, "the phones' again, and four for those, which came out differently"
    assert Counter(network.status for network in classroom.networks.sent()) == {"left out": 4}
    assert origins(classroom) == {"server": 2 * FEWEST}
    training.follow(wall_is_open=False)
    assert (training.waits, training.lacks_wall) == (False, False)


def test_a_network_that_nobody_wants_is_ignored_and_one_that_no_training_gives_refused(
    classroom: Classroom, training: ClassTraining
) -> None:
    hold(classroom, 0)
    training.follow(wall_is_open=True)
    [(cell, seed), *_] = training.wanted
    sent = {"cell": cell, "seed": seed, "right": [300] * 8, "correct": some_correct([300])}
    for wrong in ({"right": [501] * 8}, {"right": None}, {"correct": some_correct([299])}, {"correct": None}):
        with pytest.raises(UserError):
            training.take(sent | wrong)
    for other in ({}, {"cell": cell}, sent | {"seed": 3}, sent | {"seed": str(seed)}, sent | {"cell": [cell]}):
        training.take(other)
    assert origins(classroom) == {}
    for _ in range(2):  # two walls
        training.take(sent)
    assert origins(classroom) == {"server": 1}
    classroom.end()
    training.take(sent)


def test_where_a_wall_cannot_train_a_recording_is_played_until_the_next_lecture(
    classroom: Classroom, training: ClassTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(classroom, 0)
    training.follow(wall_is_open=True)
    [(cell, seed), *_] = training.wanted
    training.take({"cell": cell, "seed": seed, "right": [], "correct": ""})
    for seconds, networks in ((RECORDING_SECONDS / 2, FEWEST), (RECORDING_SECONDS, 2 * FEWEST)):
        wait(monkeypatch, classroom, seconds)
        training.follow(wall_is_open=True)
        assert origins(classroom) == {"recording": networks}
        assert not training.wanted
    hold(classroom, 0)
    assert wall_trains(training) == 2 * FEWEST


def test_a_result_that_came_out_differently_after_any_epoch_or_of_any_review_is_left_out(
    classroom: Classroom, training: ClassTraining
) -> None:
    hold(classroom, 0)
    sent = [
        ([450] + [300] * 7, None),
        ([302] + [298] * 7, None),
        ([301] * 8, packed_bits(np.arange(500) >= 199)),  # as many, but others
        ([300] * 8, packed_bits((np.arange(500) < 302) & (np.arange(500) > 1))),  # two dropped, two others
        ([299] * 8, packed_bits((np.arange(500) < 300) & (np.arange(500) != 7))),
    ]
    for number, (right, correct) in enumerate(sent):
        send(classroom, f"phone {number}", right, correct)
    wall_trains(training)
    statuses = {network.right[0]: network.status for network in classroom.networks.sent()}
    different, same = dict.fromkeys((450, 301, 300), "left out"), dict.fromkeys((302, 299), "repeated")
    assert statuses == different | same


def test_results_that_nobody_sees_are_repeated_first(
    classroom: Classroom, training: ClassTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnn_compare.lecture.class_training.FEWEST", 0)
    hold(classroom, 12)
    for device in ("far", "farther"):
        send(classroom, device, [500] * 8)
    training.follow(wall_is_open=False)
    seeds = [seed for _, seed in training.wanted]
    assert seeds[:2] == [seed_of(classroom.number(), number) for number in (13, 14)]
    assert len(seeds) == AT_ONCE, "then those that may be invented although they are near"
    assert (training.waits, training.lacks_wall) == (False, True)


def test_a_clock_that_is_set_back_plays_no_class_at_once(
    classroom: Classroom, training: ClassTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(classroom, 6)
    classroom.begin("luck", task=PHONES.name, replayed=classroom.number())
    classroom.start_task()
    for seconds, networks in ((-10.0, 0), (RECORDING_SECONDS / 2, 3), (RECORDING_SECONDS, 6)):
        wait(monkeypatch, classroom, seconds)
        training.follow(wall_is_open=False)
        assert len(classroom.networks.all()) == networks
        assert training.waits is (networks < 6)


def test_a_verdict_waits_until_phones_that_are_here_and_the_wall_have_trained(
    classroom: Classroom, training: ClassTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(classroom, 0)
    classroom.join("asleep")
    with classroom.pages.opened("asleep"):
        for seconds, missing in ((5.0, 1), (31.0, 0)):
            wait(monkeypatch, classroom, seconds)
            training.follow(wall_is_open=True)
            assert training.waits
            wall_trains(training)
            assert len(classroom.networks.all()) == 2 * FEWEST - missing
            assert training.waits is bool(missing), "one phone that sleeps keeps nobody waiting for long"


def test_a_locked_record_keeps_the_wall_and_the_networks_are_recorded_later(
    restart: Callable[[], Classroom], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "busy_seconds", 0.0)
    classroom = restart()
    classroom.begin("luck", recorded=True, task=PHONES.name)
    classroom.start_task()
    later = classroom.state().task_since + 60
    monkeypatch.setattr(time, "time", lambda: later)
    training = ClassTraining(lambda: classroom)
    with closing(sqlite3.connect(tmp_path / "lecture.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        training.follow(wall_is_open=True)
        assert origins(classroom) == {}
        assert "Another program holds it." in training.problem
    training.follow(wall_is_open=True)
    assert origins(classroom) == {"recording": 2 * FEWEST}
    assert training.problem == ""
