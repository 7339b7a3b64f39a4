"""The upload of the lecturer's own texts: a CSV file that a worker reads and that becomes a source."""

import hashlib
import math
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rnn_compare.atomic import whole_file
from rnn_compare.dashboard.components import wait_for
from rnn_compare.dashboard.widgets import actions, url_state
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER
from rnn_compare.formatting import as_markdown, percent
from rnn_compare.reviews import text_import
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import INDEX_FROM
from rnn_compare.server import visitor
from rnn_compare.server.access import limits
from rnn_compare.server.app import current_app
from rnn_compare.server.request_guard import for_this_machine_only
from rnn_compare.settings import bounds, default
from rnn_compare.sources import own_texts
from rnn_compare.sources.csv_layout import DELIMITERS
from rnn_compare.sources.labelled_csv import MAX_ROWS, MIN_TEXTS
from rnn_compare.sources.own_texts import Card

FORMAT = f"CSV with a header, a column of texts and one with two labels; {MIN_TEXTS} to {MAX_ROWS:,} rows."
OPEN_TO_OTHERS = (
    "Uploads need a presenter's pass here (docs/security.md); `python -m rnn_compare train --source FILE.csv` and the "
    "folder `cache/texts/` do not."
)
_READING, _PROBLEM, _BOX = "texts_being_read", "texts_problem", "texts_box"
_LONGEST_NAME = 60


@dataclass(frozen=True)
class _Reading:
    """A file that a worker reads."""

    path: Path
    time: int  # of the request: an earlier answer may be outdated
    sent: bool  # by a browser: the file is deleted if it cannot be used


def show(source_key: str) -> None:
    """Draws the box for a file, and the unread files in the folder of texts.

    A file becomes the source, in the widget of this key, once it is read.
    """
    problem = st.session_state.get(_PROBLEM)
    with st.expander("Your own texts", icon=":material/upload_file:", expanded=bool(problem)):
        st.caption(f"{FORMAT} Visitors can read them.")
        if reason := why_not():
            st.caption(reason)
            return
        actions.show_problems()
        if problem:
            st.error(problem, icon=":material/report:")
        current_app().upload_gate.open_for_this_session()
        number = st.session_state.setdefault(_BOX, 0)  # in the key: another number makes a new, empty box
        sent = st.file_uploader(
            "File", [ending[1:] for ending in own_texts.ENDINGS], key=f"{_BOX}_{number}", label_visibility="collapsed"
        )
        _offer_folder()
    if sent is not None:
        visitor.require_presenter()
        st.session_state[_READING] = _stored(sent)
        st.session_state[_BOX] += 1
        st.session_state.pop(_PROBLEM, None)
        limits.discard_uploads()
        st.rerun()
    if reading := st.session_state.get(_READING):
        _read(reading, source_key)


def why_not() -> str | None:
    """Returns why this visitor may not upload texts, in a sentence; None if they may."""
    if visitor.is_open() and not for_this_machine_only():
        return OPEN_TO_OTHERS
    return visitor.why_not()


def forget(name: str, source_key: str) -> None:
    """Removes texts and the arrays made of them."""
    with actions.reporting():
        visitor.require_presenter()
        text_import.remove(name)
        st.session_state.pop(source_key, None)


def _offer_folder() -> None:
    def begin(path: Path) -> None:
        with actions.reporting():
            visitor.require_presenter()
            st.session_state.pop(_PROBLEM, None)
            st.session_state[_READING] = _Reading(path, time.time_ns(), sent=False)

    for path in own_texts.unread():
        st.button(f"Read {as_markdown(path.name)}", key=f"read {path.name}", on_click=begin, args=(path,))


def _read(reading: _Reading, source_key: str) -> None:
    analysis = current_app().services().engine.analyse(text_import.try_import, str(reading.path), reading.time)
    if not analysis.ended:
        wait_for(f"Reading {reading.path.name}", analysis)
        return
    del st.session_state[_READING]
    outcome = analysis.result or text_import.ImportOutcome(problem=analysis.problem or "")
    if outcome.problem:
        st.session_state[_PROBLEM] = as_markdown(f"{reading.path.name}: {outcome.problem}")
        if reading.sent and analysis.result:
            reading.path.unlink(missing_ok=True)
    else:
        st.session_state[source_key] = outcome.name
    st.rerun()


