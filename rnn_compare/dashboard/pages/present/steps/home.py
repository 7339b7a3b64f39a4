"""The way home: the networks on everybody's own page, and the report."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import join_code, start_page
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER
from rnn_compare.lecture.step_kind import StepKind
from rnn_compare.server.shown_runs import link


def show(moment: Moment) -> None:
    """Draws the code of the page with these networks, or why phones cannot reach it, and the report's button."""
    runs = moment.shown
    query = f"?{PARAMETER}={link(runs, moment.services.runs())}" if runs else ""
    url, can_be_reached = join_code.address(query)
    if can_be_reached:
        typed = join_code.address("")[0].partition("://")[2].rstrip("/")
        st.html(
            f'<div class="rc-home"><figure>{join_code.picture(url)}</figure>'
            f'<div><p class="rc-invite">{escape(typed)}</p>'
            "<p>Scan the code to open today's networks.</p></div></div>"
        )
    with st.container(key="wall_words"):
        join_code.say_if_nobody_can_come(can_be_reached)
    with st.container(horizontal=True, key="wall_buttons"):
        if runs:
            take_home.button(moment.services, [run.id for run in runs], "html", moment.lecture.name, width="content")
        join_code.offer_networks(moment)
        start_page.end_button()


STEP = StepKind("home", show)
