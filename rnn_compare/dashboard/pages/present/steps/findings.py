"""Sentences on the curves, below the curves themselves."""

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.lecture.step_kind import StepKind
from rnn_compare.server.board import live
from rnn_compare.server.board.board_message import View

VIEW = View(("accuracy", "loss"))


def show(moment: Moment) -> None:
    """Draws both charts and the sentences; they come by the board's own way to ask for news."""
    if not moment.shown:
        st.info("Train and reveal the networks first.")
        return
    run_ids = [run.id for run in moment.shown]
    with st.container(key="wall_findings"):
        data = live.message(moment.services, run_ids, VIEW)
        components.show_board(data, live.url(run_ids, VIEW), key="wall_said", may_press=False)


STEP = StepKind("findings", show)
