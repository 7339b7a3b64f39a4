"""The step `findings`: the curves, and sentences on them."""

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.board.board_message import View

VIEW = View(("accuracy", "loss"))


def show(moment: Moment) -> None:
    """Draws both charts and the sentences; they come by the board's own way to ask for news."""
    if not moment.shown:
        st.info("Train and reveal the networks first.")
        return
    with st.container(key="wall_findings"):
        components.show_board(moment.services, [run.id for run in moment.shown], VIEW, key="wall_said")


STEP = StepKind("findings", show)
