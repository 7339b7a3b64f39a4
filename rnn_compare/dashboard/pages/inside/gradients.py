"""Gradient flow: the size of the backpropagated gradient at every word, before and after training."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.palette import Look, picture
from rnn_compare.charts.plotly_style import GREY, axis, between, layout, percent_axis, percentages, plain
from rnn_compare.dashboard.components import show_figure
from rnn_compare.dashboard.widgets import url_state
from rnn_compare.dashboard.widgets.network_choice import result_of, results
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.gradient_flow import DirectionGradients, FollowedGradient, follow_gradient, is_quick
from rnn_compare.formatting import counted_range
from rnn_compare.services.services import Services

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
HEIGHT = 380
FALLEN = 1e-6
"""Lower end of the chart, as a share of the gradient at the last word: what leaves it has vanished."""
DASHES = {"states": ("solid", "dot"), "carry": ("dash", "dashdot")}
"""Dashes of a forward and of a backward direction."""
TRACKS = {"states": "", "carry": ", carry track"}
Flows = Sequence[tuple[LoadedNetwork, FollowedGradient]]
"""Networks with their gradients."""


def size_chart(networks: Flows) -> go.Figure:
    """Returns the chart of the gradient at each word, relative to that at the last word; the median review's."""
    figure = go.Figure()
    sizes = [1.0]
    for look, name, flow, kind in _lines(networks):
        hover = "%{y:.2e} of the last word's" + (f", which is {size:.2g}" if (size := flow[kind]["size"]) else "")
        _add(figure, look, name, flow, kind, flow[kind]["relative"], hover)
        sizes += [value for value in flow[kind]["relative"][0] if value > 0]
    _finish(figure, networks)
    low, high = np.log10([max(min(sizes), FALLEN), max(sizes)])
    decades, ticks = [low - 0.1, high + 0.1], max(1, round((high - low) / 5))
    return figure.update_yaxes(axis("relative", type="log", range=decades, dtick=ticks, exponentformat="power"))


def share_chart(networks: Flows) -> go.Figure:
    """Returns the chart of the share of the gradient's sum in the last words; it crosses one half at the reach."""
    figure = go.Figure()
    figure.add_hline(50, line={"color": GREY, "width": 1.5}, annotation={"text": "one half", "x": 0, "xanchor": "left"})
    for look, name, flow, kind in _lines(networks):
        shares = [percentages(row) for row in flow[kind]["share"]]
        _add(figure, look, name, flow, kind, shares, "words from there on: %{y:.1f} %")
        if kind == "states" and (words := flow[kind]["memory"][0]):
            mark = {"color": look.color, "symbol": look.marker, "size": 13}
            figure.add_scatter(x=[words], y=[50], mode="markers", marker=mark, hoverinfo="skip", showlegend=False)
    _finish(figure, networks)
    return figure.update_yaxes(percent_axis("share", range=[-2, 102]))


def _lines(networks: Flows) -> Iterator[tuple[Look, str, DirectionGradients, str]]:
    """Yields each line's look and name, with the direction if there are two."""
    for network, followed in networks:
        for flow in followed.directions:
            which = f" {'backward' if flow['backward'] else 'forward'}" if len(followed.directions) > 1 else ""
            for kind, track in TRACKS.items():
                if flow[kind]:
                    yield network.look, f"{network.title}{which}{track}", flow, kind


def _add(
    figure: go.Figure, look: Look, name: str, flow: DirectionGradients, kind: str, rows: list[Any], hover: str
) -> None:
    """Draws the median, and the middle half of the reviews as a band where both its edges are known."""
    places = np.array(flow["places"])
    if len(rows) > 1:
        lower, upper = np.array(rows[1]), np.array(rows[2])
        positive = (lower > 0) & (upper > 0)
        edges = (edge[positive].tolist() for edge in (places, lower, upper))
        figure.add_scatter(**between(*edges, fillcolor=look.color, opacity=0.2, showlegend=False))
    dash = DASHES[kind][int(flow["backward"])]
    figure.add_scatter(
        x=places,
        y=[value if value > 0 else None for value in rows[0]],  # a logarithm cannot show 0
        mode="lines",
        name=plain(name),
        line={"color": look.color, "dash": dash, "width": 3.5 if kind == "states" else 2.5},
        hoverlabel={"namelength": -1},
        hovertemplate=f"word %{{x:,}} from the end: {hover}",
    )


def _finish(figure: go.Figure, networks: Flows) -> None:
    longest = max((flow["places"][-1] for _, followed in networks for flow in followed.directions), default=1)
    figure.update_layout(
        **layout(HEIGHT),
        showlegend=True,  # a line by itself has a name too
        xaxis=axis("word, from the end", range=[longest + 0.5, 0]),
    )


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the gradients of the chosen runs, with their initial or with their trained weights."""
    moments = [BEFORE, trained := f"{networks[0].which} epoch"]
    url_state.restore("gradients", moments)
    if st.session_state.get("gradients") not in moments:
        st.session_state["gradients"] = trained
    moment = st.segmented_control("Weights", moments, key="gradients", required=True, label_visibility="collapsed")
    url_state.save("gradients", moment or trained, trained)
    if flows := results(networks, lambda network: _followed(services, network, initial=moment == BEFORE)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(introduction(flows), help=MEANING, width="content")
            st.button("What they remember: Memory test", type="tertiary", on_click=_open_memory_test)
        _results(flows)


def _open_memory_test() -> None:
    st.session_state["view"] = "Memory test"


def introduction(networks: Flows) -> str:
    """Returns the description of the charts."""
    reviews = counted_range([followed.reviews for _, followed in networks], "long review")
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


def _results(flows: Flows) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Gradient, relative to the last word**")
        show_figure(size_chart(flows), "gradient_size")
    with right:
        st.markdown("**Share of the sum in the last words**")
        show_figure(share_chart(flows), "gradient_share")
    st.markdown(VANISHING, help=conclusion([network.run.experiment for network, _ in flows]))


def _followed(services: Services, network: LoadedNetwork, *, initial: bool) -> FollowedGradient | None:
    """Returns a network's gradient; None while a worker computes it, which the page shows.

    Initial weights follow from the seed, by Keras, so a worker makes them. Raises ``UserError`` where there is none.
    """
    if network.run.experiment.without_recurrence:
        raise UserError(NO_GRADIENT_THROUGH_TIME)
    if initial:
        return result_of(services, network, worker_tasks.initial_gradients)
    return result_of(services, network, follow_gradient, is_quick(network.run.experiment))
