"""Accuracy by length: does a network know a rule, or the texts it was trained on?"""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.length_chart import OF_A_TASK, OF_REVIEWS, Lengths, at_the_end, length_chart
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.dashboard.components import show_figure
from rnn_compare.dashboard.widgets.network_choice import result_of, results
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.services.services import Services
from rnn_compare.sources.registry import source


def show(services: Services, networks: Sequence[LoadedNetwork]) -> Lengths:
    """Draws the accuracies of the chosen runs by length; returns those that are there."""
    shown = results(networks, lambda network: result_of(services, network, accuracy_by_length))
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
