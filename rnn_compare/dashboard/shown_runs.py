"""Which runs a page shows: those that its link names, else the newest comparison."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.experiment import MAX_COMPARED
from rnn_compare.runs.record import Run

PARAMETER = "show"
_PINNED, _CHOSEN = "pinned_runs", "networks_chosen"


def pinned() -> list[str]:
    """Returns the run ids that the page's address names, or named before the visitor went from page to page.

    Streamlit takes from the address what is no widget's when somebody changes the page.
    """
    named = [run for run in st.query_params.get(PARAMETER, "").split(",") if run]
    if named:
        st.session_state[_PINNED] = named
    return named or list(st.session_state.get(_PINNED, []))


def pin(runs: Sequence[str]) -> None:
    """Names runs in the page's address; none means: follow the newest comparison."""
    st.session_state[_PINNED] = list(runs[:MAX_COMPARED])
    st.session_state[_CHOSEN] = False
    if runs:
        st.query_params[PARAMETER] = ",".join(runs[:MAX_COMPARED])
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


def restore() -> None:
    """Names in the address once more what was pinned before the visitor went to another page and back."""
    if PARAMETER not in st.query_params and (runs := pinned()):
        st.query_params[PARAMETER] = ",".join(runs)


def note_choice() -> None:
    """Notes that the visitor has chosen the networks to ask: what is shown on the charts decides no longer."""
    st.session_state[_CHOSEN] = True


def has_chosen() -> bool:
    """Tells whether the visitor has chosen the networks to ask since something was pinned."""
    return bool(st.session_state.get(_CHOSEN))


def newest(runs: Sequence[Run]) -> list[Run]:
    """Returns the runs of the newest comparison, of runs ordered by their making."""
    return [run for run in runs if run.comparison == runs[-1].comparison] if runs else []


def shown(runs: Sequence[Run]) -> list[Run]:
    """Returns the runs that this visitor's page shows, in order."""
    return chosen(runs, pinned())


def chosen(runs: Sequence[Run], named: Sequence[str]) -> list[Run]:
    """Returns the runs with the ids that a link names, in its order; where there is none of them, the newest ones."""
    by_id = {run.id: run for run in runs}
    found = [by_id[run] for run in named if run in by_id]
    return (found or newest(runs))[:MAX_COMPARED]
