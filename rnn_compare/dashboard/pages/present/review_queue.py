"""The reviews that the hall has sent: the presenter reads them first, and shows one on the wall or drops it."""

import streamlit as st

from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.pages.present.permissions import button
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import labels
from rnn_compare.explain.verdict import ask
from rnn_compare.formatting import percent
from rnn_compare.lecture.class_state import SentReview
from rnn_compare.server.app import current_app

MOST = 30
"""Reviews of the queue that are listed, the newest first."""


def show(moment: Moment, place: str) -> None:
    """Draws the queue.

    Args:
        place: The prefix of its buttons' keys.
    """
    classroom = current_app().classroom()
    with st.container(horizontal=True):
        is_open = moment.state.reviews_open
        label = "Close reviews" if is_open else "Open reviews"
        button(label, f"{place}_take", moment.state.version, classroom.open_reviews, not is_open)
        if moment.state.wall_review is not None:
            button("Take it off the wall", f"{place}_off", None, classroom.show_review, None)
    sent = classroom.reviews()[::-1]
    if not sent:
        st.caption("No reviews yet.")
    for review in sent[:MOST]:
        _entry(moment, review, place)


def _entry(moment: Moment, review: SentReview, place: str) -> None:
    with st.container(border=True, key=f"{place}_review_{review.id}"):
        st.text(review.text)  # whatever it is, it is read as no markup
        with st.container(horizontal=True):
            button(
                "Show again" if review.shown else "Show",
                f"{place}_show_{review.id}",
                None,
                _show,
                moment,
                review,
                type="primary",
                disabled=not moment.step.kind.takes_reviews,
                help=None if moment.step.kind.takes_reviews else "The wall shows reviews only at review steps.",
            )
            drop = current_app().classroom().drop_review
            button("Drop", f"{place}_drop_{review.id}", None, drop, review.id)


def _show(moment: Moment, review: SentReview) -> None:
    current_app().classroom().show_review(review.id, verdicts(moment, review.text))


def verdicts(moment: Moment, text: str) -> list[str]:
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
