"""Each shipped lecture is given as on its tape (``tape.py``), and wall, notes and phones get what they got then."""

import inspect
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rnn_compare.class_networks.networks import ClassResult
from rnn_compare.lecture import class_training, presses
from rnn_compare.lecture.lecture_file import find
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.reviews import prepared
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server.app import App
from rnn_compare.server.lecture import presenter
from rnn_compare.services.services import Services

from . import tape
from .tape import Stage

LECTURES = sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml"))


@pytest.fixture
def stage(
    own_app: App, services: Services, prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """A first start, in a network of which phones can reach it; recordings are over at once."""
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
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
def test_a_lecture_shows_what_is_on_its_tape(name: str, stage: Stage) -> None:
    lecture, events = find(name), tape.load(name)
    for index in range(len(lecture.steps)):
        for experiment in lecture.preset_at(index).experiments():
            prepared.prepare(experiment.dataset)  # else a thread does, and the first verdict waits for it
    played = []
    for number, (event, before) in enumerate(zip(tape.play(events, stage), events, strict=True), 1):
        played.append(event)
        if "RECORD_TAPES" not in os.environ:
            assert event == before, f"event {number} of {name}: {event['do']}"
    if "RECORD_TAPES" in os.environ:
        tape.save(name, played)


def test_while_a_recording_plays_reveal_and_findings_say_that_it_is_not_live(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 1e6)
    stage.begin("gates")
    while stage.classroom.state().phase != "revealed":
        stage.next()
    for _ in ("the best network", "the lead", "findings"):
        notes = [part for part in tape.wall(stage, stage._shown())["parts"] if part.get("small")]
        assert notes[0]["lines"][0].startswith("Replay, not live: recorded on another machine")
        stage.next()


def test_the_tapes_have_every_event_and_every_step_of_the_lectures() -> None:
    events = [event for name in LECTURES for event in tape.load(name)]
    possible = {name for name, _ in inspect.getmembers(Stage, inspect.isfunction) if not name.startswith("_")}
    assert {event["do"] for event in events} == possible
    for name in LECTURES:
        steps = len(find(name).steps)
        shown = {event["wall"].get("place") for event in tape.load(name) if "wall" in event}
        assert shown >= {f"{number} / {steps}" for number in range(1, steps + 1)}
