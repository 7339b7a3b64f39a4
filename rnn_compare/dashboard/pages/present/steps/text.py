"""The step `text`: text alone."""

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.lecture.lecture_file import StepKind


def show(moment: Moment) -> None:
    """Draws the step's text in the largest type."""
    with st.container(key="wall_words"):
        st.markdown(moment.step.text)


STEP = StepKind("text", show, writes=True)
