"""The first page: choose networks, train them, watch them learn, count their parameters."""

import streamlit as st

from rnn_compare.charts.curves.registry import CHARTS, SHOWN_FIRST, known
from rnn_compare.dashboard import notices, theme
from rnn_compare.dashboard.access import presenter, visitor
from rnn_compare.dashboard.components import board
from rnn_compare.dashboard.pages.compare import controls, invite, parameter_table
from rnn_compare.dashboard.server import news
from rnn_compare.dashboard.services import Services, get_services
from rnn_compare.dashboard.shown_runs import newest, pin, pinned, restore, shown
from rnn_compare.formatting import about, counted
from rnn_compare.runs import estimate
from rnn_compare.runs.record import Run

STARTING_SECONDS, TICK_SECONDS = 2.0, 30.0
"""How often the line below the board is looked after, while the workers start and later. The board itself asks for
news (``server/news.py``). A viewer's tick takes the processor 8 ms: those of 200 every 10 s took half of the
server's time."""


def render() -> None:
    """Draws the page."""
    theme.load("compare.css")
    services = get_services()
    restore()
    with st.sidebar:
        setup = controls.setup()
        with st.container(key="train_box"):
            _train(services, setup)
        invite.entry((setup.experiments, *pinned()))
    starting, busy = _at_work(services)
    st.fragment(_live, run_every=STARTING_SECONDS if starting else TICK_SECONDS)(services, (starting, busy))
    if setup.experiments:
        parameter_table.show(setup.experiments)
        parameter_table.show_summaries(setup.experiments, services.engine.summary)


def _train(services: Services, setup: controls.Setup) -> None:
    count = len(setup.experiments)
    if setup.problem:
        st.error(setup.problem)
    else:
        time = about(estimate.seconds(setup.experiments, services.runs(), services.at_once))
        where = "cluster" if services.engine.scheduler else "machine"
        st.caption(f"Starts {counted(count, 'network')}, {time} on this {where}")
    locked = presenter.why_not()
    if st.button("Train", type="primary", width="stretch", disabled=not count or bool(locked), help=locked):
        presenter.require()
        with notices.noting(notices.noted()):
            pin(services.engine.submit(list(setup.experiments), **visitor.place_in_line()))
        services.refresh()


def _live(services: Services, drawn: tuple[bool, bool]) -> None:
    runs = services.runs()
    if drawn != _at_work(services):
        st.rerun(scope="app")  # to tick at the other pace, and with an estimate that has learnt from what has ended
    chosen = shown(runs)
    place = st.container(key="board_place")  # keeps its height while the scripts load
    marks, charts = _below_board(services, runs, chosen)
    source = news.url(pinned(), marks, charts)
    with place:
        data = news.message(services, pinned(), marks, charts)
        stopped, continued = board.show(data, source, key="board", may_press=presenter.is_presenter())
    with notices.noting(notices.noted()):
        for run in stopped:
            services.engine.stop(run)
        for run in continued:
            services.engine.continue_run(run, **visitor.place_in_line())
    if stopped or continued:
        services.refresh()
    notices.show()


def _below_board(services: Services, runs: list[Run], chosen: list[Run]) -> tuple[bool, tuple[str, ...]]:
    """Draws one line that is always there, so that nothing below it moves.

    Returns:
        Whether the marks are wanted, and the names of the charts that are.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="board_line"):
        charts = st.pills(
            "Charts",
            list(CHARTS),
            selection_mode="multi",
            default=SHOWN_FIRST,
            format_func=lambda name: CHARTS[name].title,
            key="charts",
            label_visibility="collapsed",
            width="content",
            bind="query-params",
        )
        marks = st.toggle("Mark the lecture's 85 % and 89 %", key="marks", bind="query-params")
        latest = newest(runs)
        if pinned() and latest and latest[-1].position > max((run.position for run in chosen), default=0):
            if st.button("A newer comparison was started. Show it", icon=":material/update:", type="tertiary"):
                pin([])
                st.rerun(scope="app")
        elif (state := services.engine.state).reason:
            st.caption(f":material/error: {state.reason}")
        elif state.phase == "starting":
            begun = "" if chosen else " Train can be pressed already."
            st.caption(f"The workers are starting; a machine's very first start takes about half a minute.{begun}")
    return marks, known(charts)


def _at_work(services: Services) -> tuple[bool, bool]:
    """Tells whether the workers are starting, and whether any run waits or trains."""
    return services.engine.state.phase == "starting", any(not run.status.ended for run in services.runs())
