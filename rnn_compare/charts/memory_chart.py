"""Charts of the memory test: how often a word is noticed, and its effect, by its distance from the end."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, axis, in_percent, layout, percent_axis, plain
from rnn_compare.explain.prediction import Array
from rnn_compare.explain.word_memory import MemoryTest
from rnn_compare.sources.source import SENTIMENT

HEIGHT = 400
TICKS, FINE_TICKS = [1, 3, 10, 30, 100, 300, 1000], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
ROUNDING = 1e-6
"""Difference of log-odds below which it is rounding; the chart's axis is logarithmic and ends here."""


@dataclass(frozen=True)
class NetworkMemory:
    """Memory test of one network, and how it is drawn."""

    title: str
    look: Look
    test: MemoryTest
    labels: tuple[str, str] = SENTIMENT


def telling_word(networks: Iterable[NetworkMemory]) -> str:
    """Returns the term for the word that networks must remember: not every label is a sentiment."""
    return "sentiment word" if all(network.labels == SENTIMENT for network in networks) else "telling word"


def noticed_chart(networks: Sequence[NetworkMemory]) -> go.Figure:
    """Returns the chart of the share of pairs whose word is noticed, by the distance of the word from the end."""
    figure = go.Figure()
    pairs = min((network.test.pairs for network in networks), default=1)
    chance = 1.96 * 0.5 / math.sqrt(pairs)  # half width of the 95 % range of guessing
    chance_band = {"fillcolor": GREY, "opacity": 0.18, "line_width": 0, "layer": "below"}
    figure.add_hrect(*in_percent([0.5 - chance, 0.5 + chance]), **chance_band, name="guessing (95 %)", showlegend=True)
    figure.add_hline(50, line={"color": GREY, "dash": "dash", "width": 3})
    lowest = 0.5 - chance
    for width, network in zip(_widths(len(networks)), networks, strict=True):
        _add(figure, network, in_percent(network.test.told_apart), width, "%{y:.1f} % noticed")
        lowest = min(lowest, *network.test.told_apart.tolist())
    _finish(figure, networks)
    return figure.update_yaxes(percent_axis("noticed", range=in_percent([lowest - 0.04, 1.03]), dtick=10))


def effect_chart(networks: Sequence[NetworkMemory]) -> go.Figure:
    """Returns the chart of the difference between the two predictions of a pair."""
    figure = go.Figure()
    differences = [np.maximum(np.abs(network.test.effect), ROUNDING) for network in networks]
    for width, network, values in zip(_widths(len(networks)), networks, differences, strict=True):
        _add(figure, network, values, width, "%{y:.2g} log-odds apart")
    _finish(figure, networks)
    exponents = np.log10(np.concatenate([[1.0], *differences]))  # ticks are at powers of ten: one is always in sight
    low, high = np.floor(exponents.min()), np.ceil(exponents.max())
    # More of them have no room on a wall.
    ticks = {"dtick": 2 if high - low > 4 else 1, "range": [low - 0.1, high + 0.1], "exponentformat": "power"}
    return figure.update_yaxes(axis("difference (log-odds)", type="log", **ticks))


def _widths(lines: int) -> list[float]:
    """Returns the widths of lines, later ones thinner: all begin at the same height and would hide each other."""
    step = min(2.0, 6 / lines) if lines else 0.0
    return [3 + step * after for after in reversed(range(lines))]


def _add(figure: go.Figure, network: NetworkMemory, values: Sequence[float] | Array, width: float, hover: str) -> None:
    figure.add_scatter(
        x=network.test.distances,
        y=values,
        name=plain(network.title),
        **network.look.line(width),
        hovertemplate=f"word %{{x:,}} from the end: {hover}",
    )


def _finish(figure: go.Figure, networks: Sequence[NetworkMemory]) -> None:
    longest = max((int(network.test.distances[-1]) for network in networks), default=1)
    span = np.log10(longest) or 1.0
    # The end of the text is at the right, as on the page and in the chart of gradients.
    ends = np.log10(longest) + 0.03 * span, -0.03 * span
    title = f"{telling_word(networks)}'s place from the end"  # more would be cut at 1024 pixels
    figure.update_layout(over_words(title, HEIGHT, ends))


def over_words(title: str, height: int, ends: tuple[float, float]) -> dict[str, object]:
    """Returns the layout over a logarithmic axis of words between two exponents; a line by itself has a name too."""
    offered = TICKS if max(ends) - min(ends) > 1.5 else FINE_TICKS  # more have no room on a phone
    ticks = [tick for tick in offered if min(ends) <= np.log10(tick) <= max(ends)]
    shown = {"range": ends, "tickvals": ticks, "ticktext": [f"{tick:,}" for tick in ticks], "tickangle": 0}
    return layout(height) | {"showlegend": True, "xaxis": axis(title, type="log", **shown)}
