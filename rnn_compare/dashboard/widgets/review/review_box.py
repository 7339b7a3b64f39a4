"""The box for a review: what is typed, an example, or a real review."""

from collections.abc import Collection

import streamlit as st

from rnn_compare.dashboard.widgets import url_state
from rnn_compare.dashboard.widgets.review import real_review
from rnn_compare.experiment import Experiment
from rnn_compare.explain.examples import EXAMPLES, QUESTIONS
from rnn_compare.server import visitor
from rnn_compare.sources.registry import about_films


def text(height: int = 84, experiments: Collection[Experiment] = (), first: str = "") -> str:
    """Draws the box for a review, the examples and a choice of real reviews, and returns what stands in the box.

    Empty, with a notice, if the visitor has asked too often just now; the box keeps its text.

    Args:
        height: Height of the box in pixels.
        experiments: The chosen networks: real reviews are offered if there are some that none has learned from, and the
            examples if all learned from reviews of films.
        first: The example that stands in the box until the visitor has chosen or typed something.
    """
    films = all(about_films(experiment.source) for experiment in experiments)
    url_state.take("review")
    real_review.take_from_address(experiments)
    if first and films and "review" not in st.session_state:
        st.session_state["review"] = EXAMPLES[first]

    # Before anything is drawn: who sees the box may press on at once, which breaks this off, and then reload.
    typed = str(st.session_state.get("review", ""))
    real_review.keep_in_address()
    url_state.keep("review", typed, EXAMPLES[first] if first else "", in_address=real_review.picked() is None)

    def take_example(example: str) -> None:
        st.session_state["review"] = EXAMPLES[example]

    st.text_area(
        "Review",
        key="review",
        height=height,
        placeholder=f"Type or paste a {'review in English' if films else 'text'} …",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="ask_box"):
        st.button("Ask the networks", type="primary")
        # Buttons: what holds a choice, such as pills, may tell an old one once more, over what was typed since.
        for example in EXAMPLES if films else ():
            st.button(example, key=f"example {example}", on_click=take_example, args=(example,))
        if experiments:
            real_review.offer(experiments)
    if not typed.strip():
        return ""
    for name, question in QUESTIONS.items():
        if typed.split() == EXAMPLES[name].split():
            st.markdown(question)
    if pause := visitor.pause_before_prediction():
        st.info(pause, icon=":material/hourglass_empty:")
        return ""
    return typed
