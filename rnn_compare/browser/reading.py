"""A text read word by word by several networks, as data for a browser, which steps and plays by itself.

It has a byte for each unit, word and signal; ``drawing/cell/word_by_word.js`` draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.numbers import packed
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.palette import picture
from rnn_compare.explain.word_by_word import CellReading, Reading, windows
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.formatting import counted
from rnn_compare.glossary import TERMS
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.sources import registry

MOST_UNITS = 64
"""Units of each cell that are sent, the most important first: more rows cannot be told apart."""
LONGEST_WORD, MOST_WINDOWS = 40, 6


@dataclass(frozen=True)
class NetworkReading:
    """A review as one network encoded it, and the network's reading of it."""

    network: LoadedNetwork
    review: EncodedReview
    reading: Reading


def cut_off(results: Sequence[NetworkReading]) -> str:
    """Returns a note on the words that all networks have cut off."""
    lost = max((result.review.count("cut off") for result in results), default=0)
    is_for_all = len({len(result.review.ids) for result in results}) == 1
    return f"the first {counted(lost, 'word')} cut off" if lost and is_for_all else ""


def message(results: Sequence[NetworkReading], layer: int, author: bool | None = None) -> dict[str, Any]:
    """Returns the component's message."""
    longest = max((result.reading.words for result in results), key=len)
    cells = {result.network.run.experiment.cell for result in results}
    return {
        "words": [token.shown[:LONGEST_WORD] for token in longest],
        "author": author,
        "cut": cut_off(results),
        "drawings": {cell: picture(cell).drawing for cell in sorted(cells - {*FEEDFORWARD})},
        "runs": [_run(result, len(longest), layer) for result in results],
    }


def _run(result: NetworkReading, words: int, layer: int) -> dict[str, Any]:
    network, reading, experiment = result.network, result.reading, result.network.run.experiment
    common = described(network, reading.words, words - len(reading.words))
    common["logits"] = [round(float(logit), 3) for logit in reading.logits]
    if experiment.without_recurrence:
        rows = [window._asdict() for window in windows(experiment, network.weights, result.review)[:MOST_WINDOWS]]
        return common | {"note": experiment.without_recurrence.notes, "windows": rows, "units": experiment.units}
    cell = reading.cells[max(0, len(reading.cells) - 1 - layer)]
    units = cell.order[:MOST_UNITS]
    return common | {
        "cell": experiment.cell,
        "cell_name": cell_name(cell, reading.cells),
        "units": len(units),
        "unit_numbers": (1 + units).tolist(),
        "all_units": len(cell.order),
        "backward": cell.backward,
        "signals": [
            {
                "name": signal.name,
                "title": signal.title,
                "gate": signal.kind == "gate",
                "help": TERMS.get(signal.name, TERMS["gate"] if signal.kind == "gate" else ""),
                **_packed((cell.states if signal.name == "state" else cell.signals[signal.name])[:, units]),
            }
            for signal in cell_of(experiment.cell).signals
        ],
        "input": _packed(cell.inputs[:, :MOST_UNITS]),
        "before": {name: _packed(states[-1 if cell.backward else 0, units]) for name, states in cell.previous.items()},
    }


def described(network: LoadedNetwork, words: Sequence[Token], first: int) -> dict[str, Any]:
    """Returns a network, and which of the words that it read it knows, as a script takes them."""
    return {
        "id": network.run.id,
        "title": network.title,
        "labels": registry.labels(network.run.experiment.dataset),
        "color": network.look.color,
        "first": first,
        "unknown": [index for index, token in enumerate(words) if token.state == "unknown"],
    }


def _packed(values: NDArray[np.float32]) -> dict[str, Any]:
    """Returns numbers packed as bytes, in 127ths of the largest: finer than colours show."""
    scale = float(np.abs(values).max(initial=1e-9))
    return {"scale": round(scale, 5), "bytes": packed(values.ravel(), 127 / scale, "<i1")}


def cell_name(cell: CellReading, cells: Sequence[CellReading]) -> str:
    """Returns the layer and direction of a cell as its name; empty if the network has no other."""
    if len(cells) == 1:
        return ""
    direction = ("backward" if cell.backward else "forward") if any(other.backward for other in cells) else ""
    layer = f"layer {cell.layer + 1}" if any(other.layer for other in cells) else ""
    return ", ".join(filter(None, (layer, direction)))
