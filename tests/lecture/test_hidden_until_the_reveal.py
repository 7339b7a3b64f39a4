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
from rnn_compare.class_networks.networks import recorded
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.lecture import presses
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.lecture_file import Lecture, load
from rnn_compare.lecture.stage import Stage
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.presets import PHONES
from rnn_compare.runs.events import Ended, EpochEnd, Started, Status
from rnn_compare.runs.record import Owner, Run
from tests.app.test_curtain import answered
from tests.kit.classes import send
from tests.kit.lectures import messages, vote

LECTURES = [load(path) for path in sorted(SHIPPED_LECTURES.glob("*.toml"))]
OF_RUNS = [
    pytest.param(lecture, id=lecture.name, marks=() if lecture.name == "book" else pytest.mark.thorough)
    for lecture in LECTURES
    if lecture.trained_settings()
]
"""Whose networks are runs, not the phones'. The gate gives the book's; ``pytest -m thorough`` gives all."""
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
    assert [run.id for run in hidden if not stage.classroom().state().hides(run)] == []
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
        if state.task_since and not classroom.networks.sent():
            send(classroom, "a phone", next(iter(recorded(PHONES.name).values())).right)
        yield classroom.state()
        before = classroom.state()
        presses.press(stage, "next")
        if place(classroom.state()) == place(before):
            return


def place(state: State) -> tuple[int, str, str]:
    return state.step, state.phase, state.question.id if state.question else ""


@pytest.mark.parametrize("recording", [False, True], ids=["live", "recorded"])
@pytest.mark.parametrize("lecture", OF_RUNS)
def test_until_the_reveal_nobody_is_sent_a_figure_of_its_networks(
    stage: Stage, lecture: Lecture, recording: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "RECORDING_SECONDS", 1e-6)
    for change in ({}, *OTHERS):
        record(stage, lecture, **change)
    presses.begin(stage, lecture.name, from_recording=recording)
    trained = []
    for state in given_to_the_end(stage):
        assert leaks(stage, lecture) == {}, state
        if lecture.steps[state.step].kind.trains:
            runs = stage.services.store.runs(state.runs)
            trained.append(sorted(repr(run.experiment) for run in runs))
            wanted = lecture.preset_at(state.step).experiments()
            assert trained[-1] == sorted(map(repr, wanted)), "each step trains its own networks"
        if state.step == 2:
            record(stage, lecture, seed=9)  # what visitors train meanwhile
    assert trained
    assert unrevealed(lecture, stage.classroom().state()) == set()
    assert stage.services.snapshot().hidden == []
    assert [run.id for run in stage.services.runs()] == [run.id for run in stage.services.store.runs()]


@pytest.mark.parametrize("lecture", LECTURES, ids=[lecture.name for lecture in LECTURES])
def test_before_its_reveal_no_vote_is_tallied_and_nothing_is_marked_as_right(stage: Stage, lecture: Lecture) -> None:
    presses.begin(stage, lecture.name)
    phases = set()
    for state in given_to_the_end(stage):
        phases.add(state.phase)
        for is_quick in (True, False):
            sent = messages(stage, is_quick)
            assert "right" not in (sent["wall"]["question"] or {}).keys() | (sent["phones"]["question"] or {}).keys()
            if state.phase != "revealed":
                for page in ("wall", "phones"):
                    assert sent[page]["outcome"] is None
                    assert not sent[page]["tallies"] or (page, state.phase) == ("wall", "shown")
                assert (sent["wall"]["score"], sent["wall"]["surprised"]) == ("", "")
                assert (sent["phones"]["curves"], sent["phones"]["hasRuns"]) == (None, False)
            if not state.task_shown and sent["phones"]["task"]:
                assert sent["phones"]["task"]["cells"] is None
    assert {"open", "closed"} <= phases


def test_what_was_revealed_stays_in_sight_while_the_next_is_predicted(stage: Stage) -> None:
    lecture = next(lecture for lecture in LECTURES if lecture.name == "memory")
    record(stage, lecture, seed=2)
    curves = [
        set(map(curve, lecture.preset_at(index).experiments()))
        for index, step in enumerate(lecture.steps)
        if step.kind.trains
    ]
    first, second = curves[0], curves[1] - curves[0]
    assert len(second) == len(curves[1]) - 1, "the SimpleRNN has no gate to open: its curve is revealed already"

    def in_sight() -> tuple[bool, bool]:
        seen = {curve(run.experiment) for run in stage.services.runs()}
        return first <= seen, bool(second & seen)

    assert in_sight() == (True, True)
    presses.begin(stage, "memory")
    assert in_sight() == (False, False)
    sights = set()
    for state in given_to_the_end(stage):
        hidden = unrevealed(lecture, state)
        assert in_sight() == (hidden.isdisjoint(first), hidden.isdisjoint(second))
        sights.add(in_sight())
    assert sights == {(False, False), (True, False), (True, True)}
