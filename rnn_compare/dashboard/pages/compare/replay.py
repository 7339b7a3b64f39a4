"""Playing once more what the charts show: for the presenter, seen by all."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.dashboard.widgets import flash
from rnn_compare.runs.record import Run
from rnn_compare.server.access import presenter
from rnn_compare.server.replays import can_be_played
from rnn_compare.server.services import Services

SECONDS = (10, 30, 60)
USUAL = 30
HELP = (
    "The curves grow once more, from the first epoch on, for all who look at them; all the while it says that they are "
    "a replay, and when and where they were recorded."
)


def entry(services: Services, runs: Sequence[Run]) -> None:
    """Draws what begins a replay of the runs on the charts, or ends the one that is under way.

    Without icons: so the line below the charts is one line at 1280 pixels too.

    Args:
        services: The server's.
        runs: The runs on the charts, as they are shown.
    """
    if presenter.why_not():
        return
    if services.replays.under_way(services.runs()):
        if st.button("Stop replay", key="stop_replay"):
            presenter.require()
            services.replays.stop()
            _draw_anew(services)
    elif can_be_played(runs):
        with st.popover("Replay", help=HELP):
            seconds = st.segmented_control(
                "How long it takes", SECONDS, default=USUAL, required=True, format_func=_said, key="replay_seconds"
            )
            if st.button("Play", type="primary", icon=":material/play_arrow:", key="play"):
                presenter.require()
                with flash.noting(flash.noted()):
                    services.replays.begin(runs, seconds or USUAL)
                _draw_anew(services)


def _said(seconds: int) -> str:
    return f"{seconds} s"


def _draw_anew(services: Services) -> None:
    services.refresh()
    st.rerun(scope="app")
