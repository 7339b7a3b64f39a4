"""Which runs a page shows: those that its link names, else the newest comparison."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.experiment import MAX_COMPARED
from rnn_compare.runs.record import Run

PARAMETER = "show"


def pinned() -> list[str]:
    """Returns the run ids that the page's address names."""
    return [run for run in st.query_params.get(PARAMETER, "").split(",") if run]


def pin(runs: Sequence[str]) -> None:
    """Names runs in the page's address; none means: follow the newest comparison."""
    if runs:
        st.query_params[PARAMETER] = ",".join(runs[:MAX_COMPARED])
    elif PARAMETER in st.query_params:
        del st.query_params[PARAMETER]


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
