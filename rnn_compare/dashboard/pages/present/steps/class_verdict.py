"""The verdict on the class's networks, beside what a few of their seeds would have shown."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.formatting import unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.lecture.trained.verdict import FEW, drawn, turned, verdict
from rnn_compare.report import class_dots

DRAWING = "class_drawing"


def show(context: LectureContext) -> None:
    """Draws the verdict with all networks; with a press, a few of each at random, and their verdict."""
    if not context.state.task_shown:
        st.info("Nothing is trained yet. Go back (←) to the step where phones train.")
        return
    context.services.class_training.follow()
    task, networks = class_task(context.state.task), context.classroom.networks.all()
    number = st.session_state.get(DRAWING, 0)
    few = drawn(task, networks, number) if number else []
    sentences = [*verdict(task, networks), turned(task, networks)]
    beside = f"<p><b>{FEW} of each:</b> {escape(unbroken(' '.join(verdict(task, few))))}</p>" if few else ""
    dots = class_dots.rows(task, networks, few, class_dots.LOW)
    st.html(
        f'<div class="rc-class rc-class-verdict"><p><b>All {len(networks)}:</b> '
        f"{escape(unbroken(' '.join(sentences)))}</p>{beside}{dots}</div>"
    )
    context.to_phones(lines=[sentence for sentence in sentences if sentence])
    with st.container(horizontal=True, key="wall_buttons"):
        label = f"Draw another {FEW} of each" if number else f"Draw {FEW} of each"
        button(label, f"draw_{number}", context.state.version, _draw_again, type="primary")


def _draw_again() -> None:
    st.session_state[DRAWING] = st.session_state.get(DRAWING, 0) + 1


STEP = StepKind("class_verdict", show, ticks=True)
