"""The chart of the accuracy by length, and what it says."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.plotly_style import GREY, over_words, percent_axis, percentages, plain
from rnn_compare.comparison.inference.intervals import share_limits, share_text
from rnn_compare.explain.accuracy_by_length import AccuracyByLength
from rnn_compare.formatting import as_markdown, listed
from rnn_compare.sources.registry import source

OF_A_TASK = (
    "New texts of each length, up to eight times the longest in training: a network that learned the rule stays "
    "accurate; one that memorized the texts drops to 50 %. Below the edge, texts that are trained on are counted too "
    "where a length has too few."
)
OF_REVIEWS = "The held-out texts in ten equal groups by length. Beyond maxlen they are cut. Bars: 95 % intervals."
HEIGHT = 440
WIDTH, WIDER = 3, 6
APART = 1.0
"""Percentage points from which two lines can be told apart."""
Lengths = Sequence[tuple[LoadedNetwork, AccuracyByLength]]
"""Networks with their accuracies."""


def meaning(networks: Lengths) -> str:
    """Returns which texts are counted."""
    is_made = [source(network.run.experiment.dataset).at_length is not None for network, _ in networks]
    return " ".join([OF_A_TASK] * any(is_made) + [OF_REVIEWS] * (not all(is_made)))


def length_chart(networks: Lengths) -> go.Figure:
    """Returns the chart of the accuracy by the number of words, a line for each network."""
    figure = go.Figure()
    every = [lengths for _, lengths in networks]
    on_top = [sum(_coincide(lengths, later) for later in every[place:]) for place, lengths in enumerate(every, 1)]
    for (network, lengths), lines in zip(networks, on_top, strict=True):
        points = lengths.points
        limits = np.transpose([share_limits(point.accuracy, point.texts) for point in points])
        below, above = 100 * np.abs(limits - [point.accuracy for point in points])
        width = WIDTH + WIDER * lines / max(1, *on_top)  # lines on top must not hide it
        figure.add_scatter(
            x=[point.words for point in points],
            y=percentages(point.accuracy for point in points),
            customdata=[(point.texts, point.repeated) for point in points],
            error_y={"array": above, "arrayminus": below, "thickness": 1.5, "width": 0},
            name=plain(network.title),
            **network.look.line(width, int(2 * width + 4)),
            hovertemplate="%{x:,} words: %{y:.1f} % of %{customdata[0]:,} texts, %{customdata[1]:,} of them trained on",
        )
    figure.add_hline(50, line={"color": GREY, "dash": "dash", "width": 2}, name="guessing", showlegend=True)
    for edge in sorted({lengths.trained_up_to for lengths in every}):
        # In the legend: on a wall's low chart a curve at 100 % would cross a text beside the line.
        figure.add_vline(edge, line={"color": GREY, "width": 2}, name=f"trained up to {edge:,}", showlegend=True)
    words = [point.words for lengths in every for point in lengths.points]
    low, high = np.log10(min(words, default=1)), np.log10(max(words, default=1))
    figure.update_layout(over_words("words in the text", HEIGHT, (low - 0.03, high + 0.03)))
    lowest = min(0.5, *(point.accuracy for lengths in every for point in lengths.points))
    return figure.update_yaxes(percent_axis("right answers", range=percentages([lowest - 0.04, 1.03]), dtick=10))


def _coincide(lengths: AccuracyByLength, other: AccuracyByLength) -> bool:
    """Returns whether two lines cannot be told apart between two neighbouring lengths."""
    accuracies = [{point.words: point.accuracy for point in line.points} for line in (lengths, other)]
    near = [
        words in accuracies[1] and 100 * abs(accuracy - accuracies[1][words]) < APART
        for words, accuracy in accuracies[0].items()
    ]
    return any(pair == (True, True) for pair in pairwise(near))


def at_the_end(networks: Lengths) -> str:
    """Returns the sentence about the greatest length."""
    by_texts: dict[str, list[str]] = {}
    for network, lengths in networks:
        last = lengths.points[-1]
        accuracy = f"{as_markdown(network.title)} {share_text(last.accuracy, last.texts)}"
        by_texts.setdefault(f"of {last.texts:,} texts ({last.words:,} words)", []).append(accuracy)
    return f"At the greatest length: {'; '.join(f'{listed(right)} {texts}' for texts, right in by_texts.items())}."
