"""The page *Try a review*: a box for a review, and each network's verdict."""

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.widgets import answers, network_choice
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.server.app import current_app
from rnn_compare.sources.registry import about_films


def render() -> None:
    """Draws the page."""
    theme.load("common/review_text.css", "common/verdicts.css")
    services = current_app().services()
    if not (askable := network_choice.askable(services)):
        return
    runs, which = network_choice.choose(askable)
    experiments = [run.experiment for run in runs]
    films = all(about_films(experiment.source) for experiment in experiments)
    text = review_box.text(experiments=() if films else experiments)
    if not films and (real := review_box.picked()):
        st.markdown(real.sentence)
    if not runs:
        st.info("Choose at least one network on the left.", icon=":material/arrow_back:")
    elif text.strip():
        answers.show(runs, text, which)
