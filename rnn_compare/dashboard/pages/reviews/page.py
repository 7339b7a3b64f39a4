"""The page *Reviews*: counts, the effect of maxlen and vocabulary, and each review."""

import random
from html import escape

import numpy as np
import streamlit as st

from rnn_compare.dashboard.components import load_styles, wait_for
from rnn_compare.dashboard.pages.reviews import upload
from rnn_compare.dashboard.widgets import actions, setting
from rnn_compare.dashboard.widgets.review import review_text
from rnn_compare.dashboard.widgets.url_state import set_value
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.formatting import percent
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import read_text
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.reviews.vocabulary import INDEX_FROM
from rnn_compare.server.app import current_app
from rnn_compare.settings import default
from rnn_compare.sources import own_texts
from rnn_compare.sources.registry import source
from rnn_compare.sources.source import Source
from rnn_compare.training.analyses import Analysis

SETTINGS = ("source", "distance", "maxlen", "vocabulary_size")
FORM = "reviews_"
"""The beginning of the keys of its settings' widgets."""
NUMBER = "review_number"
"""Key of the review's number, from 1."""
FIRST = 10
"""The review shown first: short, whole and clear about its label, unlike the first of the bundled ones."""
_DOWNLOADS = "fetched_sources"


def render() -> None:
    """Draws the page."""
    load_styles("dashboard/assets/common/review_text.css", "dashboard/assets/pages/reviews.css")
    st.markdown("# The reviews")
    upload.show(f"{FORM}source")
    try:
        experiment = _settings()
    except UserError as error:  # a maxlen that cuts off the deciding word
        st.html(f"<p class='rc-box rc-missing'>{escape(str(error))}</p>")
        return
    dataset = source(experiment.dataset)
    if problem := dataset.unavailable():
        _show_missing(dataset, problem)
        return
    if dataset.about:
        st.markdown(dataset.about)
    reviews = _load(experiment.dataset)
    if card := own_texts.find_card(experiment.source):
        upload.show_summary(card, reviews, f"{FORM}source")
    st.html(_counts(reviews, experiment, dataset.labels[1]))
    _look(reviews, _choose(reviews, dataset.labels), experiment)


def _settings() -> Experiment:
    """Draws the settings that decide how a review is read, at first those of Compare, and returns them."""
    for name in SETTINGS:
        st.session_state.setdefault(FORM + name, st.session_state.get(name, default(name)))
    for column, names in zip(st.columns(3), (("source", "distance"), ("maxlen",), ("vocabulary_size",)), strict=True):
        with column:
            for name in names:
                setting.draw(name, FORM, persist_state="session")
    return experiment_from({name: st.session_state.get(FORM + name, default(name)) for name in SETTINGS})


def _show_missing(missing: Source, problem: str) -> None:
    more = f" Also {missing.test_size:,} test reviews." if missing.test_size else ""
    st.html(f"<p class='rc-box rc-missing'>{escape(problem)}{more}</p>")
    if missing.fetch is None:
        return
    fetch, services = missing.fetch, current_app().services()
    downloads: dict[str, Analysis] = st.session_state.setdefault(_DOWNLOADS, {})
    if services.engine.scheduler:  # on whose disks it would be needed
        st.caption(f"With an Internet connection: `python -m rnn_compare fetch {missing.name}`")
        return

    def begin() -> None:
        downloads[missing.name] = services.engine.analyse(fetch, again=True)

    if analysis := downloads.get(missing.name):
        if not analysis.ended:
            wait_for(f"Fetching {missing.title}", analysis)
            return
        del downloads[missing.name]
        if analysis.problem is None:
            st.rerun()
        st.error(analysis.problem, icon=":material/cloud_off:")
    actions.button("Fetch it", icon=":material/cloud_download:", on_click=actions.act, args=(begin,))


def _load(source_name: str) -> Reviews:
    if prepared.is_prepared(source_name):
        return prepared.load(source_name)
    with st.spinner("Preparing the reviews, once; this takes a few seconds."):
        return prepared.load(source_name)


def _counts(reviews: Reviews, experiment: Experiment, label: str) -> str:
    ranks, _, labels = reviews.training
    maxlen, size = experiment.maxlen, experiment.vocabulary_size
    share_known = np.count_nonzero(ranks < size - INDEX_FROM) / len(ranks)
    counts = {"train": len(labels)} | ({"test": len(reviews.testing.labels)} if reviews.testing is not None else {})
    printed = [f"{count} {part} sequences" for part, count in counts.items()]
    printed += [f"input_{part} shape: {(count, maxlen)}" for part, count in counts.items()]
    cards = (
        (f"{len(reviews.vocabulary):,}", "different words"),
        (f"{reviews.mean_length:.1f}", "words per review"),
        (percent(share_known), "of words known"),
        (percent(reviews.share_cut(maxlen)), "of reviews cut"),
        (percent(reviews.share_lost(maxlen)), "of words cut"),
        (percent(float(labels.mean())), escape(label)),
    )
    boxes = "".join(f"<div class='rc-box'><b>{number}</b><span>{meaning}</span></div>" for number, meaning in cards)
    return f'<div class="rc-facts-row"><pre class="rc-box">{"<br>".join(printed)}</pre>{boxes}</div>'


def _choose(reviews: Reviews, labels: tuple[str, str]) -> int:
    count = len(reviews.training.labels)

    def go_anywhere() -> None:
        st.session_state[NUMBER] = random.randint(1, count)

    # Another source may have fewer.
    set_value(NUMBER, min(max(int(st.session_state.get(NUMBER) or FIRST), 1), count))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(f"Review, 1 to {count:,}", 1, count, key=NUMBER, persist_state="session", width=200)
        st.button("Random review", icon=":material/shuffle:", on_click=go_anywhere)
        label = reviews.label(number - 1)
        st.html(f'<p class="rc-label">{escape(labels[label])} (label {label})</p>')
    return number - 1


def _look(reviews: Reviews, index: int, experiment: Experiment) -> None:
    text = reviews.text(index)
    review = read_text(text, reviews.vocabulary, experiment.vocabulary_size, experiment.maxlen)
    st.html(
        f"{review_text.html(text, review)}<h2>Encoded, shape ({experiment.maxlen},)</h2>"
        f'<div class="rc-review">{review_text.ids(review)}</div>'
    )
    with st.expander("Original text" if reviews.texts else "Words (this source has no original text)"):
        st.html(f'<p class="rc-written">{escape(text)}</p>')
