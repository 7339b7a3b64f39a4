"""The step `predict`: a question to the class, whose answers stay hidden until the presenter shows them."""

from html import escape
from typing import Any

import streamlit as st

from rnn_compare.dashboard.pages.present import histogram, join_code, navigation
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.questions import Question
from rnn_compare.server.app import current_app


def show(moment: Moment) -> None:
    """Draws the question, and below it how many have answered or, once the answers are shown, what."""
    question = moment.step.question
    if question is None:
        return
    st.html(f'<p class="rc-question">{escape(question.text)}</p>')
    if moment.state.phase in ("open", "closed"):
        _counted(question, moment.state.phase == "open")
    else:
        histogram.show(moment, question)
    with st.container(horizontal=True, key="wall_buttons"):
        buttons(moment)


def _counted(question: Question, is_open: bool) -> None:
    counts = current_app().classroom().counts()
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in question.choices)
    body = (
        f"{f'<ul>{choices}</ul>' if choices else ''}"
        f'<p class="rc-answered" role="status"><b>{counts.answered:,}</b> '
        f"of {max(counts.joined, counts.answered):,} have answered{'' if is_open else '. The vote is closed.'}</p>"
    )
    st.html(join_code.beside_the_code(body) if is_open else f'<div class="rc-voting"><div>{body}</div></div>')


def buttons(moment: Moment) -> None:
    """Draws what a presenter can do with the vote."""
    answered = current_app().classroom().counts().answered
    again = ("Discuss and vote again" if answered else "Reopen the vote", navigation.vote_again, moment.services)
    show = ("Show the answers", navigation.show_answers, moment.services)
    go_on = ("Go on without showing them", navigation.show_next_step, moment.services)
    offered: dict[str, list[tuple[Any, ...]]] = {
        "idle": [("Open the vote", current_app().classroom().open_vote)],
        "open": [("Close the vote", current_app().classroom().close_vote)],
        "closed": [show, again, go_on],
        "shown": [again],
    }
    for label, *act in offered.get(moment.state.phase, []):
        look = "secondary" if label in again + go_on else "primary"
        button(label, f"vote_{label}", moment.state.version, *act, type=look)


STEP = StepKind("predict", show, ticks=True, asks=True)
