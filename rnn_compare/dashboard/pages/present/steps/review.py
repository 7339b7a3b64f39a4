"""A review from the class, chosen by the presenter: each network's prediction, and how it reads it word by word."""

from html import escape

import streamlit as st

from rnn_compare.comparison.groups import one_each
from rnn_compare.dashboard.components import load_styles, ticking
from rnn_compare.dashboard.pages.present.lecture_context import NOT_REVEALED, LectureContext
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.dashboard.pages.present.steps.home import offer_networks
from rnn_compare.dashboard.widgets import answers, invite, network_choice, reading
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import ask
from rnn_compare.formatting import percent
from rnn_compare.lecture.class_state import SentReview
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app

WORDS, QUEUE, CHOSEN = "wall_word_by_word", "wall_queue", "wall_review_chosen"
MOST_LISTED = 30
"""Newest reviews that the queue lists."""
CHALLENGE = "Irony, a negation, a turn at the end: who sends one that fools them?"


def show(context: LectureContext) -> None:
    """Draws the chosen review with the networks' predictions or, before one is chosen, the number of waiting ones."""
    load_styles(
        "dashboard/assets/common/review_text.css", "browser/common/verdicts.css", "dashboard/assets/pages/views.css"
    )
    runs, text = context.readers, context.state.wall_review
    if text is None:
        ticking(_show_waiting, 1.0)
    elif runs and st.session_state.get(WORDS):
        if shown := reading.show_text(context.services, network_choice.with_weights(runs, "best"), text):
            context.to_phones(reading=shown)
    else:
        with st.container(key="wall_verdicts"):
            st.html(f'<blockquote class="rc-from-the-hall">{escape(text)}</blockquote>')
            if runs:
                answers.show_text(answers.show(runs, text, "best"), text)
            else:
                st.info(context.problem or NOT_REVEALED)
    with st.container(horizontal=True, key="wall_buttons", vertical_alignment="center"):
        if st.session_state.pop(CHOSEN, False):  # the open list would cover the results
            st.session_state[QUEUE] = False
        with st.popover("Choose a review", icon=":material/inbox:", key=QUEUE, on_change="rerun"):
            ticking(show_queue, 2.0, context, "wall")
        offer_networks(context)
        if text is not None and runs:
            st.toggle("Word by word", key=WORDS)


def _show_waiting() -> None:
    waiting = sum(not review.shown for review in current_app().classroom().reviews())
    waits = f'<p class="rc-answered" role="status"><b>{waiting:,}</b> waiting</p>'
    st.html(invite.beside_the_code(f'{waits}<p class="rc-question">{CHALLENGE}</p>'))


def show_queue(context: LectureContext, place: str) -> None:
    """Draws the class's reviews, for the presenter to show or delete; ``place`` prefixes the buttons' keys."""
    classroom = context.classroom
    if context.step.kind.takes_reviews:  # only here can the wall show them
        with st.container(horizontal=True):
            is_open = context.state.reviews_open
            label = "Stop accepting reviews" if is_open else "Accept reviews"
            button(label, f"{place}_take", context.state.version, classroom.open_reviews, not is_open)
            if context.state.wall_review is not None:
                button("Take it off the wall", f"{place}_off", None, classroom.show_review, None)
    sent = classroom.reviews()[::-1]
    if not sent:
        st.caption("No reviews yet.")
    for review in sent[:MOST_LISTED]:
        _show_entry(context, review, place)


def _show_entry(context: LectureContext, review: SentReview, place: str) -> None:
    with st.container(border=True, key=f"{place}_review_{review.id}"):
        st.text(review.text)  # never as markup
        with st.container(horizontal=True):
            if context.step.kind.takes_reviews:
                label = "Show again" if review.shown else "Show"
                button(label, f"{place}_show_{review.id}", None, _put_on_wall, context, review, type="primary")
            button("Delete", f"{place}_drop_{review.id}", None, context.classroom.drop_review, review.id)


def _put_on_wall(context: LectureContext, review: SentReview) -> None:
    context.classroom.show_review(review.id, _predictions(context, review.text))
    st.session_state[CHOSEN] = True


def _predictions(context: LectureContext, text: str) -> list[str]:
    """Returns each network's prediction for a text, a line each, for phones."""
    return [f"{group.name}: {_prediction(group.runs[0], text)}" for group in one_each(context.readers)]


def _prediction(run: Run, text: str) -> str:
    try:
        prediction = ask(run, text, "best")
    except UserError as error:
        return str(error)
    return "no known words" if prediction.knows_no_word else f"{percent(prediction.share)} {prediction.label}"


STEP = StepKind("review", show, takes_reviews=True)
