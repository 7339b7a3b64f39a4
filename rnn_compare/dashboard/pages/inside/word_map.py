"""The embedding as a map: which words a network puts near each other, and how it judges each of them."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from rnn_compare.charts.word_chart import COLORS, HEIGHT, NARROW, WIDTH, word_chart
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.pages.inside.chosen import Chosen, card, problem_card
from rnn_compare.dashboard.pages.inside.waiting import wait_for
from rnn_compare.dashboard.services import Services
from rnn_compare.errors import UserError
from rnn_compare.formatting import as_markdown, counted, percent
from rnn_compare.insight import questions
from rnn_compare.insight.embedding_map import WordMap, find_word, neighbours, word_map
from rnn_compare.reviews import prepared
from rnn_compare.sources import registry

Near = dict[str, list[tuple[str, float]]]


def show(services: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the map of one run, or of two beside each other, and the neighbours of a word in all of them."""
    if not chosen:
        return
    st.markdown(
        "**What you see:** the most frequent words, each a point, where the network's embedding puts them, flattened "
        "to the two directions in which it is widest. The colour is the network's verdict on a review of this word "
        "alone."
    )
    typed, maps = _controls(chosen)
    near, problems = nearest(chosen, typed) if typed.strip() else ({}, {})
    st.html(color_bar(_labels(maps)))
    columns = st.columns(len(maps)) if len(maps) > 1 else [st.container()]
    for place, (column, one) in enumerate(zip(columns, maps, strict=True)):
        with column:
            _show_map(services, one, typed, near.get(one.run.id, []), place, len(maps))
    if typed.strip():
        _show_neighbours(chosen, typed, near, problems)
    else:
        st.markdown(
            "**What it means:** nobody told the network which words are alike. Words that push the verdict the same "
            "way have drifted together; the longer the cloud, the more the embedding is about good and bad alone."
        )


def nearest(chosen: Sequence[Chosen], typed: str) -> tuple[Near, dict[str, str]]:
    """Finds a word's neighbours in every run, by the runs' ids; and the sentence of each run that has none."""
    near: Near = {}
    problems: dict[str, str] = {}
    for one in chosen:
        experiment = one.run.experiment
        try:
            vocabulary = prepared.load(experiment.dataset).vocabulary
            near[one.run.id] = neighbours(experiment, one.weights, vocabulary, typed)
        except UserError as error:
            problems[one.run.id] = str(error)
    return near, problems


def shared(near: Near) -> set[str]:
    """Returns the words that are neighbours in every one of several networks.

    Example:
        >>> shared({"one": [("good", 0.9), ("bad", 0.1)], "other": [("good", 0.8), ("dull", 0.2)]})
        {'good'}
    """
    if len(near) < 2:
        return set()
    return set.intersection(*({word for word, _ in found} for found in near.values()))


def _labels(maps: Sequence[Chosen]) -> tuple[str, str]:
    found = {registry.labels(one.run.experiment.dataset) for one in maps}
    return found.pop() if len(found) == 1 else ("label 0", "label 1")


def color_bar(labels: tuple[str, str] = ("negative", "positive")) -> str:
    """Returns as HTML what the colours of the map mean."""
    shades = ", ".join(color for _, color in COLORS)
    return (
        f'<div class="rc-colors"><span>{escape(labels[0])}</span>'
        f'<i style="background: linear-gradient(90deg, {shades})"></i>'
        f"<span>{escape(labels[1])}</span></div>"
    )


def neighbour_cards(chosen: Sequence[Chosen], near: Near, problems: dict[str, str]) -> str:
    """Returns as HTML each run's neighbours with their cosines, those that all runs share in bold."""
    common = shared(near)
    cards = []
    for one in chosen:
        if one.run.id in problems:
            cards.append(problem_card(one, problems[one.run.id]))
            continue
        rows = "".join(
            f"<tr><td>{f'<b>{escape(word)}</b>' if word in common else escape(word)}</td><td>{cosine:.2f}</td></tr>"
            for word, cosine in near[one.run.id]
        )
        cards.append(card(one, f'<table class="rc-neighbours">{rows}</table>'))
    return f'<div class="rc-verdicts">{"".join(cards)}</div>'


def _controls(chosen: Sequence[Chosen]) -> tuple[str, list[Chosen]]:
    titles = {one.run.id: one.title for one in chosen}
    by_id = {one.run.id: one for one in chosen}
    left, middle, right = st.columns([2, 1, 1])
    with left:
        typed = st.text_input("Find a word", key="find_word", placeholder="such as great", max_chars=100)
    with middle:
        first = st.selectbox("Map of", list(titles), format_func=titles.__getitem__)
    with right:
        others = [run for run in titles if run != first]
        second = st.selectbox(
            "Beside it", others, index=None, format_func=titles.__getitem__, placeholder="no other", disabled=not others
        )
    return typed, [by_id[run] for run in (first, second) if run]


def _show_map(
    services: Services, one: Chosen, typed: str, near: list[tuple[str, float]], place: int, count: int
) -> None:
    try:
        words = _words(services, one)
    except UserError as error:
        st.html(f'<div class="rc-verdicts">{problem_card(one, str(error))}</div>')
        return
    if words is None:
        return
    found: list[str] = []
    if near:
        vocabulary = prepared.load(one.run.experiment.dataset).vocabulary
        looked_up = vocabulary.word(find_word(one.run.experiment, vocabulary, typed))
        found = [looked_up, *(word for word, _ in near)]
    if count > 1:
        st.html(f'<div class="rc-verdicts">{card(one, "")}</div>')
    label = registry.labels(one.run.experiment.dataset)[1]
    figure.show(word_chart(words, found, WIDTH if count == 1 else NARROW, label), f"word_map_{place}", HEIGHT)
    median = percent(float(np.median(words.verdicts)))
    rare = (
        f" “{found[0]}” is too rare for the map; its neighbours are on it."
        if found and found[0] not in words.words
        else ""
    )
    st.caption(
        f"{counted(len(words.words), 'word')}. Grey is this network's median word, {median} {as_markdown(label)} by "
        f"itself. The map holds {percent(sum(words.shares))} of the variance of the word vectors.{rare}"
    )


def _show_neighbours(chosen: Sequence[Chosen], typed: str, near: Near, problems: dict[str, str]) -> None:
    bold = " Bold ones are neighbours in every network." if shared(near) else ""
    st.html(
        f"<p><b>Neighbours of “{escape(typed.strip())}”:</b> the words whose embedding points most nearly the same "
        f"way; 1 is the same direction, 0 is none in common.{bold}</p>{neighbour_cards(chosen, near, problems)}"
    )


def _words(services: Services, one: Chosen) -> WordMap | None:
    """Returns a run's map; None while a worker still draws it up, which is then said."""
    experiment = one.run.experiment
    state = questions.fingerprint(one.weights)
    if not experiment.bidirectional or experiment.mask_padding:
        return _words_at_once(one.run.id, state, one)
    analysis = services.engine.analyse(questions.words, one.run.id, one.which, state, experiment)
    if analysis.problem:
        raise UserError(analysis.problem)
    if analysis.result is None:
        wait_for(one.title, analysis)
    found: WordMap | None = analysis.result
    return found


@st.cache_data(max_entries=64, show_spinner=False)
def _words_at_once(run: str, state: str, _one: Chosen) -> WordMap:  # noqa: ARG001  # the key
    experiment = _one.run.experiment
    return word_map(experiment, _one.weights, prepared.load(experiment.dataset).vocabulary)
