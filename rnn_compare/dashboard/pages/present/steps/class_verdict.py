"""The verdict on the class's networks, beside what a few of their seeds would have shown."""

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


def show(context: LectureContext) -> None:
    """Draws the verdict with all networks; with a press, a few of each at random, or an earlier class's below."""
    if not context.state.task_shown:
        st.info("Nothing is trained yet. Go back (←) to the step where phones train.")
        return
    context.services.class_training.follow()
    task, networks = class_task(context.state.task), context.classroom.networks.all()
    number = st.session_state.get(DRAWING, 0)
    few = drawn(task, networks, number) if number else []
    sentences, last = verdict(task, networks), [turned(task, networks)]
    beside = f"<p><b>{FEW} of each:</b> {escape(unbroken(' '.join(verdict(task, few))))}</p>" if few else ""
    earlier = context.classroom.class_of(context.state.compared)
    if earlier:
        # Without the numbers in brackets, which differ little from those above.
        short = " ".join(f"{sentence.partition(' (')[0]}." for sentence in verdict(task, earlier.networks))
        text = f"{short} Only the seeds differ between the two classes."
        beside, last = f"<p><b>{earlier.date}:</b> {escape(unbroken(text))}</p>", []
    others = {earlier.date: earlier.networks} if earlier else {}
    height = class_dots.LOWEST if earlier else class_dots.LOW
    dots = class_dots.rows(task, networks, [] if earlier else few, height, others)
    st.html(
        f'<div class="rc-class rc-class-verdict"><p><b>All {len(networks)}:</b> '
        f"{escape(unbroken(' '.join([*sentences, *last])))}</p>{beside}{dots}</div>"
    )
    context.to_phones(lines=[sentence for sentence in [*sentences, *last] if sentence])
    with st.container(horizontal=True, key="wall_buttons"):
        label = f"Draw another {FEW} of each" if number else f"Draw {FEW} of each"
        button(label, f"draw_{number}", context.state.version, _draw_again, type="primary")
        _choose_class(context)


def _choose_class(context: LectureContext) -> None:
    """Draws the button by which an earlier class of the same task is compared, if there is one, or no longer."""
    state, compare = context.state, context.classroom.compare
    if state.compared:
        button("This class alone", "compare_none", state.version, compare, 0)
        return
    results = [result for result in context.classroom.classes() if result.preset == state.task]
    if earlier := [result for result in results if result.lecture != context.classroom.number()]:
        # With on_change the server knows that the popover is open, so a redrawn step keeps it open.
        with st.popover("Compare with an earlier class", key="compare_classes", on_change="rerun"):
            for result in earlier:
                button(result.title, f"compare_{result.lecture}", state.version, compare, result.lecture)


def _draw_again() -> None:
    st.session_state[DRAWING] = st.session_state.get(DRAWING, 0) + 1


STEP = StepKind("class_verdict", show, ticks=True)
