"""What is known of a run's gradient, epoch by epoch, as the browser plays it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork
from rnn_compare.explain.gradient_flow import FollowedGradient
from rnn_compare.formatting import as_markdown

PLACE = "word, counted from the end"
FALLEN = 1e-6
"""Lower than this share of the gradient at the last word the chart does not reach: what leaves it has vanished."""
MOST_EPOCHS = 50
"""Epochs that are sent: more than that nobody steps through."""


@dataclass(frozen=True)
class GradientHistory:
    """What is known of one run.

    Attributes:
        network: The run.
        at: The epoch of the weights that are looked at.
        epochs: The gradient after each epoch, in order; that of ``at`` among them.
        recorded: Which of them were recorded when they ended.
    """

    network: LoadedNetwork
    at: int
    epochs: Mapping[int, FollowedGradient]
    recorded: Collection[int]


def message(histories: Sequence[GradientHistory]) -> dict[str, Any]:
    """Returns what the browser plays back."""
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


def remarks(histories: Sequence[GradientHistory]) -> str:
    """Returns, in Markdown, of which runs something is missing."""
    sentences = []
    for history in histories:
        title = as_markdown(history.network.title)
        if missing := _missing(history):
            sentences.append(f"Of {title} {missing}.")
    return " ".join(sentences)


def _run(history: GradientHistory) -> dict[str, Any]:
    network = history.network
    epochs = _spread(list(history.epochs), history.at)
    by_direction = zip(*(history.epochs[epoch].directions for epoch in epochs), strict=True)
    directions = [{"backward": flows[0].backward, "flows": [flow.plain() for flow in flows]} for flows in by_direction]
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
    """Returns the first, the newest, the one looked at, and of the others as many as are sent, at equal distances."""
    if len(epochs) <= MOST_EPOCHS:
        return list(epochs)
    places = np.linspace(0, len(epochs) - 1, MOST_EPOCHS - 1).round().astype(int)
    return sorted({at, *(epochs[place] for place in places)})


def _missing(history: GradientHistory) -> str:
    run = history.network.run
    if not history.recorded:
        return "nothing was recorded while it was trained, so it has one epoch alone"
    left_out = [epoch.epoch for epoch in run.epochs if epoch.epoch not in history.epochs]
    if not left_out:
        return ""
    listed = ", ".join(map(str, left_out[:8])) + (" …" if len(left_out) > 8 else "")
    return (
        f"the gradient was not measured after epoch{'s' if len(left_out) > 1 else ''} {listed}: it would have taken "
        "more than its share of the training's time, or the training was interrupted"
    )
