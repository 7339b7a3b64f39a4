"""The progress of a worker's analysis; the page is drawn anew when it has ended."""

import streamlit as st

from rnn_compare.dashboard.components.component import ticking
from rnn_compare.training.analyses import Analysis

POLL_SECONDS = 0.5
"""Seconds between two looks at an analysis."""


def wait_for(title: str, *analyses: Analysis) -> None:
    """Shows the progress of analyses, and draws the page anew when all have ended."""
    ticking(_wait, POLL_SECONDS, title, *analyses)


def _wait(title: str, *analyses: Analysis) -> None:
    if all(analysis.ended for analysis in analyses):
        st.rerun(scope="app")
    progress(title, *analyses)


def progress(title: str, *analyses: Analysis) -> None:
    """Shows the progress of an analysis, or of several together."""
    done, total = sum(analysis.done for analysis in analyses), sum(analysis.total for analysis in analyses)
    share = done / total if total else 0.0
    # The title is people's own: as code it is read as no markup.
    state = f"{100 * share:.0f} %" if total else "waiting for a worker"
    st.progress(min(share, 1.0), text=f"`{title.replace('`', ' ')}` {state}")
