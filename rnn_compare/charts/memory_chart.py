"""The charts of the memory test, and what they say."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.plotly_style import GREY, axis, over_words, percent_axis, percentages, plain
from rnn_compare.comparison.inference.intervals import share_text
from rnn_compare.explain.prediction import Array
from rnn_compare.explain.word_memory import MemoryTest
from rnn_compare.formatting import as_markdown, counted, counted_range
from rnn_compare.sources import registry
from rnn_compare.sources.source import SENTIMENT

NULL = "Seeds differ by more: at word 119 six of the book's SimpleRNNs notice 35 to 76 %, six LSTMs 100 %."
CHOICE = "Words are picked by the training labels; neutral ones are about as frequent under both."
ASKED = "We move a telltale word away from the end of a neutral text. Is it still noticed?"
NOTICED = "**Is it noticed?** Share of pairs rated in the right order."
EFFECT = "**By how much?** Median difference; 0.04 is at most 1 point."
HEIGHT = 400
DASHED = {"color": GREY, "dash": "dash", "width": 3}
ROUNDING = 1e-6
"""Difference of log-odds below which it is rounding; the chart's axis is logarithmic and ends here."""
Tested = Sequence[tuple[LoadedNetwork, MemoryTest]]
"""Networks with their tests."""


def telling_word(tested: Tested) -> str:
    """Returns the term for the word that networks must remember: not every label is a sentiment."""
    return "sentiment word" if all(labels_of(network) == SENTIMENT for network, _ in tested) else "telling word"


def labels_of(network: LoadedNetwork) -> tuple[str, str]:
    """Returns the labels of the texts that a network was trained on."""
    return registry.labels(network.run.experiment.dataset)


def noticed_chart(tested: Tested) -> go.Figure:
    """Returns the chart of the share of pairs whose word is noticed, by the distance of the word from the end."""
    figure = go.Figure()
    pairs = min((test.pairs for _, test in tested), default=1)
    chance = 1.96 * 0.5 / math.sqrt(pairs)  # half width of the 95 % range of guessing
    chance_band = {"fillcolor": GREY, "opacity": 0.18, "line_width": 0, "layer": "below"}
    figure.add_hrect(*percentages([0.5 - chance, 0.5 + chance]), **chance_band, name="guessing (95 %)", showlegend=True)
    figure.add_hline(50, line=DASHED)
    for width, (network, test) in zip(_widths(len(tested)), tested, strict=True):
        _add(figure, network, test, percentages(test.told_apart), width, "%{y:.1f} % noticed")
    _finish(figure, tested)
    lowest = min([0.5 - chance, *(share for _, test in tested for share in test.told_apart.tolist())])
    return figure.update_yaxes(percent_axis("noticed", range=percentages([lowest - 0.04, 1.03]), dtick=10))


def effect_chart(tested: Tested) -> go.Figure:
    """Returns the chart of the difference between the two predictions of a pair."""
    figure = go.Figure()
    differences = [np.maximum(np.abs(test.effect), ROUNDING) for _, test in tested]
    if any(values.min() == ROUNDING for values in differences):
        figure.add_hline(ROUNDING, line=DASHED, name="10⁻⁶ or less", showlegend=True)
    for width, (network, test), values in zip(_widths(len(tested)), tested, differences, strict=True):
        _add(figure, network, test, values, width, "%{y:.2g} log-odds apart")
    _finish(figure, tested)
    exponents = np.log10(np.concatenate([[1.0], *differences]))  # ticks are at powers of ten: one is always in sight
    low, high = np.floor(exponents.min()), np.ceil(exponents.max())
    # More of them have no room on a wall.
    ticks = {"dtick": 2 if high - low > 4 else 1, "range": [low - 0.1, high + 0.1], "exponentformat": "power"}
    return figure.update_yaxes(axis("difference (log-odds)", type="log", **ticks))


def _widths(lines: int) -> list[float]:
    """Returns the widths of lines, later ones thinner: all begin at the same height and would hide each other."""
    step = min(2.0, 6 / lines) if lines else 0.0
    return [3 + step * after for after in reversed(range(lines))]


def _add(
    figure: go.Figure,
    network: LoadedNetwork,
    test: MemoryTest,
    values: Sequence[float] | Array,
    width: float,
    hover: str,
) -> None:
    figure.add_scatter(
        x=test.distances,
        y=values,
        name=plain(network.title),
        **network.look.line(width),
        hovertemplate=f"word %{{x:,}} from the end: {hover}",
    )


def _finish(figure: go.Figure, tested: Tested) -> None:
    longest = max((int(test.distances[-1]) for _, test in tested), default=1)
    span = np.log10(longest) or 1.0
    # The end of the text is at the right, as on the page and in the chart of gradients.
    ends = np.log10(longest) + 0.03 * span, -0.03 * span
    title = f"{telling_word(tested)}'s place from the end"  # more would be cut at 1024 pixels
    figure.update_layout(over_words(title, HEIGHT, ends))


def conclusion(tested: Tested) -> str:
    """Returns the interpretation of the charts."""
    pairs = counted_range([test.pairs for _, test in tested], "pair")
    numbers = [len(test.words.positive) + len(test.words.negative) for _, test in tested]
    words = counted_range(numbers, telling_word(tested))
    return f"In brackets: 95 % interval over {pairs}, for these weights and the {words} that they share. {NULL}"


def noticed(tested: Tested) -> str:
    """Returns, in a sentence, how often each network notices the word at about a quarter of maxlen from the end.

    One distance, fixed in advance: how far back a curve stays above some share is decided by a few texts.
    """
    by_distance: dict[int, list[str]] = {}
    for network, test in tested:
        place = int(np.abs(np.log(4 * test.distances / test.distances[-1])).argmin())
        share = share_text(float(test.told_apart[place]), test.pairs)
        by_distance.setdefault(int(test.distances[place]), []).append(f"{as_markdown(network.title)} {share}")
    texts = (
        f"{counted(distance, 'word')} from the end: {', '.join(shares)}" for distance, shares in by_distance.items()
    )
    return f"With these weights, noticed {'; '.join(texts)}."
