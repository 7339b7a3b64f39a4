"""Chart of accuracies by the length of a text, with the edge of the lengths in training."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.memory_chart import over_words
from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, in_percent, percent_axis, plain
from rnn_compare.comparison.inference.intervals import share_limits
from rnn_compare.explain.accuracy_by_length import AccuracyByLength

HEIGHT = 440
WIDTH, WIDER = 3, 6
APART = 1.0
"""Percentage points from which two lines can be told apart."""


@dataclass(frozen=True)
class NetworkLengths:
    """Accuracy by length of one network, and how it is drawn."""

    title: str
    look: Look
    lengths: AccuracyByLength


def length_chart(networks: Sequence[NetworkLengths]) -> go.Figure:
    """Returns the chart of the accuracy by the number of words, a line for each network."""
    figure = go.Figure()
    on_top = [sum(_coincide(network, later) for later in networks[place:]) for place, network in enumerate(networks, 1)]
    for network, lines in zip(networks, on_top, strict=True):
        points = network.lengths.points
        limits = np.transpose([share_limits(point.accuracy, point.texts) for point in points])
        below, above = 100 * np.abs(limits - [point.accuracy for point in points])
        width = WIDTH + WIDER * lines / max(1, *on_top)  # lines on top must not hide it
        figure.add_scatter(
            x=[point.words for point in points],
            y=in_percent(point.accuracy for point in points),
            customdata=[(point.texts, point.repeated) for point in points],
            error_y={"array": above, "arrayminus": below, "thickness": 1.5, "width": 0},
            name=plain(network.title),
            **network.look.line(width, int(2 * width + 4)),
            hovertemplate="%{x:,} words: %{y:.1f} % of %{customdata[0]:,} texts, %{customdata[1]:,} of them trained on",
        )
    figure.add_hline(50, line={"color": GREY, "dash": "dash", "width": 2}, name="guessing", showlegend=True)
    for edge in sorted({network.lengths.trained_up_to for network in networks}):
        # In the legend: on a wall's low chart a curve at 100 % would cross a text beside the line.
        figure.add_vline(edge, line={"color": GREY, "width": 2}, name=f"trained up to {edge:,}", showlegend=True)
    words = [point.words for network in networks for point in network.lengths.points]
    low, high = np.log10(min(words, default=1)), np.log10(max(words, default=1))
    figure.update_layout(over_words("words in the text", HEIGHT, (low - 0.03, high + 0.03)))
    lowest = min(0.5, *(point.accuracy for network in networks for point in network.lengths.points))
    return figure.update_yaxes(percent_axis("right answers", range=in_percent([lowest - 0.04, 1.03]), dtick=10))


def _coincide(network: NetworkLengths, other: NetworkLengths) -> bool:
    """Returns whether two lines cannot be told apart between two neighbouring lengths."""
    accuracies = [{point.words: point.accuracy for point in line.lengths.points} for line in (network, other)]
    near = [
        words in accuracies[1] and 100 * abs(accuracy - accuracies[1][words]) < APART
        for words, accuracy in accuracies[0].items()
    ]
    return any(pair == (True, True) for pair in pairwise(near))
