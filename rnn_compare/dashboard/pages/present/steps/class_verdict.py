"""The verdict on the class's networks, beside what a few of their seeds would have shown."""

import re
from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.formatting import unbroken
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.lecture.trained.class_verdict import FEW, drawn, turned, verdict
from rnn_compare.report import class_dots

DRAWING = "class_drawing"
WAITS = "The verdict waits for the last networks."
_NUMBERS = re.compile(r" \([^(]* interval\)")


def show(context: LectureContext) -> None:
    """Draws the verdict with all networks; with a press, a few of each at random, or an earlier class's below."""
    if not context.state.task_shown:
        st.info("Nothing is trained yet. Go back (←) to the step where phones train.")
        return
    context.services.class_training.follow()
    task, networks = class_task(context.state.task), context.classroom.networks.all()
    waits = context.services.class_training.waits
    number, sentences = st.session_state.get(DRAWING, 0), [WAITS] if waits else verdict(task, networks)
    few = drawn(task, networks, number) if number else []
    if earlier := context.classroom.class_of(context.state.compared):
        # The brackets above have the numbers of reviews and the interval.
        short = (_NUMBERS.sub("", sentence) for sentence in verdict(task, earlier.networks))
        beside = _paragraph(earlier.date, *short, "Only the seeds differ between the two classes.")
        dots = class_dots.rows(task, networks, (), class_dots.LOWEST, {earlier.date: earlier.networks})
    else:
        sentences += [] if waits else [turned(task, networks)]
        beside = _paragraph(f"{FEW} of each", *verdict(task, few)) if few else ""
        dots = class_dots.rows(task, networks, few, class_dots.LOW)
    above = _paragraph(f"All {len(networks)}", *sentences)
    st.html(f'<div class="rc-class rc-class-verdict">{above}{beside}{dots}</div>')
    context.to_phones(lines=[sentence for sentence in sentences if sentence])
    with st.container(horizontal=True, key="wall_buttons"):
        _buttons(context, number)


def _paragraph(title: str, *sentences: str) -> str:
    return f"<p><b>{title}:</b> {escape(unbroken(' '.join(sentences)))}</p>"


def _buttons(context: LectureContext, number: int) -> None:
    """Draws the buttons for another drawing and, if there is an earlier class of this task, for both classes."""
    state, compare = context.state, context.classroom.compare
    if state.compared:
        button("This class alone", "compare_none", state.version, compare, 0)
        return
    label = f"Draw another {FEW} of each" if number else f"Draw {FEW} of each"
    button(label, f"draw_{number}", state.version, _draw_again, type="primary")
    results = [result for result in context.classroom.classes() if result.preset == state.task]
    if earlier := [result for result in results if result.lecture != context.classroom.number()]:
        # With on_change the server knows that the popover is open, so a redrawn step keeps it open.
        with st.popover("Compare with an earlier class", key="compare_classes", on_change="rerun"):
            for result in earlier:
                button(result.title, f"compare_{result.lecture}", state.version, compare, result.lecture)


def _draw_again() -> None:
    st.session_state[DRAWING] = st.session_state.get(DRAWING, 0) + 1


STEP = StepKind("class_verdict", show, ticks=True)
