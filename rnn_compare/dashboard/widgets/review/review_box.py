"""The box for a review: typed, an example, or a real one that no chosen network was trained on."""

import random
from collections.abc import Collection, Sequence
from typing import NamedTuple

import streamlit as st

from rnn_compare.dashboard.widgets import setting_link, url_state
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import whole_number
from rnn_compare.explain.held_out import EXAMPLES, QUESTIONS, HeldOut, example_label, held_out
from rnn_compare.explain.prediction import MAX_CHARACTERS
from rnn_compare.formatting import as_markdown
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.sources.registry import is_about_films, labels

NUMBER = "number"
"""Parameter of the address: the number of a real review, which is too long for it."""


def text(runs: Sequence[Run], height: int = 84, first: str = "") -> str | None:
    """Draws the box for a review, the examples and a button for a real review, and returns the text.

    It returns None, with a notice, if the visitor has asked too often.

    Args:
        runs: The chosen networks. Real reviews are offered if none was trained on them, examples if all were trained on
            film reviews.
        first: The example in the box at first.
    """
    experiments = [run.experiment for run in runs]
    films = _noun(experiments) == "review"
    url_state.restore("review")
    _take_from_address(experiments)
    if first and films and "review" not in st.session_state:
        st.session_state["review"] = EXAMPLES[first]

    # Before anything is drawn: a click interrupts this run, and a reload must find the values.
    typed = str(st.session_state.get("review", ""))
    real = picked(typed)
    url_state.save(NUMBER, str(real.number) if real else "")
    url_state.save("review", typed, EXAMPLES[first] if first else "", in_address=real is None)

    def take_example(example: str) -> None:
        st.session_state["review"] = EXAMPLES[example]

    st.text_area(
        "Review",
        key="review",
        height=height,
        max_chars=MAX_CHARACTERS,
        placeholder=f"Type or paste a {'review in English' if films else 'text'} …",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="ask_box"):
        st.button("Ask the networks", type="primary")
        # Buttons: pills may send an old choice again and overwrite typed text.
        for example in EXAMPLES if films else ():
            st.button(example, key=f"example {example}", on_click=take_example, args=(example,))
        offer_real(runs)
    for name, question in QUESTIONS.items() if films else ():
        if typed.split() == EXAMPLES[name].split():
            st.markdown(question)
    if real := picked(typed):
        st.markdown(real.sentence)
    if typed.strip() and (pause := visitor.pause_before_prediction()):
        st.info(pause, icon=":material/hourglass_empty:")
        return None
    return typed


class RealReview(NamedTuple):
    """A real review in the box: its number in the source, its label, and a sentence on both in Markdown."""

    text: str
    number: int
    positive: bool
    labels: tuple[str, str]
    sentence: str


def _take_from_address(experiments: Collection[Experiment]) -> None:
    """Puts the real review of the address' number into the box before it is drawn."""
    if "review" in st.session_state or NUMBER not in st.query_params or not (real := _held_out(experiments)):
        return
    try:
        number = whole_number(NUMBER, st.query_params[NUMBER], real.numbers[0], real.numbers[-1])
        _take(real, number, experiments)
    except UserError as error:
        setting_link.warn(str(error))


def label(text: str, runs: Sequence[Run]) -> bool | None:
    """Returns the label of a real review or an example; None for other texts, or if a network has other labels."""
    if (real := picked(text)) is None:
        return example_label(text, [run.experiment for run in runs])
    # The text may be from networks of another task.
    return real.positive if {labels(run.experiment.dataset) for run in runs} == {real.labels} else None


def offer_real(runs: Sequence[Run]) -> None:
    """Draws the choice of a real review, if there are some that no network was trained on."""
    experiments = [run.experiment for run in runs]
    if real := _held_out(experiments):
        st.button(
            f"Random {_noun(experiments)}",
            help=f"Held out for {real.kind}, number {real.numbers[0]:,} to {real.numbers[-1]:,}",
            on_click=lambda: _take(real, random.choice(real.numbers), experiments),
        )


def _held_out(experiments: Collection[Experiment]) -> HeldOut | None:
    try:
        return held_out(experiments)
    except UserError:  # shown where the reviews are needed
        return None


def _take(real: HeldOut, number: int, experiments: Collection[Experiment]) -> None:
    text, positive = real.text(number)[:MAX_CHARACTERS], real.positive(number)
    noun = _noun(experiments)
    meaning = "Its author rated the film" if noun == "review" else "Its label is"
    sentence = f"{real.kind.capitalize()} {noun} {number:,}. {meaning} **{as_markdown(real.labels[positive])}**."
    review = RealReview(text, number, positive, real.labels, sentence)
    st.session_state.update(picked=review, review=review.text)


def _noun(experiments: Collection[Experiment]) -> str:
    return "review" if all(is_about_films(experiment.source) for experiment in experiments) else "text"


def picked(text: str) -> RealReview | None:
    """Returns the real review of this text if it was picked; otherwise None."""
    review: RealReview | None = st.session_state.get("picked")
    # A browser may change line ends.
    return review if review is not None and review.text.split() == text.split() else None
