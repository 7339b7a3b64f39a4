"""The embedding as a map of words, coloured by the prediction for each, and the neighbours of a word."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from rnn_compare.cells.registry import cell
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.charts.word_chart import COLORS, NARROW, WIDE, word_chart
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import card, problem_card, result_of
from rnn_compare.errors import UserError
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.embedding_map import find_word, gates_by_word, is_quick, neighbours
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.reviews import prepared
from rnn_compare.services.services import Services
from rnn_compare.sources import registry
from rnn_compare.table import Column, Entry, Table

GATE_WORDS = 8
"""Words on which a gate is most open, and most closed."""
Near = dict[str, list[tuple[str, float]]]


def show(services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the maps of the runs, two side by side, and the neighbours of a word in all of them."""
    st.markdown("The embedding's first two principal components, coloured by prediction; grey: the median word.")
    typed = st.text_input("Find a word", key="find_word", placeholder="e.g. great", max_chars=100)
    near, problems = nearest(networks, typed) if typed.strip() else ({}, {})
    columns = st.columns(2) if len(networks) > 1 else [st.container()]
    for place, network in enumerate(networks):
        with columns[place % 2]:
            _show_map(services, network, typed, near.get(network.run.id, []), place, len(networks))
    if gates := gate_cards(networks):
        st.html(
            "<p><b>The gate by word</b>, mean over the first layer's units. Without U it sees the word alone, wherever "
            f"that stands.</p>{gates}"
        )
    if typed.strip():
        bold = "; bold: in every network" if shared(near) else ""
        heading = f"<p><b>Neighbours of “{escape(typed.strip())}”</b> by cosine similarity{bold}</p>"
        st.html(heading + neighbour_cards(networks, near, problems))


def nearest(networks: Sequence[LoadedNetwork], typed: str) -> tuple[Near, dict[str, str]]:
    """Returns a word's neighbours by run, and the problem of each run that has none."""
    near: Near = {}
    problems: dict[str, str] = {}
    for network in networks:
        experiment = network.run.experiment
        try:
            vocabulary = prepared.load(experiment.dataset).vocabulary
            near[network.run.id] = neighbours(experiment, network.weights, vocabulary, typed)
        except UserError as error:
            problems[network.run.id] = str(error)
    return near, problems


def shared(near: Near) -> set[str]:
    """Returns the words that are neighbours in all of several networks."""
    if len(near) < 2:
        return set()
    return set.intersection(*({word for word, _ in words} for words in near.values()))


def color_bar(labels: tuple[str, str]) -> str:
    """Returns the colours of a map as HTML, without numbers: rounded, many would be 100 %."""
    shades = ", ".join(color for _, color in COLORS)
    low, high = map(escape, labels)
    return (
        f'<div class="rc-colors"><span>more {low}</span><i style="background: linear-gradient(90deg, {shades})"></i>'
        f"<span>more {high}</span></div>"
    )


def neighbour_cards(networks: Sequence[LoadedNetwork], near: Near, problems: dict[str, str]) -> str:
    """Returns as HTML each run's neighbours with their cosines, those that all runs share in bold."""
    common = shared(near)
    cards = []
    for network in networks:
        if network.run.id in problems:
            cards.append(problem_card(network, problems[network.run.id]))
            continue
        rows = [
            (Entry(word, kind="rc-shared" if word in common else ""), cosine) for word, cosine in near[network.run.id]
        ]
        cards.append(card(network, Table(("", Column(text="{:.2f}".format)), rows).html("rc-neighbours")))
    return f'<div class="rc-verdicts">{"".join(cards)}</div>'


def gate_cards(networks: Sequence[LoadedNetwork]) -> str:
    """Returns as HTML the words on which gates of networks without a recurrent kernel are most open and most closed."""
    cards = []
    for network in networks:
        experiment = network.run.experiment
        if experiment.without_recurrence or cell(experiment.cell).recurrent != "none":
            continue
        words = gates_by_word(experiment, network.weights, prepared.load(experiment.dataset).vocabulary)
        ends = zip(words[:GATE_WORDS], reversed(words[-GATE_WORDS:]), strict=True)
        columns = ("most open", Column(text=percent), "most closed", Column(text=percent))
        table = Table(columns, [(*most, *least) for most, least in ends])
        cards.append(card(network, table.html("rc-neighbours")))
    return f'<div class="rc-verdicts">{"".join(cards)}</div>' if cards else ""


def _show_map(
    services: Services, network: LoadedNetwork, typed: str, near: list[tuple[str, float]], place: int, count: int
) -> None:
    try:
        words = result_of(services, network, worker_tasks.words, is_quick(network.run.experiment))
    except UserError as error:
        st.html(f'<div class="rc-verdicts">{problem_card(network, str(error))}</div>')
        return
    if words is None:
        return
    marked: list[str] = []
    if near:
        vocabulary = prepared.load(network.run.experiment.dataset).vocabulary
        looked_up = vocabulary.word(find_word(network.run.experiment, vocabulary, typed))
        marked = [looked_up, *(word for word, _ in near)]
    labels = registry.labels(network.run.experiment.dataset)
    bar = color_bar(labels)
    if np.ptp(words.verdicts) < 1e-6:  # equal except for rounding
        convolution = network.run.experiment.without_recurrence
        notes = convolution.notes if convolution and convolution.windows else ""  # of several words
        bar = f"<p><b>Every word alone gets the same prediction.</b> {escape(notes)}</p>"
    st.html(bar if count == 1 else f'<div class="rc-verdicts">{card(network, bar)}</div>')
    key, sheet = ("word_map", WIDE) if count == 1 else (f"word_map_{place}", NARROW)
    components.show_figure(word_chart(words, marked, sheet, labels[1]), key)
    if marked and marked[0] not in words.words:
        st.caption(f"“{as_markdown(marked[0])}” is too rare for the map of {len(words.words):,} words.")
