"""What happens in the cells while they read."""

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.pages.inside import page as inside
from rnn_compare.dashboard.pages.inside import reading
from rnn_compare.dashboard.pages.present.moment import Moment
from rnn_compare.dashboard.pages.present.wall_step import WallStep


def show(moment: Moment) -> None:
    """Draws the box for a review and how each network reads it."""
    theme.load("verdicts.css", "views.css")
    runs = [run for run in moment.shown if run.has_weights]
    if not runs:
        st.info("No network can be looked into yet: they are trained and revealed first.")
    elif chosen := inside.with_weights(runs, "best"):
        reading.show(moment.services, chosen)


STEP = WallStep("inside", show)
