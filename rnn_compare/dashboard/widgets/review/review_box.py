"""The box for a review: typed, an example, or a real one that no chosen network was trained on."""

import random
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import streamlit as st

from rnn_compare.comparison.groups import one_each
from rnn_compare.dashboard.widgets import setting_link, url_state
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import whole_number
from rnn_compare.explain.held_out import EXAMPLES, QUESTIONS, HeldOut, example_label, held_out
from rnn_compare.explain.prediction import MAX_CHARACTERS
from rnn_compare.formatting import as_markdown
from rnn_compare.paths import Which
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import THRESHOLD, Status, decoded
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.sources.registry import is_about_films, labels

NUMBER = "number"
"""Parameter of the address: the number of a real review, which is too long for it."""
ANY = "any"


def text(runs: Sequence[Run], which: Which, height: int = 84, first: str = "") -> str:
    """Draws the box for a review, the examples and a choice of real reviews, and returns the text.

    It returns an empty text, with a notice, if the visitor has asked too often.

    Args:
        runs: The chosen networks. Real reviews are offered if none was trained on them, examples if all were trained on
            film reviews.
        first: The example in the box at first.
    """
    experiments = [run.experiment for run in runs]
    films = all(is_about_films(experiment.source) for experiment in experiments)
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
        is_pressed = st.button("Ask the networks", type="primary")
        # Buttons: pills may send an old choice again and overwrite typed text.
        for example in EXAMPLES if films else ():
            st.button(example, key=f"example {example}", on_click=take_example, args=(example,))
        with st.container(horizontal=True, vertical_alignment="center", width="content"):  # on one line
            offer_real(runs, which)
    if not typed.strip():
        if is_pressed:
            st.caption("Type a review first.")
        return ""
    for name, question in QUESTIONS.items() if films else ():
        if typed.split() == EXAMPLES[name].split():
            st.markdown(question)
    if real := picked(typed):
        st.markdown(real.sentence)
    if pause := visitor.pause_before_prediction():
        st.info(pause, icon=":material/hourglass_empty:")
        return ""
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


def offer_real(runs: Sequence[Run], which: Which) -> None:
    """Draws the choice of real reviews, if there are some that no network was trained on."""
    experiments = [run.experiment for run in runs]
    real = _held_out(experiments)
    if real is None:
        return

    def take(number: int | None) -> None:
        if number is not None:
            _take(real, min(max(number, real.numbers[0]), real.numbers[-1]), experiments)

    if st.session_state.get("real_review") not in real.numbers:  # the networks may have changed
        st.session_state["real_review"] = None
    groups = _groups(real, runs, which)
    url_state.restore("among", groups)
    if st.session_state.get("among") not in groups:
        st.session_state["among"] = ANY
    st.button(
        "Random review",
        help=f"Held out for {real.kind}, number {real.numbers[0]:,} to {real.numbers[-1]:,}",
        on_click=lambda: take(random.choice(groups[st.session_state["among"]][1])),
    )
    if len(groups) > 1:
        look: dict[str, Any] = {"key": "among", "label_visibility": "collapsed", "width": 300}
        among = st.selectbox("Random among", list(groups), format_func=lambda name: groups[name][0], **look)
        url_state.save("among", among, ANY)
    st.number_input(
        "Number of the review",
        min_value=real.numbers[0],
        max_value=real.numbers[-1],
        value=None,
        key="real_review",
        placeholder="No.",
        label_visibility="collapsed",
        width=160,
        on_change=lambda: take(st.session_state["real_review"]),
    )


def _groups(real: HeldOut, runs: Sequence[Run], which: Which) -> dict[str, tuple[str, Sequence[int]]]:
    """Returns groups of real reviews by their names in the address: titles and the reviews' numbers."""
    every: dict[str, tuple[str, Sequence[int]]] = {ANY: ("any review", real.numbers)}
    epochs = [run.best if which == "best" else run.last for run in runs]
    if real.kind == "test" or not all(epochs):  # test reviews may be of another source
        return every
    sides = [_sides(run.id, end.epoch, run.status, run) for run, end in zip(runs, epochs, strict=True) if end]
    common = [number for number in real.numbers if all(number in side for side in sides)]
    groups = {
        f"wrong.{group.runs[0].id}": (f"{group.name} is wrong", [n for n in common if side[n] != real.positive(n)])
        for group, side in zip(one_each(runs), sides, strict=True)
    }
    groups["differ"] = "the networks disagree", [n for n in common if len({side[n] for side in sides}) > 1]
    count = f" of {len(common):,}"
    return every | {name: (f"{title}: {len(some):,}{count}", some) for name, (title, some) in groups.items() if some}


@st.cache_resource(max_entries=64, show_spinner=False)
def _sides(run: str, epoch: int, status: Status, _run: Run) -> dict[int, bool]:  # noqa: ARG001  # the key
    """Returns recorded predictions of a run by review number: True for positive."""
    store = current_app().services().store
    places = prepared.load(_run.experiment.dataset).places(_run.experiment)
    sides: dict[int, bool] = {}
    for part in (*store.predictions(run), *store.predictions(run, "test")):
        numbers = 1 + getattr(places, part.part)
        if part.epoch == epoch and len(numbers) == part.reviews:  # a source's own test reviews have other numbers
            sides |= zip(numbers.tolist(), (decoded(part.probabilities) > THRESHOLD).tolist(), strict=True)
    return sides


def _held_out(experiments: Collection[Experiment]) -> HeldOut | None:
    try:
        return held_out(experiments)
    except UserError:  # shown where the reviews are needed
        return None


def _take(real: HeldOut, number: int, experiments: Collection[Experiment]) -> None:
    text, positive = real.text(number)[:MAX_CHARACTERS], real.positive(number)
    films = all(is_about_films(experiment.source) for experiment in experiments)
    meaning = "Its author rated the film" if films else "Its label is"
    sentence = f"{real.kind.capitalize()} review {number:,}. {meaning} **{as_markdown(real.labels[positive])}**."
    review = RealReview(text, number, positive, real.labels, sentence)
    st.session_state.update(picked=review, review=review.text, real_review=number)


def picked(text: str) -> RealReview | None:
    """Returns the real review of this text if it was picked; otherwise None."""
    review: RealReview | None = st.session_state.get("picked")
    # A browser may change line ends.
    return review if review is not None and review.text.split() == text.split() else None
