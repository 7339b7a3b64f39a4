"""The last step: the networks on everyone's own phone, the report, and the end."""

from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext
from rnn_compare.dashboard.widgets import invite, take_home
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER
from rnn_compare.lecture.lecture_file import StepKind
from rnn_compare.report.reader import OWN_TEXTS, has_own_texts
from rnn_compare.server.snapshot import link_names

PURPOSE = "Phones get one file whose networks read reviews on the phone itself, without this machine."
OF_A_CLASS = "Phones get one file with your class's networks, in which they can train more, without this machine."


def show(context: LectureContext) -> None:
    """Draws the code of the page with these networks, if phones can reach it, and the buttons."""
    runs = context.visible_runs
    url, can_be_reached = invite.from_the_wall(
        f"?{PARAMETER}={','.join(link_names(runs, context.services.runs()))}" if runs else ""
    )
    if can_be_reached:
        invitation = "open today's networks" if runs else "compare networks yourself"
        typed = url.partition("://")[2].partition("?")[0].rstrip("/")
        st.html(
            f'<div class="rc-home"><figure>{invite.picture(url)}</figure>'
            f'<div><p class="rc-invite">{escape(typed)}</p>'
            f"<p>Thank you. Scan the code to {invitation}.</p></div></div>"
        )
    else:
        st.html('<p class="rc-question">Thank you.</p>')
    with st.container(horizontal=True, key="wall_buttons"):
        if runs:
            take_home.button(context.services, [run.id for run in runs], "html", context.lecture.name, width="content")
        offer_networks(context)
        start_page.end_button()


def offer_networks(context: LectureContext) -> None:
    """Draws the button that offers the step's networks to phones, if any has weights, or those of the class."""
    runs = context.readers
    if not runs and context.classroom.class_of(context.classroom.number()) is None:
        return
    is_offered = context.state.networks_offered
    permissions.button(
        "Withdraw the networks" if is_offered else "Share the networks with phones",
        "offer_networks",
        context.state.version,
        context.classroom.offer_networks,
        not is_offered,
        icon=":material/phone_iphone:",
        help=f"{PURPOSE} {OWN_TEXTS}" if has_own_texts(runs) else PURPOSE if runs else OF_A_CLASS,
    )


STEP = StepKind("home", show)