def _stored(sent: UploadedFile) -> _Reading:
    """Writes an upload into the folder of texts, under its own name unless another file has it."""
    content = sent.getvalue()
    digest = hashlib.sha256(content).hexdigest()[:12]
    name = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in sent.name).strip(" .")
    stem, ending = Path(name).stem[:_LONGEST_NAME] or "texts", Path(name).suffix.lower()
    path = own_texts.folder() / f"{stem}{ending if ending in own_texts.ENDINGS else '.csv'}"
    if path.exists() and own_texts.digest(path) != digest:
        path = path.with_stem(f"{stem}-{digest[:6]}")
    is_new = not path.exists()
    if is_new:
        with whole_file(path) as partial:
            partial.write_bytes(content)
    return _Reading(path, time.time_ns(), sent=is_new)


def show_summary(card: Card, reviews: Reviews, source_key: str) -> None:
    """Draws the summary of texts, and buttons to train on them or to remove them."""
    st.html(summary(card, reviews))
    with st.container(horizontal=True):
        if st.button("Open on Compare", type="primary", icon=":material/arrow_forward:"):
            _to_the_set_up(card, reviews)
        hint = "Their runs stay, without the texts."
        arguments = (card.name, source_key)
        actions.button("Remove these texts", hint=hint, icon=":material/delete:", on_click=forget, args=arguments)


def summary(card: Card, reviews: Reviews) -> str:
    """Returns as HTML how the file was read: columns, labels and their balance, lengths, remarks."""
    shortest, median, longest = np.percentile(np.diff(reviews.training.offsets), [0, 50, 100])
    maxlen = suited(reviews)["maxlen"]
    text, label = (escape(name) or "without a name" for name in card.layout.columns)
    shares = [(name, count, percent(count / card.size)) for name, count in zip(card.labels, card.counts, strict=True)]
    balance = "".join(
        f"<i class='rc-share-{number}' style='flex-grow: {count}'>{escape(name)} {count:,} ({share})</i>"
        for number, (name, count, share) in enumerate(shares)
    )
    divided, encoding = DELIMITERS[card.layout.delimiter], card.encoding.removesuffix("-sig").upper()
    sentences = [
        f"Texts: <b>{text}</b>; labels: <b>{label}</b>; {divided}s, {escape(encoding)}.",
        f"{shortest:,.0f} to {longest:,.0f} words, median {median:,.0f}; maxlen {maxlen:,} cuts "
        f"{percent(reviews.share_cut(maxlen))} of them.",
        *map(escape, card.remarks()),
    ]
    points = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return (
        f"<section class='rc-understood'><h2>{escape(card.title)}: {card.size:,} texts</h2>"
        f"<div class='rc-balance'>{balance}</div><ul>{points}</ul></section>"
    )


def suited(reviews: Reviews) -> dict[str, int]:
    """Returns settings that suit texts: 95 % are not cut, and the vocabulary is no larger than needed."""
    longest, least = (int(bounds(name)[index]) for name, index in (("maxlen", 1), ("vocabulary_size", 0)))
    most = 1 + math.ceil(np.percentile(np.diff(reviews.training.offsets), 95))  # with the start token
    words = len(reviews.vocabulary) + INDEX_FROM + 1
    return {"maxlen": min(most, longest), "vocabulary_size": max(least, min(words, default("vocabulary_size")))}


def _to_the_set_up(card: Card, reviews: Reviews) -> None:
    settings = {"reviews": card.size, **suited(reviews)}
    st.session_state.update(source=card.name, **settings)
    numbers = {name: str(number) for name, number in settings.items()}
    url_state.open_compare(**{PARAMETER: card.name, "source": card.title, **numbers})
