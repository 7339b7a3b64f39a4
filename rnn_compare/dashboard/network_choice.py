"""Which trained networks a page asks, and whether with their best or their last weights."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.comparison.groups import groups
from rnn_compare.dashboard.services import Services
from rnn_compare.dashboard.shown_runs import has_chosen, note_choice, shown
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.runs.files import Which
from rnn_compare.runs.record import Run, names

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
    shown_as = {run.id: f"{name} · {run.id.rpartition('-')[2]}" for run, name in zip(found, _names(found), strict=True)}
    # Until somebody chooses, the page goes with what is shown on the charts, of several seeds with the first; then it
    # keeps to the choice.
    kept = [run for run in st.session_state.get("networks", []) if run in by_id]
    st.session_state["networks"] = kept if has_chosen() else [group.runs[0].id for group in groups(shown(found))]
    with st.sidebar:
        chosen = st.multiselect(
            "Networks",
            list(reversed(by_id)),
            key="networks",
            max_selections=MAX_COMPARED,
            format_func=shown_as.__getitem__,
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
    by_id = {run.id: name for runs in together.values() for run, name in zip(runs, names(runs), strict=True)}
    return [by_id[run.id] for run in found]
