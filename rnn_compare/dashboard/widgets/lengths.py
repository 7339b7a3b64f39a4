"""Accuracy by length: does a network know a rule, or the texts it was trained on?"""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.length_chart import NetworkLengths, length_chart
from rnn_compare.comparison.inference.intervals import share_text
from rnn_compare.dashboard.components import show_figure
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, result_of, results
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.formatting import as_markdown, listed
from rnn_compare.server.services import Services
from rnn_compare.sources.registry import source

OF_A_TASK = (
    "New texts of each length, up to eight times the longest in training: a network that learned the rule stays "
    "accurate; one that memorized the texts drops to 50 %. Below the edge, texts that are trained on are counted too "
    "where a length has too few."
)
OF_REVIEWS = "The held-out reviews in ten equal groups by length. Beyond maxlen they are cut. Bars: 95 % intervals."


def show(services: Services, networks: Sequence[LoadedNetwork]) -> list[NetworkLengths]:
    """Draws the accuracies of the chosen runs by length; returns those that are there."""
    shown = [
        NetworkLengths(network.title, network.look, lengths)
        for network, lengths in results(networks, lambda network: result_of(services, network, accuracy_by_length))
    ]
    if not shown:
        return []
    is_made = [source(network.run.experiment.dataset).at_length is not None for network in networks]
    if any(is_made):
        st.markdown(OF_A_TASK)
    if not all(is_made):
        st.markdown(OF_REVIEWS)
    show_figure(length_chart(shown), "length_chart")
    st.markdown(at_the_end(shown))
    return shown


def at_the_end(networks: Sequence[NetworkLengths]) -> str:
    """Returns the sentence about the greatest length."""
    by_texts: dict[str, list[str]] = {}
    for network in networks:
        last = network.lengths.points[-1]
        accuracy = f"{as_markdown(network.title)} {share_text(last.accuracy, last.texts)}"
        by_texts.setdefault(f"of {last.texts:,} texts ({last.words:,} words)", []).append(accuracy)
    return f"At the greatest length: {'; '.join(f'{listed(right)} {texts}' for texts, right in by_texts.items())}."
