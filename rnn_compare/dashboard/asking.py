"""What the pages that ask trained networks have in common: which networks, which weights, which text."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from rnn_compare.dashboard.access import visitor
from rnn_compare.dashboard.services import Services
from rnn_compare.dashboard.shown_runs import has_chosen, note_choice, shown
from rnn_compare.errors import UserError
from rnn_compare.experiment import MAX_COMPARED, Experiment, labels
from rnn_compare.insight.held_out import held_out
from rnn_compare.insight.verdict import MAX_CHARACTERS
from rnn_compare.runs.files import Which
from rnn_compare.runs.record import Run

EXAMPLES = {
    "Praise": "A wonderful film. The acting is superb, the story is moving, and I left the cinema happy.",
    "Panned": "What a waste of time. The plot is dull, the acting is awful, and the jokes fall flat.",
    "Turn at the end": (
        "The first hour is slow and I nearly left. The dialogue is poor and some scenes are simply bad. "
        "But then it becomes one of the best films I have ever seen, brilliant and beautiful to the last minute."
    ),
    "Irony": "Oh great, another masterpiece about a talking dog. I could hardly stay awake for all that excitement.",
    "Negation": "This is not a bad movie at all. It is never boring, and nobody should miss it.",
}
WEIGHTS: dict[str, Which] = {"best epoch": "best", "last epoch": "last"}


def askable(services: Services) -> list[Run]:
    """Returns the runs that can be asked; where there is none, the page says how to get one."""
    found = [run for run in services.runs() if run.has_weights]
    if not found:
        st.info(
            "No network has finished an epoch yet. Train one on the Compare page; as soon as its first epoch is "
            "done, it can be asked here.",
            icon=":material/hourglass_empty:",
        )
    return found


def choose(found: Sequence[Run]) -> tuple[list[Run], Which]:
    """Draws the choice of networks and weights in the sidebar, and returns it."""
    by_id = {run.id: run for run in found}
    names = {run.id: f"{name} · {run.id.rpartition('-')[2]}" for run, name in zip(found, _names(found), strict=True)}
    # Until somebody chooses, the page goes with what is shown on the charts; then it keeps to the choice.
    kept = [run for run in st.session_state.get("networks", []) if run in by_id]
    st.session_state["networks"] = kept if has_chosen() else [run.id for run in shown(found)]
    with st.sidebar:
        chosen = st.multiselect(
            "Networks",
            list(reversed(by_id)),
            key="networks",
            max_selections=MAX_COMPARED,
            format_func=names.__getitem__,
            placeholder="Choose at least one",
            on_change=note_choice,
            persist_state="session",
        )
        which = st.segmented_control("Weights of the", list(WEIGHTS), default="best epoch", required=True)
        st.caption("Best is the epoch with the highest validation accuracy.")
    return [by_id[run] for run in chosen], WEIGHTS[which or "best epoch"]


def _names(found: Sequence[Run]) -> list[str]:
    """Returns a name for each run, which tells it from those that were started together with it."""
    together: dict[str, list[Run]] = {}
    for run in found:
        together.setdefault(run.comparison, []).append(run)
    label = {
        run.id: name
        for runs in together.values()
        for run, name in zip(runs, labels(run.experiment for run in runs), strict=True)
    }
    return [run.name or label[run.id] for run in found]


@dataclass(frozen=True)
class Picked:
    """A real review that stands in the box, and what its author thought.

    Attributes:
        text: The review.
        kind: ``test`` or ``validation``.
        number: Its number in the source.
        positive: Whether its author liked the film.
    """

    text: str
    kind: str
    number: int
    positive: bool

    @property
    def author(self) -> str:
        """What its author found it: ``positive`` or ``negative``."""
        return "positive" if self.positive else "negative"


def text(height: int = 110, experiments: Collection[Experiment] = (), first: str = "") -> str:
    """Draws the box for a review, the examples and a choice of real reviews, and returns what stands in the box.

    Nothing, if the visitor has asked too often just now: that is said, and the box keeps what was typed.

    Args:
        height: Of the box, in pixels.
        experiments: Those that are asked: real reviews are offered if there are some that none has learned from.
        first: The example that stands in the box until the visitor has chosen or typed something.
    """
    if first and "review" not in st.session_state:
        st.session_state["review"] = EXAMPLES[first]

    def take_example(example: str) -> None:
        st.session_state["review"] = EXAMPLES[example]

    st.text_area(
        "Review",
        key="review",
        height=height,
        placeholder="Type or paste a review in English …",
        persist_state="session",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="ask_box"):
        st.button("Ask the networks", type="primary")
        # Buttons: what holds a choice, such as pills, may tell an old one once more, over what was typed since.
        for example in EXAMPLES:
            st.button(example, key=f"example {example}", on_click=take_example, args=(example,))
        if experiments:
            _offer_real_ones(experiments)
    typed = str(st.session_state["review"])
    if typed.strip() and (pause := visitor.pause_before_prediction()):
        st.info(pause, icon=":material/hourglass_empty:")
        return ""
    return typed


def picked() -> Picked | None:
    """Returns the real review that stands in the box as it was written; None if something else stands there."""
    found: Picked | None = st.session_state.get("picked")
    # The browser may hand line ends back in another way.
    same = found is not None and found.text.split() == str(st.session_state.get("review", "")).split()
    return found if same else None


def _offer_real_ones(experiments: Collection[Experiment]) -> None:
    try:
        real = held_out(experiments)
    except UserError:  # what is wrong with the reviews is said where they are needed
        return
    if real is None:
        return

    def take(number: int | None) -> None:
        if number is None:
            return
        number = min(max(number, real.numbers[0]), real.numbers[-1])
        found = Picked(real.text(number)[:MAX_CHARACTERS], real.kind, number, real.positive(number))
        st.session_state.update(picked=found, review=found.text, real_review=number)

    if st.session_state.get("real_review") not in real.numbers:  # other networks may have other reviews
        st.session_state["real_review"] = None
    st.button(
        f"Any {real.kind} review",
        icon=":material/casino:",
        help="A real review that none of these networks has learned from, with what its author thought: number "
        f"{real.numbers[0]:,} to {real.numbers[-1]:,}",
        on_click=lambda: take(random.choice(real.numbers)),
    )
    st.number_input(
        "Number of the review",
        min_value=real.numbers[0],
        max_value=real.numbers[-1],
        value=None,
        key="real_review",
        placeholder="or by number",
        label_visibility="collapsed",
        width=180,
        on_change=lambda: take(st.session_state["real_review"]),
    )
