"""The page *Try a review*: a box for a review, each network's verdict, and the word that flips it."""

import streamlit as st

from rnn_compare.browser.reading import described
from rnn_compare.dashboard.components import component, load_styles
from rnn_compare.dashboard.widgets import answers, network_choice, reading
from rnn_compare.dashboard.widgets.review import review_box
from rnn_compare.explain.word_by_word import words_read
from rnn_compare.paths import Which
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services


def render() -> None:
    """Draws the page."""
    load_styles("dashboard/assets/common/review_text.css", "browser/common/verdicts.css")
    services = current_app().services()
    if not (askable := network_choice.askable(services)):
        return
    runs, which = network_choice.choose(askable)
    text = review_box.text(runs)
    if not runs:
        st.info("Choose at least one network on the left.", icon=":material/arrow_back:")
    elif text is not None:
        verdicts = answers.show(runs, text.strip() and text, which, review_box.label(text, runs))
        _show_turning_words(services, verdicts, which)
        answers.show_text(verdicts, text)


def _show_turning_words(services: Services, verdicts: answers.Answers, which: Which) -> None:
    """Draws, for each network, which word counts most: each in turn is read as an unknown one."""
    reviews = {run.id: verdict.review for run, _, verdict in verdicts if verdict.review.count("known")}
    networks = network_choice.loaded([run for run, _, _ in verdicts], which)
    pairs = [(network, reviews[network.run.id]) for network in networks if network.run.id in reviews]
    logits = reading.left_out(services, pairs)
    runs = []
    for network, review in pairs:
        if network.run.id in logits:
            words = words_read(review)
            shown = {"words": [token.shown for token in words], "logits": logits[network.run.id]}
            runs.append(described(network, words, first=0) | shown)
    if runs:
        component("dashboard/assets/cell/turning_words.js")(data={"runs": runs}, key="turning_words")
