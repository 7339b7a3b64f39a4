"""Gradient flow: the size of the backpropagated gradient at every word, before and after training."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.gradient_chart import NetworkGradients, share_chart, size_chart
from rnn_compare.charts.palette import picture
from rnn_compare.dashboard.components import show_figure
from rnn_compare.dashboard.widgets import url_state
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, result_of, results
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.gradient_flow import FollowedGradient, follow_gradient, is_quick
from rnn_compare.formatting import counted_range
from rnn_compare.server.services import Services

BEFORE = "before training"
VANISHING = "Where the gradient vanishes, little is learned."
NO_GRADIENT_THROUGH_TIME = (
    "No state is carried from word to word here: the way from each word to the prediction is equally short, so no "
    "gradient fades with distance."
)
MEANING = (
    "The marks: the last words that hold half of the gradient's sum, in the median review. Bands: the middle half of "
    "the reviews."
)


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the gradients of the chosen runs, with their initial or with their trained weights."""
    moments = [BEFORE, trained := f"{networks[0].which} epoch"]
    url_state.restore("gradients", moments)
    if st.session_state.get("gradients") not in moments:
        st.session_state["gradients"] = trained
    moment = st.segmented_control("Weights", moments, key="gradients", required=True, label_visibility="collapsed")
    url_state.save("gradients", moment or trained, trained)
    shown = results(networks, lambda network: _followed(services, network, initial=moment == BEFORE))
    if flows := [NetworkGradients(network.title, network.look, followed) for network, followed in shown]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(introduction(flows), help=MEANING, width="content")
            st.button("What they remember: Memory test", type="tertiary", on_click=_open_memory_test)
        _results([network.run.experiment for network, _ in shown], flows)


def _open_memory_test() -> None:
    st.session_state["view"] = "Memory test"


def introduction(networks: Sequence[NetworkGradients]) -> str:
    """Returns the description of the charts."""
    reviews = counted_range([network.followed.reviews for network in networks], "long review")
    return f"Where the gradient ‖∂L/∂hₜ‖ lies in {reviews}: a description."


def conclusion(experiments: Sequence[Experiment]) -> str:
    """Returns the interpretation of the lines for networks of these experiments."""
    cells = dict.fromkeys(experiment.cell for experiment in experiments)
    sentences = [note for name in cells if (note := picture(name).gradient_note)]
    if any(experiment.bidirectional for experiment in experiments):
        sentences.append("For a backward cell, words are counted from the first.")
    if any(experiment.layers > 1 for experiment in experiments):
        sentences.append("Only the last layer is shown.")
    return " ".join(sentences)


def _results(experiments: Sequence[Experiment], flows: Sequence[NetworkGradients]) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Gradient, relative to the last word**")
        show_figure(size_chart(flows), "gradient_size")
    with right:
        st.markdown("**Share of the sum in the last words**")
        show_figure(share_chart(flows), "gradient_share")
    st.markdown(VANISHING, help=conclusion(experiments))


def _followed(services: Services, network: LoadedNetwork, *, initial: bool) -> FollowedGradient | None:
    """Returns a network's gradient; None while a worker computes it, which the page shows.

    Initial weights follow from the seed, by Keras, so a worker makes them. Raises ``UserError`` where there is none.
    """
    if network.run.experiment.without_recurrence:
        raise UserError(NO_GRADIENT_THROUGH_TIME)
    if not initial and is_quick(network.run.experiment):
        return _followed_at_once(network.run.id, network.state, network)
    return result_of(services, network, worker_tasks.initial_gradients if initial else follow_gradient)


@st.cache_data(max_entries=64, show_spinner=False)
def _followed_at_once(run: str, state: str, _network: LoadedNetwork) -> FollowedGradient:  # noqa: ARG001  # the key
    return follow_gradient(_network.run.experiment, _network.weights)
