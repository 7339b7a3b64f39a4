"""What the class said to a question, drawn: bars, or the band of the drawn curves."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.drawn_curves_chart import chart
from rnn_compare.charts.palette import looks
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.present import histogram
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.lecture.questions import Answer, Question

HEIGHT = 380


def show(moment: Moment, question: Question) -> None:
    """Draws what the class said, of curves those of the last round, and once it is revealed which choice is right."""
    rounds = moment.answers(question)
    if question.kind == "curve" and rounds:
        found = histogram.tallies(question, rounds)[-1]
        figure.show(chart(question.network, found.answered, found.low, found.middle, found.high), "drawn", HEIGHT)
    else:
        st.html(bars(moment, question, rounds, question.right if moment.state.phase == "revealed" else None))


def bars(moment: Moment, question: Question, rounds: Sequence[Sequence[Answer]], right: Answer | None = None) -> str:
    """Returns the bars of a question as HTML, networks in their colours."""
    networks = moment.networks
    drawn = looks(experiment.cell for experiment in networks.values())
    colors = {name: look.color for name, look in zip(networks, drawn, strict=True)}
    return histogram.bars(question, rounds, colors if question.kind == "best_network" else {}, right)
