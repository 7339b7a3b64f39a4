"""No message to a wall or a phone has what the class is to predict, at any press of any shipped lecture.

The networks of a lecture are trained before it begins, with other seeds and lengths, and in it; each has figures that
are nobody else's.
"""

import contextlib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.lecture import presses
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.lecture_file import Lecture, load
from rnn_compare.lecture.stage import Stage
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.runs.events import Ended, EpochEnd, Started, Status
from rnn_compare.runs.record import Owner, Run
from tests.app.test_curtain import answered
from tests.kit.lectures import messages, vote

LECTURES = [load(path) for path in sorted(SHIPPED_LECTURES.glob("*.toml"))]
IN_THE_GATE = ("book-recorded", "memory-live")
"""``pytest -m thorough`` gives all lectures whose networks are runs, not the phones', both live and recorded."""
WAYS = [
    pytest.param(lecture, way == "recorded", id=name, marks=() if name in IN_THE_GATE else pytest.mark.thorough)
    for lecture in LECTURES
    for way in ("live", "recorded")
    if lecture.trained_settings() and (name := f"{lecture.name}-{way}")
]
OTHERS: tuple[dict[str, Any], ...] = ({"seed": 2}, {"epochs": 12}, {"patience": 2})
"""Changes of a setting that leave its curve, or the beginning, as it is."""


def train(stage: Stage) -> None:
    """Has all runs end with figures that are nobody else's."""
    for run in stage.services.store.runs():
        if run.status.ended:
            continue
        chance = random.Random(run.experiment.model_dump_json())
        stage.services.store.record([Started(run.id, 10, "", {}, 1.0)])
        for epoch in range(1, run.experiment.epochs + 1):
            figures = {name: round(chance.uniform(0.51, 0.97), 6) for name in all_metrics()}
            stage.services.store.record([EpochEnd(run.id, epoch, figures, 1.5)])
        stage.services.store.record([Ended(run.id, Status.FINISHED, None, 60.0)])
    stage.services.refresh()


def record(stage: Stage, lecture: Lecture, **change: Any) -> None:
    """Records trainings of all of a lecture's networks, changed so, as if a visitor had pressed Train."""
    for index in range(len(lecture.steps)):
        for experiment in lecture.preset_at(index).experiments():
            stage.services.store.create([experiment.model_copy(update=change)], Owner.current(), "page")
    train(stage)


def unrevealed(lecture: Lecture, state: State) -> set[str]:
    """Returns the curves that are still to be revealed."""
    kinds = [step.kind for step in lecture.steps]
    curves: dict[bool, set[str]] = {False: set(), True: set()}
    for index in (index for index, kind in enumerate(kinds) if kind.trains):
        reveal = next(place for place in range(index, len(kinds)) if kinds[place].reveals)
        is_revealed = state.step > reveal or (state.step == reveal and state.phase == "revealed")
        curves[is_revealed] |= set(map(curve, lecture.preset_at(index).experiments()))
    return curves[False] - curves[True]


def curve(experiment: Experiment) -> str:
    """Returns an experiment without what leaves its curve, or the beginning, as it is."""
    same: dict[str, Any] = {"seed": 1, "epochs": 1, "patience": 0, "stock_layers": False}
    if experiment.cell == "SimpleRNN":
        same["forget_bias"] = None  # it has no gate
    return repr(experiment.model_copy(update=same))


def telling(run: Run) -> set[str]:
    """Returns all forms in which a run's figures are sent."""
    curves = [[epoch.figures[name] for epoch in run.epochs] for name in all_metrics()]
    best = max(epoch.figures["val_accuracy"] for epoch in run.epochs)
    return {run.id} | {packed(values[:3]) for values in curves} | {percent(best), str(best)}


def leaks(stage: Stage, lecture: Lecture) -> dict[str, set[str]]:
    """Returns where a figure is sent that is to be predicted, and which."""
    hidden_curves = unrevealed(lecture, stage.classroom().state())
    runs = stage.services.store.runs()
    hidden = [run for run in runs if curve(run.experiment) in hidden_curves and run.epochs]
    shown = {text for run in runs if curve(run.experiment) not in hidden_curves and run.epochs for text in telling(run)}
    needles = {text for run in hidden for text in telling(run)} - shown
    sent = {page: text(message) for page, message in messages(stage).items()}
    sent |= {f"first {page}": text(message) for page, message in messages(stage, is_quick=True).items()}
    sent["live"] = answered([])
    marks = {place: {needle for needle in needles if needle in content} for place, content in sent.items()}
    return {place: needles for place, needles in marks.items() if needles}


def text(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def given_to_the_end(stage: Stage) -> Iterator[State]:
    """Gives a lecture that has begun with a class that answers, one press after the other."""
    classroom = stage.classroom()
    while True:
        train(stage)
        state = classroom.state()
        if state.phase == "open" and state.question:
            for answer in (1, [0.5] * state.question.epochs):  # whichever it takes
                with contextlib.suppress(UserError):
                    vote(stage, answer)
        yield classroom.state()
        before = classroom.state()
        presses.press(stage, "next")
        if place(classroom.state()) == place(before):
            return


def place(state: State) -> tuple[int, str, str]:
    return state.step, state.phase, state.question.id if state.question else ""


@pytest.mark.parametrize(("lecture", "recording"), WAYS)
def test_until_the_reveal_nobody_is_sent_a_figure_of_its_networks_and_then_all_are_in_sight(
    stage: Stage, lecture: Lecture, recording: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 1e-6)
    for change in ({}, *OTHERS):
        record(stage, lecture, **change)
    presses.begin(stage, lecture.name, from_recording=recording)
    trained, phases = [], set()
    for state in given_to_the_end(stage):
        assert leaks(stage, lecture) == {}, state
        hidden = unrevealed(lecture, state)
        revealed = [run.id for run in stage.services.store.runs() if curve(run.experiment) not in hidden]
        trains_again = state.hidden  # what a later step trains of a curve that was revealed, until its own reveal
        assert [run.id for run in stage.services.runs()] == [run for run in revealed if run not in trains_again], state
        for is_quick in (True, False):
            assert untimely(state, messages(stage, is_quick)) == []
        phases.add(state.phase)
        if lecture.steps[state.step].kind.trains:
            runs = stage.services.store.runs(state.runs)
            trained.append(sorted(repr(run.experiment) for run in runs))
            wanted = lecture.preset_at(state.step).experiments()
            assert trained[-1] == sorted(map(repr, wanted)), "each step trains its own networks"
        if state.step == 2:
            record(stage, lecture, seed=9)  # what visitors train meanwhile
    assert trained
    assert phases >= {"open", "closed", "revealed"}
    assert hidden == set()
    assert stage.services.snapshot().hidden == []


def untimely(state: State, sent: dict[str, dict[str, Any]]) -> list[str]:
    """Returns what wall and phones have that tells what is right, or how others answered, before it is revealed."""
    questions = [sent[page]["question"] or {} for page in ("wall", "phones")]
    marks = ["right" for question in questions if "right" in question]
    if state.phase == "revealed":
        return marks
    facts = [(page, name) for page in ("wall", "phones") for name in ("outcome", "tallies")]
    facts += [("wall", "score"), ("wall", "surprised"), ("phones", "curves"), ("phones", "hasRuns")]
    if state.phase == "shown":
        facts.remove(("wall", "tallies"))
    return marks + [f"{page}: {name}" for page, name in facts if sent[page][name]]
