"""A view inside the cells while they read."""

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import network_choice, reading
from rnn_compare.feedforward.registry import network
from rnn_compare.lecture.step_kind import StepKind


def show(moment: Moment) -> None:
    """Draws the box for a review and how each network reads it."""
    theme.load("common/verdicts.css", "pages/views.css")
    # Those with the most gates first: they are what this step is about.
    runs = sorted(
        (run for run in moment.shown if run.has_weights),
        key=lambda run: -len(getattr(network(run.experiment.cell), "gates", ())),
    )
    if not runs:
        st.info("Train and reveal the networks first.")
    elif networks := network_choice.with_weights(runs, "best"):
        reading.show(moment.services, networks)


STEP = StepKind("inside", show)
