"""The end of a lecture, and what is kept of it."""

import streamlit as st

from rnn_compare.dashboard.pages.present import permissions
from rnn_compare.formatting import counted
from rnn_compare.server.classroom import get_classroom


def show() -> None:
    """Draws what opens it."""
    with st.popover("End the lecture", icon=":material/stop_circle:"):
        waiting = sum(not review.shown for review in get_classroom().reviews())
        gone = f" {counted(waiting, 'review')} that you have not shown will be gone." if waiting else ""
        st.markdown(f"What is still hidden is shown to everybody.{gone} Answers, curves and networks are kept.")
        st.download_button("Answers as CSV", get_classroom().export_csv, "answers.csv", "text/csv", on_click="ignore")
        version = get_classroom().state().version
        permissions.button("End it", "end", version, get_classroom().end, type="primary")
