"""Charts of gradient flow: the gradient's size at each word, and the share of its sum in the last words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, axis, in_percent, layout, percent_axis, plain
from rnn_compare.explain.gradient_flow import DirectionGradients, FollowedGradient

HEIGHT = 380
FALLEN = 1e-6
"""Lower end of the chart, as a share of the gradient at the last word: what leaves it has vanished."""
DASHES = {"states": ("solid", "dot"), "carry": ("dash", "dashdot")}
"""Dashes of a forward and of a backward direction."""
TRACKS = {"states": "", "carry": ", carry track"}
BAND = {"mode": "none", "fill": "toself", "opacity": 0.2, "hoverinfo": "skip", "showlegend": False}


@dataclass(frozen=True)
class NetworkGradients:
    """Gradient flow of one network, and how it is drawn."""

    title: str
    look: Look
    followed: FollowedGradient

    def name(self, flow: DirectionGradients) -> str:
        """Returns the title, with the direction if there are two."""
        which = f" {'backward' if flow['backward'] else 'forward'}" if len(self.followed.directions) > 1 else ""
        return f"{self.title}{which}"


def size_chart(networks: Sequence[NetworkGradients]) -> go.Figure:
    """Returns the chart of the gradient at each word, relative to that at the last word; the median review's."""
    figure = go.Figure()
    sizes = [1.0]
    for network, flow, kind in _lines(networks):
        hover = "%{y:.2e} of the last word's" + (f", which is {size:.2g}" if (size := flow[kind]["size"]) else "")
        _add(figure, network, flow, kind, flow[kind]["relative"], hover)
        sizes += [value for value in flow[kind]["relative"][0] if value > 0]
    _finish(figure, networks)
    low, high = np.log10([max(min(sizes), FALLEN), max(sizes)])
    decades, ticks = [low - 0.1, high + 0.1], max(1, round((high - low) / 5))
    return figure.update_yaxes(axis("relative", type="log", range=decades, dtick=ticks, exponentformat="power"))


def share_chart(networks: Sequence[NetworkGradients]) -> go.Figure:
    """Returns the chart of the share of the gradient's sum in the last words; it crosses one half at the reach."""
    figure = go.Figure()
    figure.add_hline(50, line={"color": GREY, "width": 1.5}, annotation={"text": "one half", "x": 0, "xanchor": "left"})
    for network, flow, kind in _lines(networks):
        shares = [in_percent(row) for row in flow[kind]["share"]]
        _add(figure, network, flow, kind, shares, "words from there on: %{y:.1f} %")
        if kind == "states" and (words := flow[kind]["memory"][0]):
            mark = {"color": network.look.color, "symbol": network.look.marker, "size": 13}
            figure.add_scatter(x=[words], y=[50], mode="markers", marker=mark, hoverinfo="skip", showlegend=False)
    _finish(figure, networks)
    return figure.update_yaxes(percent_axis("share", range=[-2, 102]))


def _lines(networks: Sequence[NetworkGradients]) -> Iterator[tuple[NetworkGradients, DirectionGradients, str]]:
    for network in networks:
        for flow in network.followed.directions:
            yield from ((network, flow, kind) for kind in TRACKS if flow[kind])


def _add(
    figure: go.Figure, network: NetworkGradients, flow: DirectionGradients, kind: str, rows: list[Any], hover: str
) -> None:
    """Draws the median, and the middle half of the reviews as a band where both its edges are known."""
    places = np.array(flow["places"])
    if len(rows) > 1:
        lower, upper = np.array(rows[1]), np.array(rows[2])
        positive = (lower > 0) & (upper > 0)
        edge = np.concatenate([lower[positive], upper[positive][::-1]])
        around = np.concatenate([places[positive], places[positive][::-1]])
        figure.add_scatter(x=around, y=edge, fillcolor=network.look.color, **BAND)
    dash = DASHES[kind][int(flow["backward"])]
    figure.add_scatter(
        x=places,
        y=[value if value > 0 else None for value in rows[0]],  # a logarithm cannot show 0
        mode="lines",
        name=plain(network.name(flow) + TRACKS[kind]),
        line={"color": network.look.color, "dash": dash, "width": 3.5 if kind == "states" else 2.5},
        hoverlabel={"namelength": -1},
        hovertemplate=f"word %{{x:,}} from the end: {hover}",
    )


def _finish(figure: go.Figure, networks: Sequence[NetworkGradients]) -> None:
    longest = max((flow["places"][-1] for network in networks for flow in network.followed.directions), default=1)
    figure.update_layout(
        **layout(HEIGHT),
        showlegend=True,  # a line by itself has a name too
        xaxis=axis("word, from the end", range=[longest + 0.5, 0]),
    )
