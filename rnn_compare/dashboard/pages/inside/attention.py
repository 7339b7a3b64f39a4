"""Attention: how much each word of a review attends to the others and to padding, beside an equal share."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.attention_chart import attention_chart, height
from rnn_compare.dashboard.components import figure
from rnn_compare.dashboard.widgets.network_choice import LoadedNetwork, problem_card
from rnn_compare.dashboard.widgets.reading import FIRST
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.errors import UserError
from rnn_compare.explain.attention import AttentionWeights, attention_weights
from rnn_compare.explain.verdict import encode
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.server.services import Services

NEARLY_EQUAL = 1.5
"""Times an equal share: where no weight is larger, attention is hardly more than an average."""
LIMITS = (
    "Attention weights show which words are mixed into which. They do not explain the prediction: other weights can "
    "lead to the same one (Jain and Wallace 2019)."
)


def show(_services: Services, networks: Sequence[LoadedNetwork]) -> None:
    """Draws the box for a review, the choice of a word, and the attention of each network that has some."""
    text = review_box.text(height=76, experiments=[network.run.experiment for network in networks], first=FIRST)
    if not text.strip():
        return
    results, problems = [], []
    for network in networks:
        try:
            results.append((network, _weights(network, text)))
        except UserError as error:
            problems.append(problem_card(network, str(error)))
    if results:
        word = _word(max((attention.words for _, attention in results), key=len))
        for network, attention in results:
            if word is not None and word < -len(attention.words):
                problems.append(problem_card(network, "This word was cut off; choose a later one."))
                continue
            place = None if word is None else len(attention.words) + word
            st.markdown(f"**{as_markdown(network.title)}.** {remark(attention, place)}")
            chart = attention_chart(attention, place, network.look.color)
            figure.show(chart, f"attention {network.run.id}", height(attention))
        st.caption(LIMITS)
    st.html(f'<div class="rc-verdicts">{"".join(problems)}</div>')


def remark(attention: AttentionWeights, word: int | None) -> str:
    """Returns in Markdown how much attention padding gets, and how far the weights are from equal shares."""
    sentences = []
    if attention.padding:
        row = attention.matrix.mean(axis=0) if word is None else attention.matrix[word]
        who = "On average, a word" if word is None else f"“{as_markdown(attention.words[word])}”"
        share = percent(float(row[: attention.padding].sum()))
        sentences.append(
            f"{who} gives **{share} of its attention to padding**, which fills {attention.padding} of "
            f"{len(row)} places."
        )
    largest = float(attention.matrix.max()) / attention.equal
    sentences.append(
        f"Dashed: an equal share, {percent(attention.equal)}. The largest weight is {largest:.2f} times that."
    )
    if largest < NEARLY_EQUAL:
        sentences.append("**Nearly equal, as before training: every word gets almost the same average.**")
    return " ".join(sentences)


def _weights(network: LoadedNetwork, text: str) -> AttentionWeights:
    experiment = network.run.experiment
    if not experiment.has_attention:
        raise UserError("No attention: this network does not compare words with each other.")
    return attention_weights(experiment, network.weights, encode(experiment, text))


def _word(words: Sequence[str]) -> int | None:
    """Draws the choice of a word and returns its place from the end, -1 for the last; None for the mean."""

    def name(place: int | None) -> str:
        return "all words (mean)" if place is None else f"{len(words) + place + 1}: {words[place]}"

    place: int | None = st.select_slider("Attention of", [None, *range(-len(words), 0)], format_func=name)
    return place
