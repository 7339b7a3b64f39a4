"""A question to the class; until the presenter shows the answers, the wall shows only their number."""

from html import escape
from typing import Any

import streamlit as st

from rnn_compare.dashboard.pages.present import histogram, navigation
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.dashboard.widgets import invite
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.questions import Question

HELP = {"Pair phones": "Each phone shows a sign, which a phone nearby with another answer shows too."}


def show(context: LectureContext) -> None:
    """Draws the question, and below it the number of answers or, once they are shown, the answers."""
    question = context.step.question
    if question is None:
        return
    if context.state.phase in ("open", "closed"):
        _show_count(context, question)
    else:
        st.html(f'<p class="rc-question">{escape(question.text)}</p>')
        histogram.show(context, question)
        if context.state.neighbours:
            st.html(_discussion(context.state))
        if context.state.phase == "revealed" and (surprised := histogram.sure_and_wrong(context, question)):
            st.html(surprised)
    with st.container(horizontal=True, key="wall_buttons"):
        buttons(context)


def _show_count(context: LectureContext, question: Question) -> None:
    counts, is_open = context.classroom.counts(), context.state.phase == "open"
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in question.choices)
    body = (
        f'<p class="rc-question">{escape(question.text)}</p>'
        f"{_discussion(context.state)}{f'<ul>{choices}</ul>' if choices else ''}"
        f'<p class="rc-answered" role="status"{"" if counts.joined else " hidden"}><b>{counts.answered:,}</b> '
        f"of {max(counts.here, counts.answered):,} have answered{'' if is_open else '. The vote is closed.'}</p>"
    )
    st.html(invite.beside_the_code(body) if is_open else f'<div class="rc-voting"><div>{body}</div></div>')


def _discussion(state: State) -> str:
    """Returns whom to discuss with, as HTML; "" before a discussion."""
    is_open = state.phase == "open"
    whom = "whoever shows the sign on your phone" if state.neighbours else "your neighbour"
    vote = ", then vote again" if is_open else ""
    return f"<p>Discuss it with {whom}{vote}.</p>" if state.neighbours or (is_open and state.round > 1) else ""


def buttons(context: LectureContext) -> None:
    """Draws the presenter's buttons for the vote."""
    classroom = context.classroom
    label_again = "Discuss and vote again" if classroom.counts().answered else "Reopen the vote"
    again = (label_again, navigation.vote_again, context.services)
    show = ("Show the answers", navigation.show_answers, context.services)
    pair = [("Pair phones", classroom.pair_neighbours)] if not context.state.neighbours else []
    go_on = ("Go on without showing them", navigation.show_next_step, context.services)
    go = ("Go on", navigation.advance, context.services)
    offered: dict[str, list[tuple[Any, ...]]] = {
        "idle": [("Open the vote", classroom.open_vote)],
        "open": [go if navigation.has_no_phone(context) else ("Close the vote", classroom.close_vote)],
        "closed": [show, *pair, again, go_on],
        "shown": [*pair, again],
    }
    for label, *act in offered.get(context.state.phase, []):
        look = "secondary" if label in (*again, *go_on, "Pair phones") else "primary"
        button(label, f"vote_{label}", context.state.version, *act, type=look, help=HELP.get(label))


STEP = StepKind("predict", show, ticks=True, asks=True)
