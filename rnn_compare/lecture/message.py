"""A scene as messages to three audiences: wall, notes and phones.

Phones and wall get the same content. Before the reveal no message but the presenter's has an accuracy, a curve, a tally
or a right answer.
"""

from typing import Any

from rnn_compare.lecture import phone_message, votes
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.controls import Tally
from rnn_compare.lecture.lecture_file import Part, Press
from rnn_compare.lecture.plain_text import html
from rnn_compare.lecture.questions import Question, QuestionOutcome
from rnn_compare.lecture.scene import Scene
from rnn_compare.lecture.steps import class_trains
from rnn_compare.lecture.steps.train import progress
from rnn_compare.runs.record import Run

Message = dict[str, Any]
MOST_LISTED = 30
"""Newest reviews that the notes list."""


def for_wall(scene: Scene, parts: list[Part], outcome: QuestionOutcome | None) -> Message:
    """Returns the message to the wall."""
    phase = scene.state.phase
    question = None if scene.state.task_shown and scene.step.kind.phones_train else scene.state.question
    tallied = question if phase in ("shown", "revealed") else None
    # The step of a question names what is right, if anything is; other steps say also why nothing is.
    says = outcome is not None and (outcome.answer is not None or not scene.step.kind.asks)
    return {
        **_place(scene),
        "text": html(scene.step.text),
        "writes": scene.step.kind.writes,
        "question": phone_message.question_message(question) if question else None,
        "parts": _for(parts, "wall"),
        **_bars(scene, tallied, outcome),
        "outcome": phone_message.outcome_message(outcome) if outcome and says else None,
        "score": votes.score_of(scene, question) if question and outcome else "",
        "surprised": votes.surprised(scene, question) if question and outcome else "",
        "discussion": votes.discussion(scene) if scene.step.question else "",
        "presses": scene.step.kind.presses(scene),
        "train": _trainings(scene),
    }


def for_notes(scene: Scene, outcome: QuestionOutcome | None) -> Message:
    """Returns the message to the presenter's second screen; after a reveal its ``outcome`` follows the curves."""
    state, question = scene.state, scene.state.question
    if state.phase in ("closed", "shown") and question:
        outcome = scene.outcome(question)
    tallied = question if outcome else None
    runs = [f"{run.title}: {progress([run])}" for run in scene.all_runs]
    return {
        **_place(scene),
        "notes": html(f"{scene.step.notes or '*No notes for this step.*'}\n\n{_answered(scene)}"),
        "question": phone_message.question_message(question) if question else None,
        "next": _next(scene),
        "began": scene.classroom.began(),
        "sentences": votes.sentences(scene, tallied) if tallied else [],
        **_bars(scene, tallied, outcome),
        "outcome": phone_message.outcome_message(outcome) if outcome else None,
        "lines": [*(class_trains.lines(scene) if state.task_since else []), *runs],
        "reviews": [
            {"id": review.id, "text": review.text, "shown": review.shown}
            for review in scene.classroom.reviews()[::-1][:MOST_LISTED]
        ],
        "takesReviews": scene.step.kind.takes_reviews,
        "onWall": state.wall_review_id,
        "warnings": [*scene.services.store.warnings, *scene.classroom.warnings],
        "presses": _of_notes(scene),
    }


def for_phones(
    classroom: Classroom,
    state: State,
    scene: Scene | None,
    parts: list[Part],
    outcome: QuestionOutcome | None,
    dashboard: str = "",
) -> Message:
    """Returns the message to all phones; without a scene there is no lecture, or its file is not valid.

    Args:
        dashboard: The address of the page with what phones watch while there is no lecture.
    """
    runs, tallies = list[Run](), list[Tally]()
    if scene and state.phase == "revealed":
        runs = scene.visible_runs
        tallies = votes.tallies(state.question, votes.rounds_of(scene, state.question)) if state.question else []
    here = scene is not None and scene.step.kind.name.startswith("class_")
    return phone_message.for_all(state, runs, tallies, outcome) | {
        "lecture": lecture_of(classroom),
        "parts": _for(parts, "phones"),
        "task": phone_message.of_task(state, classroom.networks.all(), here),
        "dashboard": dashboard,
    }


def problem(sentence: str, state: State) -> Message:
    """Returns the message to wall and notes while the lecture's file is not valid."""
    return {"on": bool(state.lecture), "problem": sentence, "lecture": 0, "parts": [], "presses": []}


def lecture_of(classroom: Classroom) -> int:
    """Returns when the lecture began, in microseconds since 1970: pages know it by that."""
    return round(1e6 * classroom.began())


def _place(scene: Scene) -> Message:
    return {
        "on": True,
        "problem": "",
        "lecture": lecture_of(scene.classroom),
        "place": scene.place,
        "step": scene.index,
        "steps": len(scene.lecture.steps),
        "title": scene.step.title,
        "phase": scene.state.phase,
        "round": scene.state.round,
    }


def _trainings(scene: Scene) -> list[Message]:
    """Returns what the wall's browser is to train, as phones are dealt it."""
    wanted = scene.stage.class_training.wanted if scene.state.task_since else ()
    return [{"cell": cell, "seed": seed} for cell, seed in wanted]


def _for(parts: list[Part], audience: str) -> list[Part]:
    sent = [part for part in parts if part.get("for") in (None, audience)]
    return [{name: fact for name, fact in part.items() if name != "for"} for part in sent]


def _bars(scene: Scene, question: Question | None, outcome: QuestionOutcome | None) -> Message:
    if question is None:
        return {"tallies": [], "legend": [], "colors": {}}
    shown = votes.bars(scene, question, outcome)
    return shown | {"tallies": [phone_message.tally_message(tally) for tally in shown["tallies"]]}


def _next(scene: Scene) -> str:
    """Returns what the next press does."""
    if scene.step.asks and scene.state.phase == "open":
        if not scene.has_no_phone:
            return "close the vote; only you see the answers"
        if not scene.is_revealed_later:
            return "show what is right: no phone has joined"
    if scene.step.asks and scene.state.phase == "closed" and not scene.comes_again:
        return "show the answers"
    if question := scene.next_outcome():
        return f"reveal: {question.text}"
    return next((step.title for step in scene.lecture.steps[scene.index + 1 :]), "the end")


def _answered(scene: Scene) -> str:
    """Returns in Markdown which later step gives the answer to the step's question; "" if none does."""
    place = scene.lecture.answered_at(scene.index) if scene.step.question else scene.index
    return f"**Answer**: step {place + 1}, *{scene.lecture.steps[place].title}*." if place > scene.index else ""


def _of_notes(scene: Scene) -> list[Press]:
    """Returns the step's presses without that of the key *next*, and those that the wall has no room for."""
    state = scene.state
    of_step = [press for press in scene.step.kind.presses(scene) if press["press"] not in ("next", "close_vote")]
    label = "No longer ask for rows" if state.rows_asked else "Ask phones for rows"
    rows = {"label": label, "press": "ask_rows", "value": not state.rows_asked}
    rows["help"] = "Neighbours of one row are paired."
    if not scene.step.kind.takes_reviews:
        return [*of_step, rows]
    label = "Stop accepting reviews" if state.reviews_open else "Accept reviews"
    return [*of_step, {"label": label, "press": "take_reviews", "value": not state.reviews_open}, rows]
