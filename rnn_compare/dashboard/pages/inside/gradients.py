"""Gradient flow: the size of the backpropagated gradient at every word, and its reach, epoch by epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from rnn_compare.cells.registry import cell
from rnn_compare.charts.palette import picture
from rnn_compare.dashboard.components import component
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, result_of, show_problems
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.gradient_flow import FollowedGradient, follow_gradient
from rnn_compare.formatting import counted_range
from rnn_compare.server.services import Services

NUMBERS_AT_ONCE = 2**18
"""Larger networks are left to a worker: LSTM(128) on 500 words takes a third of a second."""

PLACE = "word, from the end"
NO_GRADIENT_THROUGH_TIME = (
    "No state is carried from word to word here: the way from each word to the prediction is equally short, so no "
    "gradient fades with distance."
)
MEANING = (
    "Reach: how many of the last words hold half of the gradient's sum, in the median review. It shows how far back a "
    "network can learn; *Memory test* shows which words it notices."
)
FALLEN = 1e-6
"""Lower end of the chart, as a share of the gradient at the last word: what leaves it has vanished."""
MOST_EPOCHS = 50
"""The largest number of epochs sent to the browser."""


@dataclass(frozen=True)
class GradientHistory:
    """The gradients of one run.

    Attributes:
        network: The run with its weights.
        at: The epoch of the weights.
        epochs: The gradients by epoch, in order; ``at`` is among them.
    """

    network: LoadedNetwork
    at: int
    epochs: Mapping[int, FollowedGradient]


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the gradients of the chosen runs after every recorded epoch."""
    histories = []
    problems: dict[str, list[str]] = {}
    for network in networks:
        try:
            histories.append(_history(services, network))
        except UserError as error:
            problems.setdefault(str(error), []).append(network.title)
    complete = [history for history in histories if history is not None]
    if complete:
        st.markdown(introduction(complete), help=MEANING)
    show_problems(problems)
    if complete:
        component("gradients/gradient_history.js", "pages/inside.css")(data=message(complete), key="gradient_history")
        st.markdown(conclusion([history.network.run.experiment for history in complete]))
        if incomplete(complete):
            st.caption("The gradient was not recorded after some epochs.")


def introduction(histories: Sequence[GradientHistory]) -> str:
    """Returns the description of the charts."""
    numbers = [epoch.reviews for history in histories for epoch in history.epochs.values()]
    return f"Gradient ‖∂L/∂hₜ‖ at each word of {counted_range(numbers, 'long review')}; described, not tested."


def conclusion(experiments: Sequence[Experiment]) -> str:
    """Returns the interpretation of the lines for networks of these experiments."""
    sentences = ["Where the gradient vanishes, little is learned."]
    cells = dict.fromkeys(experiment.cell for experiment in experiments)
    sentences += [note for name in cells if (note := picture(name).gradient_note)]
    if any(experiment.bidirectional for experiment in experiments):
        sentences.append("For a backward cell, words are counted from the first.")
    if any(experiment.layers > 1 for experiment in experiments):
        sentences.append("Only the last layer is shown.")
    return " ".join(sentences)


def message(histories: Sequence[GradientHistory]) -> dict[str, Any]:
    """Returns the component's message."""
    runs = [_run(history) for history in histories]
    flows = [flow for run in runs for direction in run["directions"] for flow in direction["flows"]]
    tracks = [flow[track] for flow in flows for track in ("states", "carry") if flow[track]]
    sizes = [size for track in tracks for size in track["relative"][0] if size > 0]  # the medians
    decades = np.log10([max(min(sizes, default=0.1), FALLEN), max(sizes, default=1.0)])
    return {
        "epochs": sorted({epoch for run in runs for epoch in run["epochs"]}),
        "which": histories[0].network.which,
        "runs": runs,
        "place": PLACE,
        "longest": max((flow["places"][-1] for flow in flows), default=1),
        "decades": [round(float(decades[0]) - 0.1, 2), round(float(decades[1]) + 0.1, 2)],
    }


def incomplete(histories: Sequence[GradientHistory]) -> bool:
    """Returns True if a run lacks the gradient after one of its epochs."""
    return any(history.epochs.keys() < {epoch.epoch for epoch in history.network.run.epochs} for history in histories)


def _history(services: Services, network: LoadedNetwork) -> GradientHistory | None:
    """Returns a run's recorded gradients; None while a worker computes one, which the page shows.

    The gradient of the weights that are looked at is computed only if it was not recorded.
    Raises a ``UserError`` where there is no such gradient.
    """
    if network.run.experiment.without_recurrence:
        raise UserError(NO_GRADIENT_THROUGH_TIME)
    ended = network.run.best if network.which == "best" else network.run.last
    at = ended.epoch if ended else 0
    epochs = {
        recording.epoch: FollowedGradient(recording.reviews, tuple(recording.directions))
        for recording in services.store.gradients(network.run.id)
    }
    if at not in epochs:
        followed = _followed(services, network)
        if followed is None:
            return None
        epochs[at] = followed
    return GradientHistory(network, at, dict(sorted(epochs.items())))


def _followed(services: Services, network: LoadedNetwork) -> FollowedGradient | None:
    """Returns the gradient with a run's weights; None while a worker computes it, which the page shows."""
    if numbers(network.run.experiment) <= NUMBERS_AT_ONCE:
        return _followed_at_once(network.run.id, network.state, network)
    return result_of(services, network, worker_tasks.gradients)


@st.cache_data(max_entries=64, show_spinner=False)
def _followed_at_once(run: str, state: str, _network: LoadedNetwork) -> FollowedGradient:  # noqa: ARG001  # the key
    return follow_gradient(_network.run.experiment, _network.weights)


def numbers(experiment: Experiment) -> int:
    """Returns the count of numbers that the recurrent layers compute for one review."""
    directions = 2 if experiment.bidirectional else 1
    return experiment.maxlen * experiment.units * cell(experiment.cell).blocks * experiment.layers * directions


def _run(history: GradientHistory) -> dict[str, Any]:
    network = history.network
    epochs = _spread(list(history.epochs), history.at)
    by_direction = zip(*(history.epochs[epoch].directions for epoch in epochs), strict=True)
    directions = [{"backward": flows[0]["backward"], "flows": list(flows)} for flows in by_direction]
    return {
        "id": network.run.id,
        "title": network.title,
        "color": network.look.color,
        "symbol": network.look.marker,
        "at": history.at,
        "epochs": epochs,
        "directions": directions,
    }


def _spread(epochs: Sequence[int], at: int) -> list[int]:
    """Returns the epochs that are sent: ``at``, and others at equal distances from the first to the last."""
    if len(epochs) <= MOST_EPOCHS:
        return list(epochs)
    places = np.linspace(0, len(epochs) - 1, MOST_EPOCHS - 1).round().astype(int)
    return sorted({at, *(epochs[place] for place in places)})
