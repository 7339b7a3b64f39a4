"""Several ticked runs at once: their cards, curves and results, as Compare shows them."""

from collections.abc import Sequence

import streamlit as st

from rnn_compare.charts.curves.registry import SHOWN_FIRST
from rnn_compare.dashboard.components import board
from rnn_compare.dashboard.pages.compare import results_table
from rnn_compare.runs.record import Run
from rnn_compare.server.board import live
from rnn_compare.server.board.board_message import View
from rnn_compare.server.services import Services
from rnn_compare.server.shown_runs import link


def show(services: Services, ticked: Sequence[Run]) -> None:
    """Draws the comparison; the buttons above it stop and continue, so that its cards have none.

    Args:
        services: The server's.
        ticked: Runs that fit on the charts together.
    """
    in_order = sorted(ticked, key=lambda run: run.position)
    named = link(in_order, services.runs()).split(",")
    view = View(SHOWN_FIRST, marks=False, baselines=True, gap=False)
    with st.container(key="ticked_place"):  # keeps its height while the scripts load
        board.show(live.message(services, named, view), live.url(named, view), key="ticked_board", may_press=False)
    if any(run.epochs for run in ticked):
        results_table.show(services, in_order)
