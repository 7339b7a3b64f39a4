"""A review from the hall: what each network says of it, and on demand how it reads it."""

from html import escape

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.components import ticking
from rnn_compare.dashboard.pages.present import join_code, review_queue
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import answers, network_choice, reading
from rnn_compare.lecture.step_kind import StepKind
from rnn_compare.server.app import current_app

WORDS = "wall_word_by_word"


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
            answers.show(runs, moment.state.wall_review, "best")
    with st.container(horizontal=True, key="wall_buttons", vertical_alignment="center"):
        with st.popover("Choose a review", icon=":material/inbox:"):
            ticking(review_queue.show, 2.0, moment, "wall")
        join_code.offer_networks(moment)
        if moment.state.wall_review is not None and runs:
            st.toggle("Word by word", key=WORDS)


def _how_many_wait() -> None:
    waiting = sum(not review.shown for review in current_app().classroom().reviews())
    waits = f'<p class="rc-answered" role="status"><b>{waiting:,}</b> waiting</p>'
    st.html(join_code.beside_the_code(waits))


STEP = StepKind("review", show, takes_reviews=True)
