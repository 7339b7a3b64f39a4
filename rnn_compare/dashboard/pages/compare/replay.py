"""Replay of the runs on the charts: started by the presenter, seen by all."""

from collections.abc import Callable, Sequence

import streamlit as st

from rnn_compare.dashboard.widgets import flash, presenter_controls
from rnn_compare.runs.record import Run
from rnn_compare.server import presenter
from rnn_compare.server.replays import can_be_played
from rnn_compare.server.services import Services
from rnn_compare.training.demo import is_demo

SECONDS = (10, 30, 60)
USUAL = 30
HELP = "Plays the curves again from epoch 1, for everyone."


def entry(services: Services, runs: Sequence[Run]) -> None:
    """Draws what begins a replay of the runs on the charts, or ends the one that is under way."""
    if presenter.why_not() and not is_demo():
        return
    if services.replays.under_way(services.runs()):
        if st.button("Stop replay", key="stop_replay"):
            _act(services, services.replays.stop)
            st.rerun(scope="app")
    elif can_be_played(runs):
        with st.popover("Replay", help=HELP):
            seconds = st.segmented_control(
                "How long it takes",
                SECONDS,
                default=USUAL,
                required=True,
                format_func="{} s".format,
                key="replay_seconds",
            )
            if st.button("Play", type="primary", icon=":material/play_arrow:", key="play"):
                _act(services, lambda: services.replays.begin(runs, seconds or USUAL))
                st.rerun(scope="app")


def _act(services: Services, action: Callable[[], object]) -> None:
    """Does what a button says; in a demonstration everybody may play recordings."""
    if is_demo():
        with flash.noting():
            action()
        services.refresh()
    else:
        presenter_controls.act(services, action)
