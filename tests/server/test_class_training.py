"""Which of a class's networks the server trains again, and what it does for those that are missing."""

import itertools
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.trained.class_networks import ClassNetwork
from rnn_compare.lecture.trained.class_task import class_task, packed_bits, seed_of
from rnn_compare.presets import PHONES
from rnn_compare.server.class_training import (
    FEWEST,
    MOST_FAILURES,
    RECORDING_SECONDS,
    REPEATED,
    ClassTraining,
    to_repeat,
)
from rnn_compare.training.analyses import Analysis
from rnn_compare.training.engine import Engine
from tests.lecture.trained_class import hold, send, some_correct

TASK = class_task(PHONES.name)
SENT = [ClassNetwork("LSTM", seed_of(1, number), (250, 300 + number)) for number in range(1, 61)]
ENDS = {301, 302, 303, 358, 359, 360}


def bests(networks: list[ClassNetwork]) -> list[int]:
    return [network.best for network in networks]


def test_the_most_distant_are_repeated_first_then_as_many_others_that_nobody_can_foresee() -> None:
    chosen = {secret: bests(to_repeat(TASK, SENT, secret)) for secret in map(str, range(200))}
    assert all(len(set(places)) == 2 * REPEATED for places in chosen.values())
    assert all(set(places[:REPEATED]) < ENDS for places in chosen.values())
    others = [best for places in chosen.values() for best in places[REPEATED:]]
    assert set(others) >= {network.best for network in SENT} - ENDS, "each other one may be among them"
    assert max(map(others.count, others)) < 4 * len(others) / len(SENT)


def test_what_was_repeated_is_not_again_and_for_each_that_is_left_out_another_one_is() -> None:
    chosen = to_repeat(TASK, SENT, "secret")
    repeated = [replace(network, status="repeated" if network in chosen else "") for network in SENT]
    assert to_repeat(TASK, repeated, "secret") == []
    counting = [network for network in repeated if network.deal != chosen[0].deal]
    assert len(to_repeat(TASK, counting, "secret")) == 1


def test_the_servers_own_and_recorded_networks_are_not_repeated() -> None:
    own = [replace(network, origin="server") for network in SENT[:30]]
    played = [replace(network, origin="recording") for network in SENT[30:]]
    assert to_repeat(TASK, own + played, "secret") == []


HONEST = (300,) * 8, some_correct([300])


class Workers:
    """An engine whose trainings end at once, the next ones with a problem."""

    def __init__(self) -> None:
        self.failing = 0

    def analyse(self, *_: Any) -> Analysis:
        self.failing -= 1
        return Analysis(problem="No worker answered.") if self.failing >= 0 else Analysis(result=HONEST)


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[Classroom]:
    held = Classroom(tmp_path / "lecture.db")
    yield held
    held.close()


def origins(classroom: Classroom) -> Counter[str]:
    return Counter(network.origin for network in classroom.networks.all())


def test_a_worker_that_is_lost_makes_no_class_a_recording_but_workers_that_never_answer_do(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers, seconds = Workers(), itertools.count(int(time.time()), 10)
    training = ClassTraining(cast("Engine", workers), lambda: classroom)
    monkeypatch.setattr(time, "time", lambda: next(seconds))
    # What workers could not do in one lecture they try again in the next.
    for failing, origin in ((MOST_FAILURES - 1, "server"), (10**9, "recording"), (0, "server")):
        hold(classroom, 0)
        workers.failing = failing
        for _ in range(20):
            training.follow()
        assert origins(classroom) == {origin: 2 * FEWEST}


def test_a_result_that_came_out_differently_after_any_epoch_or_of_any_review_is_left_out(classroom: Classroom) -> None:
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
    training = ClassTraining(cast("Engine", Workers()), lambda: classroom)
    training.follow()
    assert not any(network.status for network in classroom.networks.sent()), "what is missing is trained first"
    for _ in sent:
        training.follow()
    statuses = {network.right[0]: network.status for network in classroom.networks.sent()}
    different, same = dict.fromkeys((450, 301, 300), "left out"), dict.fromkeys((302, 299), "repeated")
    assert statuses == different | same


def test_results_that_nobody_sees_are_repeated_first(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = list[int]()

    class Busy:
        def analyse(self, _: object, experiment: Experiment) -> Analysis:
            seeds.append(experiment.seed)
            return Analysis()

    monkeypatch.setattr("rnn_compare.server.class_training.FEWEST", 0)
    hold(classroom, 12)
    for device in ("far", "farther"):
        send(classroom, device, [500] * 8)
    ClassTraining(cast("Engine", Busy()), lambda: classroom).follow()
    assert seeds[:2] == [seed_of(classroom.number(), number) for number in (13, 14)]
    assert len(seeds) == 4, "then those that may be invented although they are near"


def test_a_clock_that_is_set_back_plays_no_class_at_once(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(classroom, 6)
    earlier = classroom.number()
    classroom.begin("luck", task=PHONES.name, replayed=earlier)
    classroom.start_task()
    training = ClassTraining(cast("Engine", Workers()), lambda: classroom)
    since = classroom.state().task_since
    for elapsed, networks in ((-10.0, 0), (RECORDING_SECONDS / 2, 3), (RECORDING_SECONDS, 6)):
        monkeypatch.setattr(time, "time", lambda now=since + elapsed: now)
        training.follow()
        assert len(classroom.networks.all()) == networks
        assert training.waits is (networks < 6)


def test_a_verdict_waits_until_phones_that_are_here_and_this_machine_have_trained(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(classroom, 0)
    classroom.join("asleep")
    training = ClassTraining(cast("Engine", Workers()), lambda: classroom)
    with classroom.pages.opened("asleep"):
        since = classroom.state().task_since
        for elapsed in (5.0, 29.0, 31.0):
            monkeypatch.setattr(time, "time", lambda now=since + elapsed: now)
            training.follow()
            assert training.waits
        training.follow()
        assert not training.waits, "one phone that sleeps keeps nobody waiting"


def test_a_locked_record_keeps_the_wall_and_the_networks_are_recorded_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClassroomRecord, "busy_seconds", 0.0)
    classroom = Classroom(tmp_path / "lecture.db")
    hold(classroom, 2)
    later = classroom.state().task_since + 60
    monkeypatch.setattr(time, "time", lambda: later)
    training = ClassTraining(cast("Engine", Workers()), lambda: classroom)
    with closing(sqlite3.connect(tmp_path / "lecture.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            training.follow()
        assert origins(classroom) == {"phone": 2}
        assert "Another program holds it." in training.problem
    for _ in range(20):
        training.follow()
    assert origins(classroom).total() == 2 * FEWEST
    assert training.problem == ""
    classroom.close()
