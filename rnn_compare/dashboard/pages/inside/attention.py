"""Attention: how much each word of a review attends to the others and to padding."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.attention_chart import attention_chart
from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, show_problems
from rnn_compare.dashboard.widgets.reading import FIRST
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.errors import UserError
from rnn_compare.explain.verdict import encode
from rnn_compare.explain.word_by_word import AttentionWeights, attention_weights
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.server.services import Services

NEARLY_EQUAL = 1.5
"""Times an equal share; if no weight is larger, attention is nearly an average."""


def show(_services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the box for a review, the choice of a word, and the attention of each network that has some."""
    text = review_box.text([network.run for network in networks], networks[0].which, height=76, first=FIRST)
    if not text.strip():
        return
    results: list[tuple[LoadedNetwork, AttentionWeights]] = []
    problems: dict[str, list[str]] = {}
    for network in networks:
        experiment = network.run.experiment
        try:
            results.append((network, attention_weights(experiment, network.weights, encode(experiment, text))))
        except UserError as error:
            problems.setdefault(str(error), []).append(network.title)
    if results:
        words = min((attention.words for _, attention in results), key=len)  # that all networks read
        places = {None: "all words (mean)"} | {i - len(words): f"{i + 1}: {word}" for i, word in enumerate(words)}
        from_end = st.select_slider("Attention of", list(places), format_func=places.__getitem__)
        for network, attention in results:
            word = None if from_end is None else len(attention.words) + from_end
            st.markdown(f"**{as_markdown(network.title)}.** {remark(attention, word)}")
            chart = attention_chart(attention, word, network.look.color)
            components.show_figure(chart, f"attention {network.run.id}")
        st.caption(
            "Attention weights show which words are mixed into which. They do not explain the prediction: other "
            "weights can lead to the same one (Jain and Wallace 2019)."
        )
    show_problems(problems)


def remark(attention: AttentionWeights, word: int | None) -> str:
    """Returns in Markdown the attention to padding and the largest weight beside an equal share."""
    row = attention.matrix.mean(axis=0) if word is None else attention.matrix[word]
    padding, largest = attention.padding, float(attention.matrix.max()) / attention.equal
    text = f"Dashed: an equal share, {percent(attention.equal)}. The largest weight is {largest:.3g} times that."
    if padding:
        share, places = percent(float(row[:padding].sum())), percent(padding / len(row))
        filled = f"which fills {padding} of {len(row)} places ({places})"
        text = f"**{share} of the attention goes to padding**, {filled}. {text}"
    is_average = largest < NEARLY_EQUAL
    return text + " **Nearly equal, as before training: every word takes in almost the same mixture.**" * is_average
