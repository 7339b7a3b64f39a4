"""The curves, and sentences about them."""

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present.lecture_context import NOT_REVEALED, LectureContext
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.live import View, message
from rnn_compare.server.phones.phone_message import curves_of

VIEW = View(("accuracy", "loss"))


def show(context: LectureContext) -> None:
    """Draws both charts and the sentences, which the board updates itself."""
    if not context.visible_runs:
        st.info(NOT_REVEALED)
        return
    runs = [run.id for run in context.visible_runs]
    shown = message(context.services, runs, VIEW)
    context.to_phones(curves=curves_of(context.visible_runs), lines=[finding["text"] for finding in shown["findings"]])
    with st.container(key="wall_findings"):
        components.show_board(context.services, runs, VIEW, key="wall_said")


STEP = StepKind("findings", show)
