"""How the gradient's way back came to be: what was recorded at every epoch's end, to be played back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from rnn_compare.dashboard.components.component import component
from rnn_compare.dashboard.pages.inside.chosen import Chosen
from rnn_compare.dashboard.pages.inside.drawing import PLACE, drawable, plain
from rnn_compare.dashboard.services import Services
from rnn_compare.insight.gradient_flow import WayBack, from_plain
from rnn_compare.insight.gradient_norms import Array
from rnn_compare.runs.events import Gradients

FALLEN = 1e-8
"""Lower than this share of the largest gradient the chart does not reach: one that leaves it has vanished."""
MOST_EPOCHS = 50
"""Epochs that are sent: more than that nobody steps through."""


@dataclass(frozen=True)
class Course:
    """What was recorded of one run."""

    chosen: Chosen
    recorded: Sequence[Gradients]


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the course of the runs that have one, and says of the others why they have none."""
    found = [Course(one, services.store.gradients(one.run.id)) for one in chosen]
    st.markdown(f"**While it learned:** {introduction(found)}")
    if shown := [course for course in found if course.recorded]:
        component("course.js", "inside.css")(data=message(shown), key="course")


def introduction(found: Sequence[Course]) -> str:
    """Returns what the courses are of, and what was not recorded."""
    sentences = []
    if shown := [course for course in found if course.recorded]:
        reviews = max(one.reviews for course in shown for one in course.recorded)
        sentences.append(
            f"the same after every epoch, on {reviews} long reviews; epoch 0 is before any training. Press Play, or "
            "step from epoch to epoch."
        )
    for course in found:
        if missing := _missing(course):
            sentences.append(f"Of {_as_text(course.chosen.title)} {missing}.")
    return " ".join(sentences)


def message(shown: Sequence[Course]) -> dict[str, Any]:
    """Returns what the browser plays back."""
    runs = [_run(course) for course in shown]
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


def _run(course: Course) -> dict[str, Any]:
    one = course.chosen
    kept = course.recorded[:: -(-len(course.recorded) // MOST_EPOCHS)]
    ways = [[from_plain(direction) for direction in gradients.directions] for gradients in kept]
    lines, memories = [], []
    for directions in zip(*ways, strict=True):
        backward = directions[0].backward
        both = one.run.experiment.bidirectional
        name = plain(one.title) + (" backward" if backward else " forward") * both
        memories.append({"name": name, "dash": "dot" if backward else "solid", "words": [w.memory for w in directions]})
        lines.append(_line(name, "hidden state", "dot" if backward else "solid", directions))
        if directions[0].carry is not None:
            lines.append(_line(name, "carry track", "dashdot" if backward else "dash", directions))
    return {
        "title": one.title,
        "color": one.look.color,
        "symbol": one.look.marker,
        "epochs": [gradients.epoch for gradients in kept],
        "lines": lines,
        "memories": memories,
    }


def _line(name: str, track: str, dash: str, directions: Sequence[WayBack]) -> dict[str, Any]:
    values = [way.states if track == "hidden state" else way.carry for way in directions]
    return {
        "name": name,
        "track": track,
        "dash": dash,
        "places": directions[0].places.tolist(),
        "values": [_drawn(each) for each in values if each is not None],
    }


def _drawn(values: Array) -> list[float | None]:
    shown = drawable(values, float(values.max(initial=0.0)))
    return [None if np.isnan(value) else float(value) for value in shown]


def _missing(course: Course) -> str:
    run, recorded = course.chosen.run, {gradients.epoch for gradients in course.recorded}
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
