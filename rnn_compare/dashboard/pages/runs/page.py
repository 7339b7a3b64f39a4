"""The page *Runs*: names, charts, reports and deletion of all runs."""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.runs import run_details, run_table
from rnn_compare.dashboard.widgets import actions, chance, take_home, url_state
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER, show_hidden_notice
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.formatting import as_markdown, counted
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import UNDO_SECONDS
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.board import View
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import Snapshot, fit_together, link_names

WATCH_SECONDS = 3.0
DELETE_HELP = f"Record, curves and weights, for everyone. For {UNDO_SECONDS:.0f} seconds it can be undone."
ROW_PIXELS, ROWS_SEEN, MOST_ROWS_SEEN = 36, 8, 12
"""Rows of the table while runs are ticked, and otherwise. With more runs its height stays, so that nothing below moves
when another starts; half a row shows that there are more."""
TABLE, ROWS, CHOSEN = "runs_table", "runs_rows", "runs_chosen"


def render() -> None:
    """Draws the page."""
    components.load_styles("browser/common/chance.css", "dashboard/assets/pages/runs.css")
    services = current_app().services()
    runs = services.runs()[::-1]
    actions.show_problems()
    show_hidden_notice(services, is_empty=not runs)
    place, problems = _place(services)
    for problem in problems:
        st.warning(problem, icon=":material/error:")
    st.html(f"<h1>Runs <small class='rc-place'>{escape(place)}</small></h1>")
    if not runs and not services.snapshot().hidden:
        st.info("No runs yet.", icon=":material/hourglass_empty:")
        if st.button("Train one on Compare", type="primary"):
            url_state.open_compare()
        _offer_undo(services)
    elif runs:
        _page(services, runs)
    components.ticking(_watch, WATCH_SECONDS, services, _signature(services), len(actions.problems()))


def _place(services: Services) -> tuple[str, list[str]]:
    """Returns where trainings run, and what is wrong there; not to visitors, for both may name machines."""
    if visitor.why_not():
        return "", []
    engine = services.engine
    problems = [engine.state.reason] if engine.state.reason else []
    if engine.scheduler is None:
        return f"trainings run on this machine, {services.parallel_runs} at a time", problems
    workers = engine.workers()
    busy = sum(worker.run is not None for worker in workers)
    problems += [as_markdown(f"{worker.name}: {worker.problem}") for worker in workers if worker.problem]
    return f"trainings run on {engine.scheduler}: {counted(len(workers), 'worker')}, {busy} busy", problems


def _accuracies(services: Services) -> dict[str, float]:
    """Returns the accuracies of ended runs on held-out reviews, by run, as far as they are known."""

    def measured(snapshot: Snapshot) -> dict[str, float]:
        ended = (run for run in snapshot.runs if run.status.ended)
        accuracies = ((run.id, services.evidence.accuracy(run, "kept")) for run in ended)
        return {run: accuracy for run, accuracy in accuracies if accuracy is not None}

    return services.snapshot().cached("on held-out reviews", measured)


def _page(services: Services, runs: Sequence[Run]) -> None:
    ticked = _table(run_table.in_order(runs), _accuracies(services))
    _actions(services, ticked, counted(len(runs), "run"))
    if len(ticked) == 1:
        run_details.show(services, ticked[0])
    elif ticked and fit_together(ticked):
        _show_together(services, ticked)


def _table(runs: Sequence[Run], accuracies: Mapping[str, float]) -> list[Run]:
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
        run_table.table(runs, accuracies),
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

    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open on Compare", type="primary", disabled=not fit_together(ticked)):
            # Oldest first, as in a comparison.
            url_state.open_compare(**{PARAMETER: ",".join(link_names(ticked[::-1], services.runs()))})
        take_home.offer(services, ticked[::-1])  # oldest first
        stop = [partial(services.engine.stop, run) for run in at_work]
        actions.button("Stop", not at_work, on_click=actions.act, args=stop, icon=":material/stop:")
        place = visitor.place_in_line()
        resume = [partial(services.engine.continue_run, run.id, **place) for run in ticked if run.can_be_continued]
        actions.button("Continue", not resume, on_click=actions.act, args=resume, icon=":material/play_arrow:")
        delete = [partial(services.store.delete, run.id) for run in ticked]
        is_locked = not ticked or bool(at_work)
        actions.button("Delete", is_locked, DELETE_HELP, on_click=actions.act, args=delete, icon=":material/delete:")
        summary = _offer_undo(services) or _summary(ticked, count)
        st.html(f"<p style='margin: 0'>{summary}</p>")


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
        chance.show(services, in_order)


def _offer_undo(services: Services) -> str:
    """Draws a button that restores what was deleted in the last seconds, by whomever; returns how much that is."""
    if not (deleted := services.store.deleted()):
        return ""
    actions.button("Undo", on_click=actions.act, args=(services.store.restore,), icon=":material/undo:")
    return f"{counted(len(deleted), 'run')} deleted"


def _watch(services: Services, before: tuple[object, ...], problems_said: int) -> None:
    """Reruns the page when a run has changed or there is another problem; otherwise sends nothing to the browser."""
    if _signature(services) != before or len(actions.problems()) != problems_said:
        st.rerun(scope="app")


def _signature(services: Services) -> tuple[object, ...]:
    runs = ((run.id, run.status, len(run.epochs), run.stop_requested, run.name, run.note) for run in services.runs())
    return (_place(services), len(services.store.deleted()), len(_accuracies(services)), *runs)
