"""What was understood of the lecturer's own texts, before anything is trained on them."""

from html import escape

import numpy as np
import streamlit as st

from rnn_compare.dashboard.pages.reviews import upload
from rnn_compare.dashboard.widgets import url_state
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import percent
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import INDEX_FROM
from rnn_compare.server.access import presenter
from rnn_compare.sources.csv_layout import DELIMITERS
from rnn_compare.sources.text_cards import Card


def show(card: Card, reviews: Reviews, experiment: Experiment, source_key: str) -> None:
    """Draws it, and the ways from here: to train on them, or to have them forgotten.

    Args:
        card: What was understood of the file.
        reviews: Its texts, prepared.
        experiment: How long a text may be, and how many words are known.
        source_key: The key of the widget that chose the source.
    """
    st.html(summary(card, reviews, experiment))
    with st.container(horizontal=True):
        if st.button("Train on these texts", type="primary", icon=":material/arrow_forward:"):
            _to_the_set_up(card)
        locked = presenter.why_not()
        st.button(
            "Forget these texts",
            icon=":material/delete:",
            on_click=upload.forget,
            args=(card.name, source_key),
            disabled=bool(locked),
            help=locked or "Removes them from the cache. Runs that were trained on them stay, without their texts.",
        )


def summary(card: Card, reviews: Reviews, experiment: Experiment) -> str:
    """Returns as HTML how the file was read, its labels and their balance, lengths, and what to think of."""
    ranks, offsets, _ = reviews.training
    shortest, median, most, longest = np.percentile(np.diff(offsets), [0, 50, 95, 100])
    unknown = np.count_nonzero(ranks >= experiment.vocabulary_size - INDEX_FROM) / max(len(ranks), 1)
    text, label = (escape(name) or "without a name" for name in card.layout.columns)
    shares = [(name, count, percent(count / card.size)) for name, count in zip(card.labels, card.counts, strict=True)]
    balance = "".join(
        f"<i class='rc-share-{number}' style='flex-grow: {count}'>{escape(name)} {count:,} ({share})</i>"
        for number, (name, count, share) in enumerate(shares)
    )
    most_common, _, its_share = max(shares, key=lambda share: share[1])
    divided, encoding = DELIMITERS[card.layout.delimiter], card.encoding.removesuffix("-sig").upper()
    sentences = [
        f"Texts from the column <b>{text}</b>, labels from the column <b>{label}</b>; divided by a {divided}, "
        f"{escape(encoding)}.",
        f"A text has {shortest:,.0f} to {longest:,.0f} words; half have {median:,.0f} or fewer, 95 in 100 have "
        f"{most:,.0f} or fewer: a maxlen of {most:,.0f} would cut few.",
        f"{percent(unknown)} of all words are unknown at vocabulary size {experiment.vocabulary_size:,}.",
        f"Always saying {escape(most_common)} is right for {its_share} of them: a network must do better.",
        *map(escape, card.remarks()),
    ]
    points = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return (
        f"<section class='rc-understood'><h3>{escape(card.title)}: {card.size:,} texts</h3>"
        f"<div class='rc-balance'>{balance}</div><ul>{points}</ul></section>"
    )


def _to_the_set_up(card: Card) -> None:
    st.session_state["source"], st.session_state["reviews"] = card.name, card.size
    url_state.open_compare(source=card.title, reviews=str(card.size))
