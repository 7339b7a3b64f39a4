"""Two steps: a review word by word inside the cells, and the memory test."""

from collections.abc import Callable, Sequence

import streamlit as st

from rnn_compare.dashboard.components import load_styles
from rnn_compare.dashboard.pages.present.lecture_context import NOT_REVEALED, LectureContext
from rnn_compare.dashboard.widgets import memory_test, network_choice, reading
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork
from rnn_compare.feedforward.registry import network
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.services import Services


def show(context: LectureContext) -> None:
    """Draws the review box and how each network reads the review."""
    _show(context, reading.show)


def show_memory(context: LectureContext) -> None:
    """Draws the memory test of the networks: its button or its results."""
    _show(context, memory_test.show)


def _show(context: LectureContext, view: Callable[[Services, Sequence[LoadedNetwork]], None]) -> None:
    load_styles("browser/common/verdicts.css", "dashboard/assets/pages/views.css")
    # The cells with the most gates first: this step is about them.
    runs = sorted(context.readers, key=lambda run: -len(getattr(network(run.experiment.cell), "gates", ())))
    if not runs:
        st.info(NOT_REVEALED)
    elif networks := network_choice.with_weights(runs, "best"):
        view(context.services, networks)


STEP = StepKind("inside", show)
MEMORY = StepKind("memory", show_memory)
