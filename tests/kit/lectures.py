"""A lecture that tests give: its file, what its presenter and its class do, and what wall, notes and phones get."""

import json
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture import presses
from rnn_compare.lecture.lecture_file import Lecture, find
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import edited_lecture
from rnn_compare.server.lecture import stream
from tests.kit.runs import record

SHORT = 'title = "Short"\npreset = "Short"\n'
BEST = """
[[steps]]
kind = "predict"
title = "Which?"
[steps.question]
id = "best"
kind = "best_network"
text = "Which is best?"
"""
TO_THE_REVEAL = """
[[steps]]
kind = "train"
title = "Learning"
[[steps]]
kind = "reveal"
title = "What happened"
"""
LECTURE = f"""{SHORT}
[[steps]]
kind = "text"
title = "Why?"
text = "**Words** for the <wall>"
notes = "For you *alone*"
[[steps]]
kind = "networks"
title = "Two"
{BEST}
[[steps]]
kind = "predict"
title = "Draw"
[steps.question]
id = "curve"
kind = "curve"
text = "Draw it."
network = "LSTM(32)"
{TO_THE_REVEAL}
[[steps]]
kind = "findings"
title = "What it says"
[[steps]]
kind = "review"
title = "Yours"
[[steps]]
kind = "home"
title = "Home"
"""
GATE = """
[[steps]]
kind = "predict"
title = "Before"
[steps.question]
id = "gate"
kind = "own"
text = "Which gate forgets?"
choices = ["input", "forget"]
right = 1
"""
ASKED_AGAIN = f"""{SHORT}{GATE}
[[steps]]
kind = "predict"
title = "After"
[steps.question]
id = "gate-after"
repeats = "gate"
"""
ACCURACIES = {"SimpleRNN": (0.55, 0.61, 0.66, 0.7, 0.7113), "LSTM": (0.6, 0.7, 0.8, 0.85, 0.9117)}
"""Figures that are nobody else's."""
Event = str | tuple[str, object] | list[Any]
"""A press, a press with its value, or answers of as many devices to the current question, with how sure they are."""


def write(text: str) -> None:
    """Writes the lecture's file."""
    path = edited_lecture("mine")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def lecture() -> Lecture:
    """Returns the lecture as its file is now."""
    return find("mine")


def begin(stage: Stage, text: str = LECTURE, from_recording: bool = False) -> None:
    """Begins the lecture of this file."""
    write(text)
    presses.begin(stage, "mine", from_recording)


def give(stage: Stage, *events: Event) -> None:
    """Has presenter and class do something, one after the other."""
    for event in events:
        match event:
            case list(answers):
                vote(stage, *answers)
            case "finish":
                finish(stage)
            case "end of file":
                write("title = Mine")
            case str():
                presses.press(stage, event)
            case (name, value):
                presses.press(stage, name, value)


def vote(stage: Stage, *answers: object, confidence: int | None = None) -> None:
    """Answers the current question from as many devices."""
    state = stage.classroom().state()
    for device, answer in enumerate(answers):
        level = confidence if state.question and state.question.confidence else None
        question = state.question and state.question.id
        stage.classroom().answer(f"device-{device}", question, state.round, answer, level)


def go_to(stage: Stage, title: str) -> None:
    """Presses on until a step is shown; its trainings have ended."""
    while (state := stage.classroom().state()).title != title:
        presses.press(stage, "next")
        if state.runs:
            finish(stage)


def finish(stage: Stage) -> None:
    """Has the runs that wait end."""
    for run in stage.services.store.runs():
        if not run.status.ended:
            record(stage.services.store, run.experiment, ACCURACIES[run.experiment.cell], run=run.id)
    stage.services.refresh()


def record_before(stage: Stage) -> None:
    """Has the networks of the lecture trained once, before it begins."""
    stage.services.engine.submit(lecture().preset_at(0).experiments())
    finish(stage)


def messages(stage: Stage, is_quick: bool = False) -> dict[str, Any]:
    """Returns what wall, notes and phones are sent just now; ``is_quick``: the first message after a change."""
    classroom = stage.classroom()
    events, _ = stream.build(stage, classroom, classroom.state(), {"wall", "notes", "phones"}, is_quick)
    return {name: json.loads(event.partition(b"data: ")[2]) for name, event in events.by_audience.items()}


def refused(stage: Stage, *event: Any) -> str:
    """Returns why a press is refused, in a sentence; "" if it is not."""
    try:
        presses.press(stage, *event)
    except UserError as error:
        return str(error)
    return ""


def pressable(message: dict[str, Any]) -> list[str]:
    """Returns the labels of the presses that a page offers."""
    return [press["label"] for press in message["presses"]]
