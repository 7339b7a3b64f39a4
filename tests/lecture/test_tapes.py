"""Each shipped lecture is given as on its tape (``tape.py``), and wall, notes and phones get what they got then.

It needs nothing but its recording: no worker, no network, no training, and of the reviews only those that are shipped.
"""

import inspect
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rnn_compare.class_networks.networks import ClassResult
from rnn_compare.lecture import class_training, presses
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.presses import PRESSES
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server.app import App
from rnn_compare.server.lecture import presenter
from rnn_compare.services.services import Services
from rnn_compare.training.engine import Engine
from tests.kit.waiting import until

from . import tape
from .tape import Stage

LECTURES = sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml"))
ON_NO_TAPE = {"open_vote", "close_vote", "train", "continue_training", "read", "trained"}
"""Presses that are in ``test_presses.py`` or, of the wall's browser, in ``test_class_training.py``."""


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a worker or another machine was needed for; none answers."""
    needs: list[str] = []

    def no_worker(_engine: Engine, _patience: float) -> None:
        needs.append("a worker")

    def no_network(connection: socket.socket, address: object) -> None:
        if connection.type is socket.SOCK_STREAM:  # a datagram's asks for this machine's own address
            needs.append(str(address))
        raise OSError("There is no network.")

    monkeypatch.setattr(Engine, "_ready_workers", no_worker)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    return needs


@pytest.fixture
def stage(
    own_app: App, services: Services, prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """A first start, in a network of which phones can reach it; recordings are over at once."""
    (reviews := tmp_path / "cache" / "reviews").mkdir()
    [bundled] = (prepared_cache / "reviews").glob("bundled-*")
    (reviews / bundled.name).symlink_to(bundled)
    add_shipped(services.store)
    services.refresh()
    monkeypatch.setattr("streamlit.get_option", {"server.address": "0.0.0.0", "server.port": 8501}.get)
    monkeypatch.setattr(presenter, "own_address", lambda: "10.1.2.3")
    monkeypatch.setattr(time, "localtime", time.gmtime)  # of a recording's day
    monkeypatch.setattr(ClassResult, "date", property(lambda result: f"the day of lecture {result.lecture}"))
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 1e-6)
    monkeypatch.setattr(class_training, "RECORDING_SECONDS", 1e-6)
    monkeypatch.setattr(class_training, "PATIENCE_SECONDS", 1e6)  # phones that are here send their networks
    lecture_stage = own_app.stage()
    assert lecture_stage is not None
    with ExitStack() as pages:
        yield Stage(lecture_stage, pages)


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_shows_what_is_on_its_tape_without_a_worker_or_a_network(
    name: str, stage: Stage, needed: list[str]
) -> None:
    lecture, events = find(name), tape.load(name)
    for index in range(len(lecture.steps)):
        for experiment in lecture.preset_at(index).experiments():
            prepared.prepare(experiment.dataset)  # else a thread does, and the first verdict waits for it
    played = []
    for number, (event, before) in enumerate(zip(tape.play(events, stage), events, strict=True), 1):
        played.append(event)
        if "RECORD_TAPES" not in os.environ:
            assert event == before, f"event {number} of {name}: {event['do']}"
    assert needed == []
    if "RECORD_TAPES" in os.environ:
        tape.save(name, played)


def test_reviews_that_are_not_shipped_are_prepared_while_the_presenter_talks(stage: Stage) -> None:
    stage.do("begin", "memory")
    lecture = find("memory")
    while not lecture.steps[stage.classroom.state().step].kind.trains:
        stage.do("next")
        stage.shown()
    datasets = [experiment.dataset for experiment in lecture.preset_at(stage.classroom.state().step).experiments()]
    until(lambda: all(map(prepared.is_prepared, datasets)))


def test_the_tapes_have_every_event_and_every_step_of_the_lectures() -> None:
    events = [event for name in LECTURES for event in tape.load(name)]
    methods = {name for name, _ in inspect.getmembers(Stage, inspect.isfunction) if not name.startswith("_")}
    assert {event["do"] for event in events} == methods - {"do", "shown"} | PRESSES.keys() - ON_NO_TAPE
    for name in LECTURES:
        steps = len(find(name).steps)
        places = {event["wall"].get("place") for event in tape.load(name) if "wall" in event}
        assert places >= {f"{number} / {steps}" for number in range(1, steps + 1)}
