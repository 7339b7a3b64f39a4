"""The view *Memory*: the memory test beside the trained gradient and, below, the accuracy by length."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts import gradient_chart, length_chart, memory_chart
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import result_of, results
from rnn_compare.errors import UserError
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.explain.gradient_flow import FollowedGradient, follow_gradient, is_quick
from rnn_compare.explain.worker_tasks import memory
from rnn_compare.services.services import Services


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws three charts of these networks; workers compute what takes long, and answers are kept."""
    st.markdown(memory_chart.ASKED)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        if tested := results(networks, lambda network: result_of(services, network, memory)):
            explained = f"{memory_chart.conclusion(tested)} {memory_chart.used_words(tested)}"
            st.markdown(f"**{memory_chart.noticed(tested)}** {memory_chart.moved(tested)}", help=explained)
            components.show_figure(memory_chart.noticed_chart(tested), "memory_chart")
    with right:
        if flows := results(networks, lambda network: _followed(services, network)):
            st.markdown(gradient_chart.NOT_THE_MEMORY, help=gradient_chart.meaning(flows))
            components.show_figure(gradient_chart.gradient_chart(flows), "gradient_chart")
    if shown := results(networks, lambda network: result_of(services, network, accuracy_by_length)):
        st.markdown(f"**Accuracy by length.** {length_chart.meaning(shown)}")
        components.show_figure(length_chart.length_chart(shown), "length_chart")
        st.markdown(length_chart.at_the_end(shown))


def _followed(services: Services, network: LoadedNetwork) -> FollowedGradient | None:
    if network.run.experiment.without_recurrence:
        raise UserError(gradient_chart.NO_GRADIENT_THROUGH_TIME)
    return result_of(services, network, follow_gradient, is_quick(network.run.experiment))
