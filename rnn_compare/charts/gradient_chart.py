"""The chart of the gradient of trained networks at each word, and what it says."""

from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.palette import Look, picture
from rnn_compare.charts.plotly_style import axis, between, layout, plain
from rnn_compare.explain.gradient_flow import DirectionGradients, FollowedGradient
from rnn_compare.formatting import counted_range

NO_GRADIENT_THROUGH_TIME = (
    "No state is carried from word to word here: the way from each word to the prediction is equally short, so no "
    "gradient fades with distance."
)
NOT_THE_MEMORY = (
    "**The gradient is not the memory**: it says how far a small change of the state would move the loss, not whether "
    "a telltale word still tells after all that follows."
)
HEIGHT = 400
FALLEN = 1e-6
"""Lower end of the chart, as a share of the gradient at the last word: what leaves it has vanished."""
DASHES = {"": ("solid", "dot"), ", carry track": ("dash", "dashdot")}
"""Dashes of a track in a forward and in a backward direction."""
Flows = Sequence[tuple[LoadedNetwork, FollowedGradient]]
"""Networks with their gradients."""


def gradient_chart(networks: Flows) -> go.Figure:
    """Returns the chart of the gradient at each word, relative to that at the last word; the median review's."""
    figure, sizes, longest = go.Figure(), [1.0], 1
    for look, name, flow, track, rows in _lines(networks):
        _add(figure, look, name, flow, DASHES[track][flow.backward], rows)
        sizes += [value for value in rows[0] if value > 0]
        longest = max(longest, flow.places[-1])
    low, high = np.log10([max(min(sizes), FALLEN), max(sizes)])
    decades, ticks = [low - 0.1, high + 0.1], max(1, round((high - low) / 5))
    across = axis("word, from the end", range=[longest + 0.5, 0])
    figure.update_layout(**layout(HEIGHT), showlegend=True, xaxis=across)  # a line by itself has a name too
    return figure.update_yaxes(
        axis("relative to the last word", type="log", range=decades, dtick=ticks, exponentformat="power")
    )


def meaning(networks: Flows) -> str:
    """Returns what is drawn, and notes on these networks."""
    experiments = [network.run.experiment for network, _ in networks]
    texts = counted_range([followed.texts for _, followed in networks], "long text")
    cells = dict.fromkeys(experiment.cell for experiment in experiments)
    sentences = [f"‖∂L/∂hₜ‖ in {texts}: the median, and the middle half as a band."]
    sentences += [note for name in cells if (note := picture(name).gradient_note)]
    if any(experiment.bidirectional for experiment in experiments):
        sentences.append("For a backward cell, words are counted from the first.")
    if any(experiment.layers > 1 for experiment in experiments):
        sentences.append("Only the last layer is shown.")
    return " ".join(sentences)


def _lines(networks: Flows) -> Iterator[tuple[Look, str, DirectionGradients, str, list[list[float]]]]:
    """Yields each line's look, its name, with the direction if there are two, and its track and rows."""
    for network, followed in networks:
        for flow in followed.directions:
            which = f" {'backward' if flow.backward else 'forward'}" if len(followed.directions) > 1 else ""
            for track, rows in zip(DASHES, [flow.states, *([[flow.carry]] if flow.carry else [])], strict=False):
                yield network.look, f"{network.title}{which}{track}", flow, track, rows


def _add(
    figure: go.Figure, look: Look, name: str, flow: DirectionGradients, dash: str, rows: list[list[float]]
) -> None:
    """Draws the median, and the middle half of the texts as a band where both its edges are known."""
    if len(rows) > 1:
        places, lower, upper = np.array([flow.places, *rows[1:]])
        positive = (lower > 0) & (upper > 0)
        edges = (edge[positive].tolist() for edge in (places, lower, upper))
        figure.add_scatter(**between(*edges, fillcolor=look.color, opacity=0.2, showlegend=False))
    figure.add_scatter(
        x=flow.places,
        y=[value if value > 0 else None for value in rows[0]],  # a logarithm cannot show 0
        mode="lines",
        name=plain(name),
        line={"color": look.color, "dash": dash, "width": 3.5 if len(rows) > 1 else 2.5},
        hoverlabel={"namelength": -1},
        hovertemplate="word %{x:,} from the end: %{y:.2e} of the last word's",
    )
