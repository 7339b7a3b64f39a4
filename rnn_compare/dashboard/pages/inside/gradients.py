"""How large the gradient still is on its way back in time: one line a run, and one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.cells.registry import cell
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside import gradient_history
from rnn_compare.dashboard.pages.inside.chosen import Chosen
from rnn_compare.dashboard.pages.inside.drawing import (
    GREY,
    PLACE,
    axis,
    card,
    drawable,
    layout,
    plain,
    wait_for,
    words,
)
from rnn_compare.dashboard.services import Services
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.insight import questions
from rnn_compare.insight.gradient_flow import WayBack, from_plain, way_back
from rnn_compare.insight.gradient_norms import Array, gradient_norms
from rnn_compare.insight.probe import probe_batch
from rnn_compare.insight.questions import fingerprint

HEIGHT = 430
NUMBERS_AT_ONCE = 2**18
"""Networks of more ``numbers`` are left to a worker: LSTM(128) on 500 words takes a third of a second."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one run.

    Attributes:
        chosen: The run.
        reviews: How many reviews the gradient was followed through.
        directions: One result, or forward and backward.
    """

    chosen: Chosen
    reviews: int
    directions: tuple[WayBack, ...]

    def name(self, way: WayBack) -> str:
        """The run's title, and which direction it is of where there are two."""
        if len(self.directions) == 1:
            return self.chosen.title
        return f"{self.chosen.title} {'backward' if way.backward else 'forward'}"


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the effective memory of the chosen runs, the gradient at every word, and how it came to be so."""
    measured: list[Measured] = []
    cards = []
    for one in chosen:
        try:
            known = _ways(services, one)
        except UserError as error:
            cards.append(card(one, f'<p class="rc-problem">{escape(str(error))}</p>'))
            continue
        if known is None:
            continue
        found = Measured(one, *known)
        measured.append(found)
        cards.append(card(one, memory(found)))
    if measured:
        st.markdown(
            "**What you see:** how strongly each word's state could still change the loss, ‖∂L/∂hₜ‖, on the "
            f"gradient's way back from the end (right) to the beginning (left) of {measured[0].reviews} long reviews."
        )
    st.html(f'<div class="rc-verdicts">{"".join(cards)}</div>')
    if measured:
        figure.show(chart(measured), "gradient_chart", HEIGHT)
        st.markdown(conclusion(measured))
        gradient_history.show(services, chosen)


def conclusion(measured: Sequence[Measured]) -> str:
    """Returns what to make of the lines, in as many sentences as the chosen networks need."""
    sentences = [
        "**What it means:** where a line has fallen, the network can hardly learn from words that far back: the "
        "gradient has vanished. The effective memory (the mark on each line) is the number of last words that hold "
        "half of the whole gradient."
    ]
    experiments = [found.chosen.run.experiment for found in measured]
    if any(experiment.cell == "LSTM" for experiment in experiments):
        sentences.append("The dashed line is the LSTM's carry track, on which the forget gate alone weakens it.")
    if any(experiment.bidirectional for experiment in experiments):
        sentences.append("A backward cell ends at the first word, so its words are counted from there.")
    if any(experiment.layers > 1 for experiment in experiments):
        sentences.append("Of several layers the last one is shown.")
    return " ".join(sentences)


def memory(measured: Measured) -> str:
    """Returns the effective memory as HTML: one large number, or one for each direction."""
    parts = []
    for way in measured.directions:
        which = "" if len(measured.directions) == 1 else (" backward" if way.backward else " forward")
        parts.append(
            f'<p class="rc-memory"><b>{words(way.memory)}</b> <span>effective memory{which}</span></p>'
            if way.memory
            else f'<p class="rc-memory"><b>none</b> <span>no gradient arrives{which}</span></p>'
        )
        if way.carry_memory:
            parts.append(f'<p class="rc-note">on the carry track: {words(way.carry_memory)}</p>')
    return "".join(parts)


def chart(measured: Sequence[Measured]) -> go.Figure:
    """Returns the size of the gradient at each word, the end of the reading at the right."""
    largest = max(
        (_largest(line) for found in measured for way in found.directions for line in (way.states, way.carry)),
        default=0.0,
    )
    smallest = largest
    drawn = go.Figure()
    for found in measured:
        for way in found.directions:
            line = drawable(way.states, largest)
            _add(drawn, found, way, line, "dot" if way.backward else "solid", "hidden state")
            smallest = min(smallest, np.nanmin(line, initial=smallest))
            if way.carry is not None:
                carry = drawable(way.carry, largest)
                _add(drawn, found, way, carry, "dashdot" if way.backward else "dash", "carry track")
                smallest = min(smallest, np.nanmin(carry, initial=smallest))
            if way.memory:
                drawn.add_scatter(
                    x=[way.memory],
                    y=[line[way.memory - 1]],
                    mode="markers",
                    marker={"color": found.chosen.look.color, "symbol": found.chosen.look.marker, "size": 15},
                    showlegend=False,
                    hovertemplate=f"half of the gradient: the last {words(way.memory)}<extra></extra>",
                )
    if any(way.carry is not None for found in measured for way in found.directions):
        named = {"mode": "lines", "line": {"color": GREY, "dash": "dash", "width": 3}, "name": "carry track"}
        drawn.add_scatter(x=[None], y=[None], **named)
    longest = max((way.places[-1] for found in measured for way in found.directions), default=1)
    decades = np.log10([smallest, largest]) if smallest > 0 else np.array([-1.0, 0.0])
    drawn.update_layout(
        **layout(),
        xaxis=axis(PLACE, range=[longest + 0.5, 0]),
        yaxis=axis(
            "size of the gradient",
            type="log",
            range=[decades[0] - 0.3, decades[1] + 0.3],
            dtick=max(1, round((decades[1] - decades[0]) / 6)),
            exponentformat="power",
        ),
    )
    return drawn


def _ways(services: Services, one: Chosen) -> tuple[int, tuple[WayBack, ...]] | None:
    """Returns how many reviews were followed, and what was found; None while a worker is at it, which is then said."""
    experiment, state = one.run.experiment, fingerprint(one.weights)
    if numbers(experiment) <= NUMBERS_AT_ONCE:
        return _ways_at_once(one.run.id, state, one)
    analysis = services.engine.analyse(questions.gradients, one.run.id, one.which, state, experiment)
    if analysis.problem:
        raise UserError(analysis.problem)
    if analysis.result is None:
        wait_for(one.title, analysis)
        return None
    return analysis.result["reviews"], tuple(map(from_plain, analysis.result["directions"]))


@st.cache_data(max_entries=64, show_spinner=False)
def _ways_at_once(run: str, state: str, _one: Chosen) -> tuple[int, tuple[WayBack, ...]]:  # noqa: ARG001  # the key
    experiment = _one.run.experiment
    ids, labels = probe_batch(experiment)
    return len(ids), tuple(map(way_back, gradient_norms(experiment, _one.weights, ids, labels)))


def numbers(experiment: Experiment) -> int:
    """Returns how many numbers the recurrent layers work out for one review."""
    directions = 2 if experiment.bidirectional else 1
    return experiment.maxlen * experiment.units * cell(experiment.cell).blocks * experiment.layers * directions


def _add(drawn: go.Figure, found: Measured, way: WayBack, line: Array, dash: str, track: str) -> None:
    hidden = track == "hidden state"
    drawn.add_scatter(
        x=way.places,
        y=line,
        mode="lines",
        name=plain(found.name(way)),
        line={"color": found.chosen.look.color, "dash": dash, "width": 3.5 if hidden else 2.5},
        showlegend=hidden,
        hoverlabel={"namelength": -1},
        hovertemplate=f"{track}, word %{{x:,}} from the end: %{{y:.2e}}",
    )


def _largest(line: Array | None) -> float:
    return 0.0 if line is None else float(np.max(line, initial=0.0, where=np.isfinite(line)))
