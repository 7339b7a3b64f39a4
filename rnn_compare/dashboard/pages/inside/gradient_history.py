"""The history of gradient flow: what was recorded at every epoch's end, to be played back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from rnn_compare.charts.gradient_chart import PLACE, drawable
from rnn_compare.charts.plotly_style import plain
from rnn_compare.dashboard.components.component import component
from rnn_compare.dashboard.pages.inside.chosen import Chosen
from rnn_compare.dashboard.services import Services
from rnn_compare.formatting import counted_range
from rnn_compare.insight.gradient_flow import GradientFlow, from_plain
from rnn_compare.insight.gradient_norms import Array
from rnn_compare.runs.events import EpochGradients

FALLEN = 1e-8
"""Lower than this share of the largest gradient the chart does not reach: one that leaves it has vanished."""
MOST_EPOCHS = 50
"""Epochs that are sent: more than that nobody steps through."""


@dataclass(frozen=True)
class GradientHistory:
    """What was recorded of one run."""

    chosen: Chosen
    recorded: Sequence[EpochGradients]


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the history of the runs that have one, and says of the others why they have none."""
    histories = [GradientHistory(one, services.store.gradients(one.run.id)) for one in chosen]
    st.markdown(f"**While it learned:** {introduction(histories)}")
    if shown := [history for history in histories if history.recorded]:
        component("gradient_history.js", "inside.css")(data=message(shown), key="gradient_history")


def introduction(histories: Sequence[GradientHistory]) -> str:
    """Returns what the histories are of, and what was not recorded."""
    sentences = []
    if reviews := [one.reviews for history in histories for one in history.recorded]:
        sentences.append(
            f"the same after every epoch, on {counted_range(reviews, 'long review')}; epoch 0 is before any training. "
            "Press Play, or step from epoch to epoch."
        )
    for history in histories:
        if missing := _missing(history):
            sentences.append(f"Of {_as_text(history.chosen.title)} {missing}.")
    return " ".join(sentences)


def message(shown: Sequence[GradientHistory]) -> dict[str, Any]:
    """Returns what the browser plays back."""
    runs = [_run(history) for history in shown]
    values = [value for run in runs for line in run["lines"] for row in line["values"] for value in row if value]
    largest = max(values, default=1.0)
    decades = np.log10([max(min(values, default=0.1), FALLEN * largest), largest])
    return {
        "epochs": sorted({epoch for run in runs for epoch in run["epochs"]}),
        "runs": runs,
        "place": PLACE,
        "longest": max((line["places"][-1] for run in runs for line in run["lines"]), default=1),
        "decades": [round(float(decades[0]) - 0.3, 2), round(float(decades[1]) + 0.3, 2)],
    }


def _run(history: GradientHistory) -> dict[str, Any]:
    one = history.chosen
    kept = _spread(history.recorded)
    epochs = [[from_plain(direction) for direction in gradients.directions] for gradients in kept]
    lines, memories = [], []
    for flows in zip(*epochs, strict=True):  # one direction, epoch by epoch
        backward = flows[0].backward
        name = plain(one.title) + (" backward" if backward else " forward") * one.run.experiment.bidirectional
        dash = "dot" if backward else "solid"
        memories.append({"name": name, "dash": dash, "words": [flow.memory for flow in flows]})
        lines.append(_line(name, "hidden state", dash, flows))
        if flows[0].carry is not None:
            lines.append(_line(name, "carry track", "dashdot" if backward else "dash", flows))
    return {
        "title": one.title,
        "color": one.look.color,
        "symbol": one.look.marker,
        "epochs": [gradients.epoch for gradients in kept],
        "lines": lines,
        "memories": memories,
    }


def _spread(recorded: Sequence[EpochGradients]) -> Sequence[EpochGradients]:
    """Returns the first, the newest, and of those between them as many as are sent, at equal distances."""
    if len(recorded) <= MOST_EPOCHS:
        return recorded
    return [recorded[place] for place in np.linspace(0, len(recorded) - 1, MOST_EPOCHS).round().astype(int)]


def _line(name: str, track: str, dash: str, flows: Sequence[GradientFlow]) -> dict[str, Any]:
    values = [flow.states if track == "hidden state" else flow.carry for flow in flows]
    return {
        "name": name,
        "track": track,
        "dash": dash,
        "places": flows[0].places.tolist(),
        "values": [_drawn(each) for each in values if each is not None],
    }


def _drawn(values: Array) -> list[float | None]:
    shown = drawable(values, float(values.max(initial=0.0)))
    return [None if np.isnan(value) else float(value) for value in shown]


def _missing(history: GradientHistory) -> str:
    run, recorded = history.chosen.run, {gradients.epoch for gradients in history.recorded}
    if not recorded:
        return "nothing was recorded while it was trained: it is older than this, or it was switched off by an error"
    left_out = [epoch.epoch for epoch in run.epochs if epoch.epoch not in recorded]
    if not left_out:
        return ""
    listed = ", ".join(map(str, left_out[:8])) + (" …" if len(left_out) > 8 else "")
    return (
        f"epoch{'s' if len(left_out) > 1 else ''} {listed} {'were' if len(left_out) > 1 else 'was'} passed over: "
        "there it would have cost more than its share of the training's time, or the training was interrupted"
    )


def _as_text(title: str) -> str:
    """Returns a title that Markdown shows as it is."""
    return f"`{title.replace('`', ' ')}`"
