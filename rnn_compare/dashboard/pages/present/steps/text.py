"""Text in large type."""

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.lecture.lecture_file import StepKind


def show(context: LectureContext) -> None:
    """Draws the step's text."""
    with st.container(key="wall_words"):
        st.markdown(context.step.text)


STEP = StepKind("text", show, writes=True)
