"""The networks and their parameters, term by term."""

import streamlit as st

from rnn_compare.charts.palette import looks
from rnn_compare.dashboard.components import load_styles
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.widgets import parameter_table
from rnn_compare.lecture.lecture_file import StepKind


def show(context: LectureContext) -> None:
    """Draws a card per network, on phones with the arithmetic alone."""
    load_styles("dashboard/assets/pages/compare.css")
    networks = context.networks
    styles = looks(experiment.cell for experiment in networks.values())
    context.to_phones(cards=parameter_cards(context))
    scale = parameter_table.pixels(list(networks.values()))
    cards = "".join(
        parameter_table.drawing(name, look, experiment, scale)
        for (name, experiment), look in zip(networks.items(), styles, strict=True)
    )
    st.html(f'{parameter_table.legend(list(networks.values()))}<div class="rc-parameters">{cards}</div>')


def parameter_cards(context: LectureContext) -> list[dict[str, object]]:
    """Returns a card per network for phones: its layers and their parameters, term by term."""
    styles = looks(experiment.cell for experiment in context.networks.values())
    return [
        {"title": name, "color": look.color, "lines": parameter_table.terms(experiment)}
        for (name, experiment), look in zip(context.networks.items(), styles, strict=True)
    ]


STEP = StepKind("networks", show)
