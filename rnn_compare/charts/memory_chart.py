"""The chart of the memory test, and what it says."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.plotly_style import GREY, over_words, percent_axis, percentages, plain
from rnn_compare.comparison.inference.intervals import share_text
from rnn_compare.explain.word_memory import MemoryTest
from rnn_compare.formatting import as_markdown, counted, counted_range, listed
from rnn_compare.sources import registry
from rnn_compare.sources.source import SENTIMENT

CHOICE = (
    "Seeds differ by more: at word 119 the book's three SimpleRNNs notice 82, 32 and 71 %, its three LSTMs 100 %. "
    "Words are picked by the training labels; neutral ones are about as frequent under both."
)
ASKED = "We move a telltale word away from the end of a neutral text. Is it still noticed?"
NOTICED = "Share of pairs rated in the right order."
HEIGHT = 400
DASHED = {"color": GREY, "dash": "dash", "width": 3}
A_POINT = 0.04
"""Log-odds that move a probability by at most one percentage point, wherever it is."""
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
    # Later lines are thinner: all begin at one height and would hide each other.
    step = min(2.0, 6 / max(1, len(tested)))
    for after, (network, test) in zip(reversed(range(len(tested))), tested, strict=True):
        figure.add_scatter(
            x=test.distances,
            y=percentages(test.told_apart),
            name=plain(network.title),
            **network.look.line(3 + step * after),
            hovertemplate="word %{x:,} from the end: %{y:.1f} % noticed",
        )
    longest = max((int(test.distances[-1]) for _, test in tested), default=1)
    span = np.log10(longest) or 1.0
    ends = np.log10(longest) + 0.03 * span, -0.03 * span  # the end of the text is at the right, as on the page
    title = f"{telling_word(tested)}'s place from the end"  # more would be cut at 1024 pixels
    figure.update_layout(over_words(title, HEIGHT, ends))
    lowest = min([0.5 - chance, *(share for _, test in tested for share in test.told_apart.tolist())])
    return figure.update_yaxes(percent_axis("noticed", range=percentages([lowest - 0.04, 1.03]), dtick=10))


def conclusion(tested: Tested) -> str:
    """Returns how to read the sentences."""
    pairs = counted_range([test.pairs for _, test in tested], "pair")
    numbers = [len(test.words.positive) + len(test.words.negative) for _, test in tested]
    words = counted_range(numbers, telling_word(tested))
    return f"In brackets: 95 % interval over {pairs}, for these weights and the {words} that they share. {CHOICE}"


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


def moved(tested: Tested) -> str:
    """Returns, in a sentence, from which tested distance on the word moves the prediction by less than a point."""
    beyond, others = list[str](), list[str]()
    for network, test in tested:
        far = np.flatnonzero(np.abs(test.effect) >= A_POINT)[-1:] + 1
        title = as_markdown(network.title)
        if far.size and far[0] == len(test.distances):
            others.append(title)
        else:
            beyond.append(f"word {test.distances[far[0] if far.size else 0]:,} ({title})")
    never = f"For {listed(others)} there is no such word." if others and beyond else ""
    if not beyond:
        return "At no distance is it sure to move the prediction by less than a point."
    return f"Beyond {listed(beyond)} it moves the prediction by less than a point. {never}".strip()


def used_words(tested: Tested, limit: int = 5) -> str:
    """Returns the tests' words in a sentence, once for all networks with the same words."""
    sentences = []
    for words, labels in dict.fromkeys((test.words, labels_of(network)) for network, test in tested):
        kinds = (f"Mostly in {labels[1]} texts", f"mostly in {labels[0]} texts", "in both")
        groups = zip(kinds, (words.positive, words.negative, words.neutral), strict=True)
        sentences.append(
            "; ".join(f"{kind}: {', '.join(word for word, _ in group[:limit])} …" for kind, group in groups)
        )
    return " ".join(sentences)
