"""A review read word by word: the prediction after each word and the states of every cell, drawn by one component.

The browser gets all it needs for stepping and playing at once: a byte for each unit, word and signal.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from rnn_compare.browser.reading import NetworkReading, cell_name, message
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.dashboard.components import component, wait_for
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.errors import UserError
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.prediction import Array, encode, numbers
from rnn_compare.explain.word_by_word import Reading, read, words_read
from rnn_compare.feedforward.feedforward import WITHOUT_CELL
from rnn_compare.formatting import as_markdown, listed
from rnn_compare.reviews.encoding import EncodedReview
from rnn_compare.services.services import Services
from rnn_compare.training.analyses import Analysis

FIRST = "Turn at the end"
"""The example in the box when the page opens."""
KEY = "inside"
QUICK_SECONDS = 0.4
"""Time to wait for workers before their progress is shown."""
NUMBERS_HERE = 2**25
"""Numbers that this process computes itself for a review: LSTM(32) on 500 words takes a second and a half."""
Encoding = tuple[LoadedNetwork, EncodedReview]


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the box for a review and, below it, how each network reads it."""
    text = box(networks)
    if text.strip():
        show_text(services, networks, text)


def box(networks: Sequence[LoadedNetwork]) -> str:
    """Draws the box for a review; returns its text."""
    return review_box.text([network.run for network in networks], height=76, first=FIRST) or ""


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
    author = review_box.label(text, [network.run for network in networks])
    data = message(results, layer, author)
    drawing = st.container()  # above the progress, which would move it
    logits = {} if colouring == "read" else left_out(services, pairs)
    styles = "browser/drawing/cell/inside.css", "browser/drawing/cell/cell.css"
    with drawing:
        component("dashboard/assets/cell/reading.js", *styles)(
            data=data | {"left_out": logits}, key=KEY, on_colouring_change=lambda: None
        )
    return data


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
