"""Words: a question to begin with, or why something is so."""

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.wall_step import WallStep


def show(moment: Moment) -> None:
    """Draws the step's text in the largest type."""
    with st.container(key="wall_words"):
        st.markdown(moment.step.text)


STEP = WallStep("text", show)
