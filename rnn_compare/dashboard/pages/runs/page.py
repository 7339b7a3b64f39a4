"""The page *Runs*: names, charts, reports and deletion of all runs."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.runs import run_details, run_table
from rnn_compare.dashboard.widgets import actions, results_table, take_home, url_state
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER, show_hidden_notice
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.formatting import counted
from rnn_compare.paths import delete_files
from rnn_compare.report.written_files import curves
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import fit_together, link_names

WATCH_SECONDS = 3.0
ROW_PIXELS, ROWS_SEEN, MOST_ROWS_SEEN = 36, 8, 12
"""Rows of the table while runs are ticked, and otherwise. With more runs its height stays, so that nothing below moves
when another starts; half a row shows that there are more."""
TABLE, ROWS, CHOSEN, DELETING = "runs_table", "runs_rows", "runs_chosen", "runs_deleting"


def render() -> None:
    """Draws the page."""
    components.load_styles("dashboard/assets/pages/runs.css")
    services = current_app().services()
    runs = services.runs()[::-1]
    actions.show_problems()
    show_hidden_notice(services, is_empty=not runs)
    if not runs:
        st.markdown("## Runs")
    if not runs and not services.snapshot().hidden:
        st.info("No runs yet.", icon=":material/hourglass_empty:")
        if st.button("Train one on Compare", type="primary"):
            url_state.open_compare()
    elif runs:
        _page(services, runs)
    components.ticking(_watch, WATCH_SECONDS, services, _signature(runs), len(actions.problems()))


def _page(services: Services, runs: Sequence[Run]) -> None:
    st.html("<h2 style='padding: 0; margin: 0'>Runs</h2>")
    ticked = _table(run_table.in_order(runs))
    _actions(services, ticked, counted(len(runs), "run"))
    if len(ticked) == 1:
        run_details.show(services, ticked[0])
    elif ticked and fit_together(ticked):
        _show_together(services, ticked)
    # Others may have deleted them.
    if doomed := [run for run in runs if run.id in st.session_state.get(DELETING, [])]:
        _confirm_deletion(services, doomed)


def _table(runs: Sequence[Run]) -> list[Run]:
    """Draws the runs and returns the ticked ones, the newest first.

    Streamlit knows ticked rows by number only, and a new run moves them. So their ids are stored.
    """
    rows = [run.id for run in runs]
    # After another page there is no table yet.
    before = st.session_state.get(ROWS, []) if TABLE in st.session_state else []
    ticked = {before[row] for row in _ticked_rows() if row < len(before)}
    selection = ticked | (set(st.session_state.get(CHOSEN, [])) - set(before))
    if rows != before:
        st.session_state[TABLE] = {"selection": {"rows": [i for i, run in enumerate(rows) if run in selection]}}
    st.session_state[ROWS] = rows
    st.session_state[CHOSEN] = [run.id for run in runs if run.id in selection]
    rows_seen = ROWS_SEEN if selection else MOST_ROWS_SEEN
    st.dataframe(
        run_table.table(runs),
        key=TABLE,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        column_config=run_table.COLUMNS,
        placeholder="–",
        row_height=ROW_PIXELS,
        height=ROW_PIXELS * (min(len(runs), rows_seen) + 1) + (ROW_PIXELS // 2 if len(runs) > rows_seen else 2),
    )
    return sorted((run for run in runs if run.id in selection), key=lambda run: -run.position)


def _ticked_rows() -> list[int]:
    rows = st.session_state.get(TABLE, {}).get("selection", {}).get("rows", [])
    return [row for row in rows if isinstance(row, int) and row >= 0]  # a browser may send anything


def _actions(services: Services, ticked: Sequence[Run], count: str) -> None:
    at_work = [run.id for run in ticked if not run.status.ended]

    def as_csv() -> bytes:
        services.require_shown(*(run.id for run in ticked))
        return curves(ticked).encode("utf-8-sig")  # with a byte order mark for spreadsheets

    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open on Compare", type="primary", disabled=not fit_together(ticked)):
            # Oldest first, as in a comparison.
            url_state.open_compare(**{PARAMETER: ",".join(link_names(ticked[::-1], services.runs()))})
        st.download_button(
            "Curves as CSV",
            actions.download(as_csv),
            f"{ticked[0].id if len(ticked) == 1 else 'curves'}.csv",
            "text/csv",
            disabled=not any(run.epochs for run in ticked),
            icon=":material/download:",
            on_click="ignore",
        )
        take_home.offer(services, ticked[::-1])  # oldest first
        stop = [partial(services.engine.stop, run) for run in at_work]
        actions.button("Stop", not at_work, on_click=actions.act, args=stop, icon=":material/stop:")
        place = visitor.place_in_line()
        resume = [partial(services.engine.continue_run, run.id, **place) for run in ticked if run.can_be_continued]
        actions.button("Continue", not resume, on_click=actions.act, args=resume, icon=":material/play_arrow:")
        if actions.button("Delete …", not ticked or bool(at_work), icon=":material/delete:", key="delete_runs"):
            st.session_state[DELETING] = [run.id for run in ticked]
        st.html(f"<p style='margin: 0'>{_summary(ticked, count)}</p>")


def _summary(ticked: Sequence[Run], count: str) -> str:
    if not ticked:
        return f"{count}. Tick one to open, several to compare."
    more = "" if fit_together(ticked) else f"; the charts show at most {MAX_COMPARED} settings"
    return f"{count}, {len(ticked)} ticked{more}"


def _show_together(services: Services, ticked: Sequence[Run]) -> None:
    """Draws the comparison of runs that fit on the charts, without buttons on the cards."""
    in_order = sorted(ticked, key=lambda run: run.position)
    names = link_names(in_order, services.runs())
    view = View(baselines=True)
    with st.container(key="ticked_place"):  # keeps its height while the scripts load
        components.show_board(services, names, view, key="ticked_board")
    if any(run.epochs for run in ticked):
        results_table.show(services, in_order)


def _confirm_deletion(services: Services, runs: Sequence[Run]) -> None:
    def close() -> None:
        st.session_state[DELETING] = []

    # Opened at each run of the page: a rerun closes it.
    @st.dialog("Delete?", on_dismiss=close)
    def dialog() -> None:
        names = "".join(f"<li>{escape(run_table.description(run))}</li>" for run in runs)
        st.html(f"<ul style='margin: 0; overflow-wrap: anywhere'>{names}</ul>")
        st.html("<p>This deletes record, curves and weights for everyone, and cannot be undone.</p>")
        with st.container(horizontal=True):
            delete = st.button(f"Delete {counted(len(runs), 'run')}", type="primary", key="delete_for_good")
            if delete or st.button("Keep"):
                close()
                if delete:
                    actions.act(*(partial(_delete, services, run.id) for run in runs))
                st.rerun()

    dialog()


def _delete(services: Services, run: str) -> None:
    services.store.delete(run)
    delete_files(run)


def _watch(services: Services, before: tuple[object, ...], problems_said: int) -> None:
    """Reruns the page when a run has changed or there is another problem; otherwise sends nothing to the browser."""
    if _signature(services.runs()[::-1]) != before or len(actions.problems()) != problems_said:
        st.rerun(scope="app")


def _signature(runs: Sequence[Run]) -> tuple[object, ...]:
    return tuple((run.id, run.status, len(run.epochs), run.stop_requested, run.name, run.note) for run in runs)
