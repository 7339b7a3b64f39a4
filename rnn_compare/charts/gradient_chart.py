"""The chart of gradient flow: how large the backpropagated gradient is at every word, a line for each network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, axis, layout, plain
from rnn_compare.formatting import counted
from rnn_compare.insight.gradient_flow import FollowedGradient, GradientFlow
from rnn_compare.insight.gradient_norms import Array

HEIGHT = 430
PLACE = "word, counted from the end"
FLOOR = 1e-12
"""The smallest gradient that is drawn, as a share of the largest: beyond it lies rounding alone."""


@dataclass(frozen=True)
class NetworkGradient:
    """What is drawn of one network.

    Attributes:
        title: What it is called here.
        look: How it is drawn.
        followed: Its gradient.
    """

    title: str
    look: Look
    followed: FollowedGradient

    def name(self, flow: GradientFlow) -> str:
        """The network's title, and which direction it is of where there are two."""
        if len(self.followed.directions) == 1:
            return self.title
        return f"{self.title} {'backward' if flow.backward else 'forward'}"


def gradient_chart(networks: Sequence[NetworkGradient]) -> go.Figure:
    """Returns the size of the gradient at each word, the end of the reading at the right."""
    flows = [flow for network in networks for flow in network.followed.directions]
    largest = max((_largest(line) for flow in flows for line in (flow.states, flow.carry)), default=0.0)
    smallest = largest
    drawn = go.Figure()
    for network in networks:
        for flow in network.followed.directions:
            line = drawable(flow.states, largest)
            _add(drawn, network, flow, line, "dot" if flow.backward else "solid", "hidden state")
            smallest = min(smallest, np.nanmin(line, initial=smallest))
            if flow.carry is not None:
                carry = drawable(flow.carry, largest)
                _add(drawn, network, flow, carry, "dashdot" if flow.backward else "dash", "carry track")
                smallest = min(smallest, np.nanmin(carry, initial=smallest))
            if flow.memory:
                drawn.add_scatter(
                    x=[flow.memory],
                    y=[line[flow.memory - 1]],
                    mode="markers",
                    marker={"color": network.look.color, "symbol": network.look.marker, "size": 15},
                    showlegend=False,
                    hovertemplate=f"half of the gradient: the last {counted(flow.memory, 'word')}<extra></extra>",
                )
    if any(flow.carry is not None for flow in flows):
        named = {"mode": "lines", "line": {"color": GREY, "dash": "dash", "width": 3}, "name": "carry track"}
        drawn.add_scatter(x=[None], y=[None], **named)
    longest = max((flow.places[-1] for flow in flows), default=1)
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


def drawable(values: Array, largest: float) -> Array:
    """Returns the values, and not a number for those that a logarithm cannot show or ``FLOOR`` hides."""
    shown = np.isfinite(values) & (values > 0) & (values >= FLOOR * largest)
    kept: Array = np.where(shown, values, np.nan)
    return kept


def _add(drawn: go.Figure, network: NetworkGradient, flow: GradientFlow, line: Array, dash: str, track: str) -> None:
    hidden = track == "hidden state"
    drawn.add_scatter(
        x=flow.places,
        y=line,
        mode="lines",
        name=plain(network.name(flow)),
        line={"color": network.look.color, "dash": dash, "width": 3.5 if hidden else 2.5},
        showlegend=hidden,
        hoverlabel={"namelength": -1},
        hovertemplate=f"{track}, word %{{x:,}} from the end: %{{y:.2e}}",
    )


def _largest(line: Array | None) -> float:
    return 0.0 if line is None else float(np.max(line, initial=0.0, where=np.isfinite(line)))
