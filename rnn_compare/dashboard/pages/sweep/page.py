"""The page *Sweep*: a grid of settings, trained and charted as a whole, and networks of equal parameters."""

from functools import partial

import streamlit as st

from rnn_compare.comparison.sweeps import Sweep, sentence
from rnn_compare.dashboard.components import load_styles, ticking
from rnn_compare.dashboard.pages.sweep import equal_parameters, grid_setup, pictures
from rnn_compare.dashboard.widgets import actions
from rnn_compare.dashboard.widgets.pinned_runs import show_hidden_notice
from rnn_compare.formatting import counted, rough_duration
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS

BUSY_SECONDS, IDLE_SECONDS = 2.0, 5.0


def render() -> None:
    """Draws the page."""
    load_styles("dashboard/assets/pages/sweep.css")
    services = current_app().services()
    with st.sidebar:
        setup = grid_setup.setup()
        sweep = grid_setup.swept(services, setup.experiments)
        if setup.problem:
            st.error(setup.problem)
        _buttons(services, sweep)
    st.markdown("## Sweep")
    actions.show_problems()
    show_hidden_notice(services, is_empty=not sweep.trained)
    if not setup.problem:
        ticking(_progress, BUSY_SECONDS if sweep.at_work else IDLE_SECONDS, services, sweep)
    grid, equal = st.tabs(["Grid", "Equal parameters"])
    with grid:
        if not setup.problem:
            pictures.show(services, sweep)
    with equal:
        equal_parameters.show(services, setup)


def _buttons(services: Services, sweep: Sweep) -> None:
    def start() -> None:
        now = grid_setup.swept(services, sweep.experiments)
        actions.act(partial(grid_setup.train, services, now, priority=AFTER_ALL_OTHERS))

    def stop() -> None:
        at_work = grid_setup.swept(services, sweep.experiments).at_work
        actions.act(*(partial(services.engine.stop, run.id) for run in at_work))

    remaining = len(sweep.to_train)
    label = f"{'Continue' if sweep.broken_off else 'Train'} {counted(remaining, 'run')}" if remaining else "Train"
    actions.button(label, not remaining, type="primary", on_click=start, key="sweep_train", width="stretch")
    if sweep.at_work:
        actions.button("Stop all", on_click=stop, icon=":material/stop:", key="sweep_stop", width="stretch")
    if remaining:  # below, so that no button moves
        first = sweep.to_train[0]
        st.caption(f"{first.reviews:,} reviews, {counted(first.epochs, 'epoch')} each")


def _progress(services: Services, before: Sweep) -> None:
    now = grid_setup.swept(services, before.experiments)
    if _signature(now) != _signature(before):
        st.rerun(scope="app")
    at_work = [run.experiment for run in now.at_work]
    text = sentence(now, rough_duration(services.seconds([*at_work, *now.to_train])))
    if at_work:
        st.progress(min(1.0, sum(run.fraction_done for run in now.runs.values()) / len(now.experiments)), text)
    elif now.to_train:
        st.caption(text)


def _signature(sweep: Sweep) -> tuple[object, ...]:
    return tuple((run.id, run.status, run.stop_requested) for run in sweep.runs.values())
