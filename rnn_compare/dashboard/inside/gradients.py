"""How large the gradient still is on its way back in time: one line a run, and one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from rnn_compare.dashboard import figure
from rnn_compare.dashboard.inside.chosen import Chosen
from rnn_compare.dashboard.inside.drawing import GREY, axis, card, layout, plain, words
from rnn_compare.dashboard.services import Services
from rnn_compare.errors import UserError
from rnn_compare.insight.analyses import fingerprint
from rnn_compare.insight.gradients import Array, GradientNorms, gradient_norms
from rnn_compare.insight.probe import probe_batch

HEIGHT = 430
FLOOR = 1e-12
"""The smallest gradient that is drawn, as a share of the largest: beyond it lies rounding alone."""
PLACE = "the word's place, counted from the end of the review"


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
    directions: tuple[GradientNorms, ...]

    def name(self, norms: GradientNorms) -> str:
        """The run's title, and which direction it is of where there are two."""
        if len(self.directions) == 1:
            return self.chosen.title
        return f"{self.chosen.title} {'backward' if norms.backward else 'forward'}"


def show(_of: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the effective memory of the chosen runs, and under it the gradient at every word."""
    measured: list[Measured] = []
    cards = []
    for one in chosen:
        try:
            found = Measured(one, *_norms(one.run.id, fingerprint(one.weights), one))
        except UserError as error:
            cards.append(card(one, f'<p class="rc-problem">{escape(str(error))}</p>'))
            continue
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
    for norms in measured.directions:
        way = "" if len(measured.directions) == 1 else (" backward" if norms.backward else " forward")
        parts.append(
            f'<p class="rc-verdict"><b>{words(norms.memory)}</b> <span>effective memory{way}</span></p>'
            if norms.memory
            else f'<p class="rc-verdict"><b>none</b> <span>no gradient arrives{way}</span></p>'
        )
        if norms.carry_memory:
            parts.append(f'<p class="rc-note">on the carry track: {words(norms.carry_memory)}</p>')
    return "".join(parts)


def chart(measured: Sequence[Measured]) -> go.Figure:
    """Returns the size of the gradient at each word, the end of the reading at the right."""
    largest = max(
        (_largest(line) for found in measured for norms in found.directions for line in (norms.states, norms.carry)),
        default=0.0,
    )
    smallest = largest
    drawn = go.Figure()
    for found in measured:
        for norms in found.directions:
            line = _from_end(norms, norms.states, largest)
            _add(drawn, found, norms, line, "dot" if norms.backward else "solid", "hidden state")
            smallest = min(smallest, np.nanmin(line, initial=smallest))
            if norms.carry is not None:
                carry = _from_end(norms, norms.carry, largest)
                _add(drawn, found, norms, carry, "dashdot" if norms.backward else "dash", "carry track")
                smallest = min(smallest, np.nanmin(carry, initial=smallest))
            if norms.memory:
                drawn.add_scatter(
                    x=[norms.memory],
                    y=[line[norms.memory - 1]],
                    mode="markers",
                    marker={"color": found.chosen.look.color, "symbol": found.chosen.look.marker, "size": 15},
                    showlegend=False,
                    hovertemplate=f"half of the gradient: the last {words(norms.memory)}<extra></extra>",
                )
    if any(norms.carry is not None for found in measured for norms in found.directions):
        named = {"mode": "lines", "line": {"color": GREY, "dash": "dash", "width": 3}, "name": "carry track"}
        drawn.add_scatter(x=[None], y=[None], **named)
    longest = max((len(norms.states) for found in measured for norms in found.directions), default=1)
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


@st.cache_data(max_entries=64, show_spinner=False)
def _norms(run: str, state: str, _chosen: Chosen) -> tuple[int, tuple[GradientNorms, ...]]:  # noqa: ARG001  # the key
    experiment = _chosen.run.experiment
    ids, labels = probe_batch(experiment)
    return len(ids), gradient_norms(experiment, _chosen.weights, ids, labels)


def _add(drawn: go.Figure, found: Measured, norms: GradientNorms, line: Array, dash: str, track: str) -> None:
    hidden = track == "hidden state"
    drawn.add_scatter(
        x=np.arange(1, len(line) + 1),
        y=line,
        mode="lines",
        name=plain(found.name(norms)),
        line={"color": found.chosen.look.color, "dash": dash, "width": 3.5 if hidden else 2.5},
        showlegend=hidden,
        hoverlabel={"namelength": -1},
        hovertemplate=f"{track}, word %{{x:,}} from the end: %{{y:.2e}}",
    )


def _from_end(norms: GradientNorms, values: Array, largest: float) -> Array:
    """Returns the values from the end of the reading on (timesteps,); not a number where none can be drawn."""
    from_end = values if norms.backward else values[::-1]
    drawable = np.isfinite(from_end) & (from_end > 0) & (from_end >= FLOOR * largest)
    kept: Array = np.where(drawable, from_end, np.nan)
    return kept


def _largest(line: Array | None) -> float:
    return 0.0 if line is None else float(np.max(line, initial=0.0, where=np.isfinite(line)))
