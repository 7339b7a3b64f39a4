"""The first page: choose networks, train them, watch them learn, count their parameters."""

from typing import Any

import streamlit as st

from rnn_compare.dashboard import board, controls, parameter_table, services
from rnn_compare.dashboard.services import Services
from rnn_compare.dashboard.shown import newest, pin, pinned, shown
from rnn_compare.dashboard.words import about
from rnn_compare.runs import estimate
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.training.cluster import worker_count

TICK_SECONDS, IDLE_SECONDS = 1.0, 3.0
"""How often the page looks for what is new: while something runs, and while nothing does."""


def render() -> None:
    """Draws the page."""
    of = services.get()
    with st.sidebar:
        setup = controls.setup()
        with st.container(key="train_box"):
            _train(of, setup)
    busy = _busy(of.runs())
    st.fragment(_live, run_every=TICK_SECONDS if busy else IDLE_SECONDS)(of, busy)
    if setup.experiments:
        st.markdown("### Parameters")
        parameter_table.show(setup.experiments)


def _train(of: Services, setup: controls.Setup) -> None:
    count = len(setup.experiments)
    if setup.problem:
        st.error(setup.problem)
    else:
        time = about(estimate.seconds(setup.experiments, of.runs(), worker_count()))
        st.caption(f"{count} network{'s' if count > 1 else ''}, {time} here")
    if st.button("Train", type="primary", width="stretch", disabled=not count):
        pin(of.engine.submit(list(setup.experiments)))
        of.refresh()


def _live(of: Services, busy: bool) -> None:
    runs = of.runs()
    if _busy(runs) != busy:
        st.rerun(scope="app")  # to tick at the other pace
    chosen = shown(runs)
    waiting = [run.id for run in runs if run.status is Status.QUEUED]
    stop = board.show(_message(of, chosen, waiting), key="board")
    if stop is not None:
        of.engine.stop(stop)
        of.refresh()
    _newer(runs, chosen)


def _message(of: Services, chosen: list[Run], waiting: list[str]) -> dict[str, Any]:
    hint = "Press Train: the curves grow here"
    return board.message(chosen, waiting, marks=bool(st.session_state.get("marks")), hint=hint)


def _newer(runs: list[Run], chosen: list[Run]) -> None:
    latest = newest(runs)
    if pinned() and latest and latest[-1].position > max((run.position for run in chosen), default=0):
        if st.button("A newer comparison was started. Show it", icon=":material/update:", type="tertiary"):
            pin([])
            st.rerun(scope="app")


def _busy(runs: list[Run]) -> bool:
    return any(not run.status.ended for run in runs)
