"""A review read word by word: the prediction after each word and the states of every cell, drawn by one component.

The browser gets all it needs for stepping and playing at once: a byte for each unit, word and signal.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnn_compare.browser.numbers import packed
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.charts.palette import picture
from rnn_compare.dashboard.components import component, wait_for
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.errors import UserError
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.prediction import Array, encode, numbers
from rnn_compare.explain.word_by_word import CellReading, Reading, read, windows, words_read
from rnn_compare.feedforward.feedforward import WITHOUT_CELL
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.formatting import as_markdown, counted, listed
from rnn_compare.reviews.encoding import EncodedReview, Token
from rnn_compare.server.services import Services
from rnn_compare.sources import registry
from rnn_compare.training.analyses import Analysis

MOST_UNITS = 64
"""Units of each cell that are sent, the most important first: more rows cannot be told apart."""
LONGEST_WORD, MOST_WINDOWS = 40, 6
FIRST = "Turn at the end"
"""The example in the box when the page opens."""
KEY = "inside"
QUICK_SECONDS = 0.4
"""Time to wait for workers before their progress is shown."""
NUMBERS_HERE = 2**25
"""Numbers that this process computes itself for a review: LSTM(32) on 500 words takes a second and a half."""
Encoding = tuple[LoadedNetwork, EncodedReview]


@dataclass(frozen=True)
class NetworkReading:
    """A review as one network encoded it, and the network's reading of it."""

    network: LoadedNetwork
    review: EncodedReview
    reading: Reading


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the box for a review and, below it, how each network reads it."""
    text = box(networks)
    if text.strip():
        show_text(services, networks, text)


def box(networks: Sequence[LoadedNetwork]) -> str:
    """Draws the box for a review; returns its text."""
    return review_box.text([network.run for network in networks], networks[0].which, height=76, first=FIRST)


def show_text(services: Services, networks: Sequence[LoadedNetwork], text: str) -> dict[str, Any] | None:
    """Draws how each network reads a text; returns the component's message, None if no network could read it."""
    results = _read(services, networks, text)
    if not results:
        return None
    titles = [result.network.title for result in results if result.network.run.experiment.without_recurrence]
    if titles:
        st.caption(f"{as_markdown(listed(titles))}: {WITHOUT_CELL}")
    layer = _layer(max((result.reading for result in results), key=lambda reading: len(reading.cells)))
    # The browser's choice; the component returns it only after it has its data.
    colouring = st.session_state.get(KEY, {}).get("colouring")
    pairs = [(result.network, result.review) for result in results]
    logits = left_out(services, pairs) if colouring == "left_out" else {}
    author = review_box.label(text, [network.run for network in networks])
    data = message(results, layer, author)
    component("dashboard/assets/cell/reading.js", "browser/drawing/cell/inside.css", "browser/drawing/cell/cell.css")(
        data=data | {"left_out": logits}, key=KEY, on_colouring_change=lambda: None
    )
    return data


def cut_off(results: Sequence[NetworkReading]) -> str:
    """Returns a note on the words that all networks have cut off."""
    lost = max((result.review.count("cut off") for result in results), default=0)
    is_for_all = len({len(result.review.ids) for result in results}) == 1
    return f"the first {counted(lost, 'word')} cut off" if lost and is_for_all else ""


def _read(services: Services, networks: Sequence[LoadedNetwork], text: str) -> list[NetworkReading]:
    """Returns the networks' readings of a text; some networks read each beginning anew."""
    encoded: list[Encoding] = []
    for network in networks:
        try:
            encoded.append((network, encode(network.run.experiment, text)))
        except UserError as error:
            st.error(f"{network.title}: {error}")
    anew = [(network, review) for network, review in encoded if not network.run.experiment.reads_forward]
    analyses = _analyses(services, "Reading each beginning", worker_tasks.logits_after_word, anew)
    results = []
    for network, review in encoded:
        analysis = analyses.get(network.run.id)
        if analysis is None or analysis.result is not None:
            logits = analysis.result if analysis else None
            reading = read(network.run.experiment, network.weights, review, logits)
            results.append(NetworkReading(network, review, reading))
    return results


def message(results: Sequence[NetworkReading], layer: int, author: bool | None = None) -> dict[str, Any]:
    """Returns the component's message."""
    longest = max((result.reading.words for result in results), key=len)
    cells = {result.network.run.experiment.cell for result in results}
    return {
        "words": [token.word[:LONGEST_WORD] for token in longest],
        "author": author,
        "cut": cut_off(results),
        "drawings": {cell: picture(cell).drawing for cell in sorted(cells - {*FEEDFORWARD})},
        "runs": [_run(result, len(longest), layer) for result in results],
    }


def curves(cell: CellReading, name: str) -> list[dict[str, Any]]:
    """Returns the means of a cell's gates over all units; for a cell without gates, of its slope."""
    gates = {signal.name: signal.title for signal in cell_of(name).signals if signal.kind == "gate"}
    means = [(gate, title, cell.signals[gate].mean(axis=-1)) for gate, title in gates.items()]
    means = means or [("slope", "mean slope of tanh", cell.slope)]
    return [
        {"name": name, "title": title, "values": mean.astype(float).round(3).tolist()} for name, title, mean in means
    ]


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
        "curves": curves(cell, experiment.cell),
        "signals": [
            {
                "name": signal.name,
                "title": signal.title,
                "gate": signal.kind == "gate",
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


def left_out(services: Services, pairs: Sequence[Encoding]) -> dict[str, list[float]]:
    """Returns the log-odds of a review and then without each word, by run; waits for runs that are not done."""
    analyses = _analyses(services, "Leaving out each word", worker_tasks.logits_without_word, pairs)
    return {
        run: [round(float(logit), 4) for logit in analysis.result]
        for run, analysis in analyses.items()
        if analysis.result is not None
    }


def _analyses(
    services: Services, title: str, task: Callable[..., Array], pairs: Sequence[Encoding]
) -> dict[str, Analysis]:
    """Returns analyses of reviews by run, the long ones by workers; the page shows problems and progress."""
    analyses = {}
    for network, review in pairs:
        words = len(words_read(review))
        here = numbers(network.run.experiment, (1 + words) * len(review.ids)) <= NUMBERS_HERE
        arguments = (task, *network.key, tuple(review.ids.tolist()), words)
        analyses[network.run.id] = services.engine.analyse(worker_tasks.answer, *arguments, here=here)
    until = time.monotonic() + QUICK_SECONDS
    while time.monotonic() < until and not all(analysis.ended for analysis in analyses.values()):
        time.sleep(0.02)
    if waiting := [analysis for analysis in analyses.values() if not analysis.ended]:
        wait_for(title, *waiting)
    for network, _ in pairs:
        if problem := analyses[network.run.id].problem:
            st.error(f"{network.title}: {problem}")
    return analyses


def _layer(deepest: Reading) -> int:
    """Draws the choice of a cell among those of the deepest network; returns its place from the last."""
    names = [cell_name(cell, deepest.cells) for cell in reversed(deepest.cells)]
    if len(names) < 2:
        return 0
    picked = st.segmented_control("Cell", names, default=names[0], key="layer", required=True)
    return names.index(picked) if picked in names else 0


def cell_name(cell: CellReading, cells: Sequence[CellReading]) -> str:
    """Returns the layer and direction of a cell as its name; empty if the network has no other."""
    if len(cells) == 1:
        return ""
    direction = ("backward" if cell.backward else "forward") if any(other.backward for other in cells) else ""
    layer = f"layer {cell.layer + 1}" if any(other.layer for other in cells) else ""
    return ", ".join(filter(None, (layer, direction)))
