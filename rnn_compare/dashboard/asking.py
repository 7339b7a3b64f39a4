"""What the pages that ask trained networks have in common: which networks, which weights, which text."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.dashboard.services import Services
from rnn_compare.dashboard.shown import shown
from rnn_compare.experiment import MAX_COMPARED
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


def askable(of: Services) -> list[Run]:
    """Returns the runs that can be asked; where there is none, the page says how to get one."""
    found = [run for run in of.runs() if run.has_weights]
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

    def name(run: str) -> str:
        return f"{by_id[run].title} · {run.rpartition('-')[2]}"

    with st.sidebar:
        chosen = st.multiselect(
            "Networks",
            list(reversed(by_id)),
            [run.id for run in shown(found)],
            max_selections=MAX_COMPARED,
            format_func=name,
            placeholder="Choose at least one",
        )
        which = st.segmented_control("Weights of the", list(WEIGHTS), default="best epoch", required=True)
        st.caption("Best is the epoch with the highest validation accuracy.")
    return [by_id[run] for run in chosen], WEIGHTS[which or "best epoch"]


def text(height: int = 110) -> str:
    """Draws the box for a review and the examples, and returns what stands in the box."""

    def take_example() -> None:
        if picked := st.session_state["example"]:
            st.session_state["review"] = EXAMPLES[picked]

    st.text_area("Review", key="review", height=height, placeholder="Type or paste a review in English …")
    with st.container(horizontal=True, vertical_alignment="center", key="ask_box"):
        st.button("Ask the networks", type="primary")
        st.pills("Examples", list(EXAMPLES), key="example", on_change=take_example, label_visibility="collapsed")
    return str(st.session_state["review"])
