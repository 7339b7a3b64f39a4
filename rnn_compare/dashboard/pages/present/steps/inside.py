"""The steps `inside` and `memory`: a view inside the cells, and the memory test."""

from collections.abc import Callable, Sequence

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import memory_test, network_choice, reading
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork
from rnn_compare.feedforward.registry import network
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.services import Services


def show(moment: Moment) -> None:
    """Draws the box for a review and how each network reads it."""
    _show(moment, reading.show)


def show_memory(moment: Moment) -> None:
    """Draws the memory test of the networks: its button or what it found."""
    _show(moment, memory_test.show)


def _show(moment: Moment, view: Callable[[Services, Sequence[LoadedNetwork]], None]) -> None:
    theme.load("common/verdicts.css", "pages/views.css")
    # Those with the most gates first: they are what this step is about.
    runs = sorted(
        (run for run in moment.shown if run.has_weights),
        key=lambda run: -len(getattr(network(run.experiment.cell), "gates", ())),
    )
    if not runs:
        st.info("Train and reveal the networks first.")
    elif networks := network_choice.with_weights(runs, "best"):
        view(moment.services, networks)


STEP = StepKind("inside", show)
MEMORY = StepKind("memory", show_memory)
