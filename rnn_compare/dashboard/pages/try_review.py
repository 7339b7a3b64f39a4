"""The page *Try a review*: a box for a review, and each network's verdict."""

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.widgets import answers, network_choice
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.server.app import current_app


def render() -> None:
    """Draws the page."""
    theme.load("common/review_text.css", "common/verdicts.css")
    services = current_app().services()
    if not (askable := network_choice.askable(services)):
        return
    runs, which = network_choice.choose(askable)
    text = review_box.text(runs, which)
    if not runs:
        st.info("Choose at least one network on the left.", icon=":material/arrow_back:")
    elif text.strip():
        answers.show(runs, text, which, review_box.label(text, runs))
