"""Three steps: a review word by word inside the cells, the memory test, and the accuracy by length."""

from collections.abc import Sequence
from html import unescape
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts.in_words import in_words
from rnn_compare.dashboard.components import load_styles
from rnn_compare.dashboard.pages.present.lecture_context import NOT_REVEALED, LectureContext
from rnn_compare.dashboard.widgets import lengths, memory_test, network_choice, reading
from rnn_compare.dashboard.widgets.lengths import length_chart
from rnn_compare.dashboard.widgets.memory_test import effect_chart, noticed_chart
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork
from rnn_compare.feedforward.registry import network
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.phones.phone_message import plain


def show(context: LectureContext) -> None:
    """Draws the review box and how each network reads the review."""
    if networks := _networks(context):
        above = st.container()
        with st.container(key="wall_buttons"), st.popover("Another review", icon=":material/edit:"):
            text = reading.box(networks)
        with above:
            shown = reading.show_text(context.services, networks, text) if text.strip() else None
        if shown:
            context.to_phones(reading=shown)


def show_memory(context: LectureContext) -> None:
    """Draws the memory test of the networks: its button or its results."""
    if (networks := _networks(context)) and (tested := memory_test.show(context.services, networks)):
        charts = [lines_message(chart(tested)) for chart in (noticed_chart, effect_chart)]
        context.to_phones(charts=charts, lines=[plain(memory_test.noticed(tested)), memory_test.conclusion(tested)])


def show_lengths(context: LectureContext) -> None:
    """Draws the accuracy of the networks by the length of a text."""
    if (networks := _networks(context)) and (shown := lengths.show(context.services, networks)):
        context.to_phones(charts=[lines_message(length_chart(shown))], lines=[plain(lengths.at_the_end(shown))])


def _networks(context: LectureContext) -> Sequence[LoadedNetwork]:
    load_styles("browser/common/verdicts.css", "dashboard/assets/pages/views.css")
    # The cells with the most gates first: this step is about them.
    runs = sorted(context.readers, key=lambda run: -len(getattr(network(run.experiment.cell), "gates", ())))
    if not runs:
        st.info(context.problem or NOT_REVEALED)
        return []
    return network_choice.with_weights(runs, "best")


def lines_message(figure: go.Figure) -> dict[str, Any]:
    """Returns a figure as data for phones, which draw it as SVG (``join_lines.js``): lines, axes, levels and edges."""
    across, upward, words = figure.layout.xaxis, figure.layout.yaxis, in_words(figure)
    shapes, is_log, is_log_across = figure.layout.shapes, upward.type == "log", across.type == "log"
    return {
        "words": " ".join([f"{words.title}.", *words.lines]),
        **{"across": across.title.text, "upward": upward.title.text},
        "unit": upward.ticksuffix or "",
        "log": is_log,
        "logAcross": is_log_across,
        "ends": [10**end if is_log_across else end for end in across.range],
        "ticks": list(across.tickvals),
        "range": [10**end if is_log else end for end in upward.range],
        "lines": [
            {"name": unescape(trace.name), "color": trace.line.color, "width": trace.line.width}
            | {"marker": trace.marker.symbol, "x": list(map(float, trace.x)), "y": [float(f"{y:.4g}") for y in trace.y]}
            for trace in figure.data
        ],
        "levels": [
            {"name": shape.name, "low": shape.y0, "high": shape.y1} for shape in shapes if shape.xref == "x domain"
        ],
        "edges": [{"at": shape.x0, "text": shape.name} for shape in shapes if shape.yref == "y domain"],
    }


STEP = StepKind("inside", show)
MEMORY = StepKind("memory", show_memory)
LENGTHS = StepKind("lengths", show_lengths)
