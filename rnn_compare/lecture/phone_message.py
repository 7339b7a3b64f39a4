"""The messages to phones: one for all, and one per device with its own answer and review.

Before the reveal they contain no accuracy, curve, tally or right answer.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rnn_compare.browser.curves import curves_message
from rnn_compare.charts.curves.curve_chart import all_charts
from rnn_compare.charts.palette import look_of_cell
from rnn_compare.class_networks.networks import ClassNetwork, by_cell
from rnn_compare.class_networks.task import class_task
from rnn_compare.comparison.groups import groups
from rnn_compare.feedforward.registry import NETWORKS, TITLES
from rnn_compare.formatting import unbroken
from rnn_compare.lecture.classroom.class_state import Contribution, State
from rnn_compare.lecture.controls import Tally
from rnn_compare.lecture.plain_text import plain
from rnn_compare.lecture.questions import CONFIDENCE, Question, QuestionOutcome, group_called, is_right
from rnn_compare.runs.record import Run
from rnn_compare.services.board_cards import not_live_text

Message = dict[str, Any]

CURVES = ("id", "label", "color", "marker", "figures")
"""What a phone gets of a network's curves; single seeds would not be told apart on its screen."""


def for_all(state: State, runs: Sequence[Run], rounds: Sequence[Tally], outcome: QuestionOutcome | None) -> Message:
    """Returns the message for all phones; runs, tallies and the outcome are left out before the reveal."""
    revealed = state.phase == "revealed"
    open_runs = [run for run in runs if revealed and not state.hides(run)]
    # The networks' verdicts on a review would show how good they are.
    verdicts = list(state.wall_verdicts) if not state.hidden else []
    return {
        "on": bool(state.lecture),
        "step": state.step,
        "title": plain(state.title),
        "text": plain(state.text),
        "question": question_message(state.question) if state.question else None,
        "phase": "closed" if state.phase == "shown" else state.phase,  # only the wall shows the answers
        "round": state.round,
        "rows": state.rows_asked,
        "neighbours": state.neighbours,  # a change has phones get their new signs
        "reviews": state.reviews_open,
        "networks": state.networks_offered,
        "wall": None
        if state.wall_review is None
        else {"id": state.wall_review_id, "text": state.wall_review, "verdicts": verdicts},
        "hasRuns": revealed and bool(state.runs) and not (state.question and state.question.repeats),
        "curves": curves_of(open_runs, state.question) if open_runs else None,
        "played": not_live_text(open_runs) if open_runs and state.recorded else "",
        "epochs": max((run.experiment.epochs for run in open_runs), default=0),
        "tallies": [tally_message(votes) for votes in rounds] if revealed else [],
        "outcome": outcome_message(outcome) if revealed and outcome else None,
    }


def of_task(state: State, networks: Sequence[ClassNetwork], here: bool = True) -> Message | None:
    """Returns what phones train, with the class's networks once they are shown; None if they train nothing.

    Args:
        state, networks: Of the class.
        here: Whether the current step is about these networks: on others a phone does not show its own.
    """
    if not state.task:
        return None
    task = class_task(state.task)
    rows = [
        {"cell": cell, "color": look_of_cell(cell).color, "bests": [network.best for network in of_cell]}
        for cell, of_cell in by_cell(task, networks).items()
    ]
    return {
        "here": here,
        "trains": bool(state.task_since),
        "epochs": task.epochs,
        "heldOut": task.held_out,
        "cells": rows if state.task_shown else None,
    }


def for_one(state: State, own: Contribution, outcome: QuestionOutcome | None) -> Message:
    """Returns the message for one device."""
    right = None
    if state.question and own.answer is not None and state.phase == "revealed" and outcome:
        right = is_right(state.question, own.answer, outcome)
    return {
        "question": state.question.id if state.question else "",
        "round": state.round,
        "answer": own.answer,
        "confidence": own.confidence,
        "right": right,
        "row": own.row,
        "sign": dataclasses.asdict(own.sign) if own.sign else None,
        "review": {"id": own.review.id, "shown": own.review.shown} if own.review else None,
        "deal": own.deal,
        "sent": bool(own.sent),
    }


def question_message(question: Question) -> Message:
    """Returns what a phone needs to ask a question: its fields may tell what is right."""
    message: Message = {"id": question.id, "text": question.text, "control": question.control.message()}
    message |= {"confidence": CONFIDENCE if question.confidence else ()}
    if question.offers_networks:
        message["colors"] = _colors(question.choices)
    return message


def _colors(names: Sequence[str]) -> list[str | None]:
    """Returns colors by the cell or title that a network's name begins with; None for an unknown one."""
    by_title = {name: name for name in NETWORKS} | {title: name for name, title in TITLES.items()}
    colors, seen = list[str | None](), Counter[str]()
    for name in names:
        cell = next((cell for title, cell in by_title.items() if re.match(rf"{re.escape(title)}\b", name, re.I)), None)
        colors.append(look_of_cell(cell, seen[cell]).color if cell else None)
        seen[cell or ""] += 1
    return colors


def curves_of(runs: Sequence[Run], question: Question | None = None) -> Message:
    """Returns the chart of the accuracies as on the live board, of the network that was asked about or of all."""
    networks = groups(runs)
    if question and (asked_about := group_called(question.network, networks)):
        networks = [asked_about]
    chart = all_charts()["accuracy"]
    if not (question and question.shows_training):
        chart = replace(chart, training=None)
    message = curves_message(networks, [chart])
    groups_shown = [{name: curves[name] for name in CURVES} for curves in message["groups"]]
    return {"chart": message["charts"][0], "groups": groups_shown}


def outcome_message(outcome: QuestionOutcome) -> Message:
    """Returns a question's outcome as data."""
    names = ("answer", "accepted", "also", "final", "only_names")
    return {"said": unbroken(outcome.explanation), **{name: getattr(outcome, name) for name in names}}


def tally_message(votes: Tally) -> Message:
    """Returns a tally as data."""
    return {
        "answered": votes.answered,
        "labels": votes.labels,
        "counts": votes.counts,
        "edges": votes.edges,
        "band": [votes.low, votes.middle, votes.high] if votes.low else [],
    }
