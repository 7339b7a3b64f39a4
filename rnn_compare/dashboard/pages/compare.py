"""The first page: choose networks, train them, watch them learn, count their parameters."""

import streamlit as st

from rnn_compare.dashboard import access, board, controls, invite, live, parameter_table, problems, services
from rnn_compare.dashboard.services import Services
from rnn_compare.dashboard.shown import newest, pin, pinned, restore, shown
from rnn_compare.dashboard.words import about
from rnn_compare.runs import estimate
from rnn_compare.runs.record import Run

STARTING_SECONDS, TICK_SECONDS = 2.0, 30.0
"""How often the line below the board is looked after, while the workers start and later. The board itself asks for
news (``live.py``). A viewer's tick takes the processor 8 ms: those of 200 every 10 s took half of the server's time."""


def render() -> None:
    """Draws the page."""
    of = services.get()
    restore()
    with st.sidebar:
        setup = controls.setup()
        with st.container(key="train_box"):
            _train(of, setup)
        invite.entry((setup.experiments, *pinned()))
    starting, busy = _at_work(of)
    st.fragment(_live, run_every=STARTING_SECONDS if starting else TICK_SECONDS)(of, (starting, busy))
    if setup.experiments:
        parameter_table.show(setup.experiments)
        parameter_table.show_summaries(setup.experiments, of.engine.summary)


def _train(of: Services, setup: controls.Setup) -> None:
    count = len(setup.experiments)
    if setup.problem:
        st.error(setup.problem)
    else:
        time = about(estimate.seconds(setup.experiments, of.runs(), of.at_once))
        where = "cluster" if of.engine.scheduler else "machine"
        st.caption(f"Starts {count} network{'s' if count > 1 else ''}, {time} on this {where}")
    locked = access.why_not()
    if st.button("Train", type="primary", width="stretch", disabled=not count or bool(locked), help=locked):
        access.require()
        with problems.noting(problems.noted()):
            pin(of.engine.submit(list(setup.experiments), **access.place_in_line()))
        of.refresh()


def _live(of: Services, drawn: tuple[bool, bool]) -> None:
    runs = of.runs()
    if drawn != _at_work(of):
        st.rerun(scope="app")  # to tick at the other pace, and with an estimate that has learnt from what has ended
    chosen = shown(runs)
    place = st.container(key="board_place")  # keeps its height while the scripts load
    marks = _below_board(of, runs, chosen)
    news = live.url(pinned(), marks)
    with place:
        data = live.message(of, pinned(), marks)
        stopped, continued = board.show(data, news, key="board", may_press=access.is_presenter())
    with problems.noting(problems.noted()):
        for run in stopped:
            of.engine.stop(run)
        for run in continued:
            of.engine.continue_run(run, **access.place_in_line())
    if stopped or continued:
        of.refresh()
    problems.show()


def _below_board(of: Services, runs: list[Run], chosen: list[Run]) -> bool:
    """Draws one line that is always there, so that nothing below it moves; returns whether the marks are wanted."""
    with st.container(horizontal=True, vertical_alignment="center", key="board_line"):
        marks = st.toggle("Mark the lecture's 85 % and 89 %", key="marks", bind="query-params")
        latest = newest(runs)
        if pinned() and latest and latest[-1].position > max((run.position for run in chosen), default=0):
            if st.button("A newer comparison was started. Show it", icon=":material/update:", type="tertiary"):
                pin([])
                st.rerun(scope="app")
        elif (state := of.engine.state).reason:
            st.caption(f":material/error: {state.reason}")
        elif state.phase == "starting":
            begun = "" if chosen else " Train can be pressed already."
            st.caption(f"The workers are starting; a machine's very first start takes about half a minute.{begun}")
    return marks


def _at_work(of: Services) -> tuple[bool, bool]:
    """Tells whether the workers are starting, and whether any run waits or trains."""
    return of.engine.state.phase == "starting", any(not run.status.ended for run in of.runs())
