"""The step `home`: the link and the networks to take home, and the report."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import join_code, permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.report.reader.networks import OWN_TEXTS, has_own_texts
from rnn_compare.server.app import current_app
from rnn_compare.server.shown_runs import link

PURPOSE = "Phones get one file whose networks read reviews on the phone itself, without this machine."


def show(moment: Moment) -> None:
    """Draws the code of the page with these networks, or why phones cannot reach it, and the report's button."""
    runs = moment.shown
    url, can_be_reached = join_code.address(f"?{PARAMETER}={link(runs, moment.services.runs())}" if runs else "")
    if can_be_reached:
        typed = url.partition("://")[2].partition("?")[0].rstrip("/")
        st.html(
            f'<div class="rc-home"><figure>{join_code.picture(url)}</figure>'
            f'<div><p class="rc-invite">{escape(typed)}</p>'
            "<p>Thank you. Scan the code to open today's networks.</p></div></div>"
        )
    else:
        st.html('<p class="rc-question">Thank you.</p>')
    with st.container(horizontal=True, key="wall_buttons"):
        if runs:
            take_home.button(moment.services, [run.id for run in runs], "html", moment.lecture.name, width="content")
        offer_networks(moment)
        start_page.end_button()


def offer_networks(moment: Moment) -> None:
    """Draws the button, where a network of the step can read on a phone."""
    runs = [run for run in moment.shown if run.has_weights]
    if not runs:
        return
    is_offered = moment.state.networks_offered
    permissions.button(
        "Withdraw the networks" if is_offered else "Offer the networks to phones",
        "offer_networks",
        moment.state.version,
        current_app().classroom().offer_networks,
        not is_offered,
        icon=":material/phone_iphone:",
        help=f"{PURPOSE} {OWN_TEXTS}" if has_own_texts(runs) else PURPOSE,
    )


STEP = StepKind("home", show)
