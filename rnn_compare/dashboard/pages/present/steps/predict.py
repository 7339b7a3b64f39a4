"""The class predicts. While the vote is open nobody sees what others say, only how many have answered."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.classroom import get_classroom
from rnn_compare.dashboard.pages.present import class_answers, conductor, corner
from rnn_compare.dashboard.pages.present.moment import Moment
from rnn_compare.dashboard.pages.present.presenting import press
from rnn_compare.dashboard.pages.present.wall_step import WallStep
from rnn_compare.lecture.questions import Question


def show(moment: Moment) -> None:
    """Draws the question, and below it how many have answered or, once the vote is closed, what."""
    question = moment.step.question
    if question is None:
        return
    st.html(f'<p class="rc-question">{escape(question.text)}</p>')
    if moment.state.phase == "open":
        _open(question)
    else:
        class_answers.show(moment, question)
    _buttons(moment)


def _open(question: Question) -> None:
    counts = get_classroom().counts()
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in question.choices)
    st.html(
        corner.beside_the_code(
            f'<p class="rc-answered" role="status"><b>{counts.answered:,}</b> '
            f"of {max(counts.joined, counts.answered):,} have answered</p>{f'<ul>{choices}</ul>' if choices else ''}"
        )
    )


def _buttons(moment: Moment) -> None:
    with st.container(horizontal=True, key="wall_buttons"):
        if moment.state.phase == "open":
            st.button("Close the vote", type="primary", on_click=press, args=(get_classroom().close_vote,))
        elif moment.state.phase == "closed":
            st.button("Discuss and vote again", on_click=press, args=(conductor.vote_again, moment.services))
        elif moment.state.phase == "idle":
            st.button("Open the vote", type="primary", on_click=press, args=(get_classroom().open_vote,))


STEP = WallStep("predict", show, ticks=True)
