"""The step `review`: a review from the class, each network's verdict, and on demand how it was read."""

from html import escape

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.components import ticking
from rnn_compare.dashboard.pages.present import join_code
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.dashboard.pages.present.steps.home import offer_networks
from rnn_compare.dashboard.widgets import answers, network_choice, reading
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import labels
from rnn_compare.explain.verdict import ask
from rnn_compare.formatting import percent
from rnn_compare.lecture.class_state import SentReview
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.server.app import current_app

WORDS, QUEUE, CHOSEN = "wall_word_by_word", "wall_queue", "wall_review_chosen"
MOST_LISTED = 30
"""Reviews of the queue that are listed, the newest first."""


def show(moment: Moment) -> None:
    """Draws the review that was chosen and what the networks make of it; before there is one, how many wait."""
    theme.load("common/review_text.css", "common/verdicts.css", "pages/views.css")
    runs = [run for run in moment.shown if run.has_weights]
    if moment.state.wall_review is None:
        ticking(_how_many_wait, 1.0)
    elif not runs:
        st.html(f'<blockquote class="rc-from-the-hall">{escape(moment.state.wall_review)}</blockquote>')
        st.info("Train and reveal the networks first.")
    elif st.session_state.get(WORDS):
        reading.show_text(moment.services, network_choice.with_weights(runs, "best"), moment.state.wall_review)
    else:
        with st.container(key="wall_verdicts"):
            st.html(f'<blockquote class="rc-from-the-hall">{escape(moment.state.wall_review)}</blockquote>')
            verdicts = answers.show(runs, moment.state.wall_review, "best")
            answers.show_text(verdicts, moment.state.wall_review)
    with st.container(horizontal=True, key="wall_buttons", vertical_alignment="center"):
        if st.session_state.pop(CHOSEN, False):  # the list would cover the results
            st.session_state[QUEUE] = False
        with st.popover("Choose a review", icon=":material/inbox:", key=QUEUE, on_change="rerun"):
            ticking(show_queue, 2.0, moment, "wall")
        offer_networks(moment)
        if moment.state.wall_review is not None and runs:
            st.toggle("Word by word", key=WORDS)


def _how_many_wait() -> None:
    waiting = sum(not review.shown for review in current_app().classroom().reviews())
    waits = f'<p class="rc-answered" role="status"><b>{waiting:,}</b> waiting</p>'
    st.html(join_code.beside_the_code(waits))


def show_queue(moment: Moment, place: str) -> None:
    """Draws the reviews that the hall sent, for the presenter to show or drop; ``place`` begins its buttons' keys."""
    classroom = current_app().classroom()
    with st.container(horizontal=True):
        is_open = moment.state.reviews_open
        label = "Stop accepting reviews" if is_open else "Accept reviews"
        button(label, f"{place}_take", moment.state.version, classroom.open_reviews, not is_open)
        if moment.state.wall_review is not None:
            button("Take it off the wall", f"{place}_off", None, classroom.show_review, None)
    sent = classroom.reviews()[::-1]
    if not sent:
        st.caption("No reviews yet.")
    for review in sent[:MOST_LISTED]:
        _show_entry(moment, review, place)


def _show_entry(moment: Moment, review: SentReview, place: str) -> None:
    can_show = moment.step.kind.takes_reviews
    look = {"disabled": not can_show, "help": None if can_show else "The wall shows reviews only at review steps."}
    drop = current_app().classroom().drop_review
    with st.container(border=True, key=f"{place}_review_{review.id}"):
        st.text(review.text)  # whatever it is, it is read as no markup
        with st.container(horizontal=True):
            label = "Show again" if review.shown else "Show"
            button(label, f"{place}_show_{review.id}", None, _put_on_wall, moment, review, type="primary", **look)
            button("Delete", f"{place}_drop_{review.id}", None, drop, review.id)


def _put_on_wall(moment: Moment, review: SentReview) -> None:
    current_app().classroom().show_review(review.id, _verdicts(moment, review.text))
    st.session_state[CHOSEN] = True


def _verdicts(moment: Moment, text: str) -> list[str]:
    """Returns what each network says of a text, a line each, for the phone that sent it."""
    runs = [run for run in moment.shown if run.has_weights]
    lines = []
    for run, name in zip(runs, labels(run.experiment for run in runs), strict=True):
        try:
            verdict = ask(run, text, "best")
        except UserError as error:
            lines.append(f"{name}: {error}")
            continue
        nothing = "no known words"
        lines.append(f"{name}: {nothing if verdict.rests_on_nothing else f'{percent(verdict.share)} {verdict.label}'}")
    return lines


STEP = StepKind("review", show, takes_reviews=True)
