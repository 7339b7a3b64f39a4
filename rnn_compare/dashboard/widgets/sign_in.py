"""The presenter's sign-in at the end of the sidebar."""

import time

import streamlit as st

from rnn_compare.dashboard.components import component, ticking
from rnn_compare.server import visitor
from rnn_compare.server.access import cookies
from rnn_compare.server.access.limits import whole_seconds
from rnn_compare.server.access.rules import LONGEST, PATH, Rule
from rnn_compare.server.app import current_app

LOOK_SECONDS = 2.0
"""Seconds between checks whether a sign-in has ended: by another tab, a change of the pass, or its time."""
_PASSWORD, _PROBLEM, _LEADS = "presenter_pass", "presenter_said", "presenter_leads"


def follow_rule(version: str) -> None:
    """Has the browser run the page again once another access rule counts than when it was drawn.

    Args:
        version: That of the rule before anything was drawn by it; the component is drawn last, so that nothing waits.
    """
    data = {"url": PATH, "version": version}
    component("dashboard/assets/common/access.js")(data=data, key="access", on_changed_change=lambda: None)


def show() -> None:
    """Draws the sign-in, if a pass is set."""
    rule = current_app().access.rule()
    if rule.open:
        return
    with st.sidebar, st.container(key="presenter_box"):
        if rule.problem:
            st.warning(rule.problem, icon=":material/lock:")
            return
        is_presenter, until = visitor.is_presenter(), visitor.signed_in_until()
        icon = f":material/{'lock_open' if is_presenter else 'lock'}:"
        with st.popover("Presenter", icon=icon, type="tertiary"):
            if is_presenter:
                hours = f", in this browser, until {time.strftime('%H:%M', time.localtime(until))}" if until else ""
                st.caption(f"You are signed in as the presenter{hours}.")
                st.button("Sign out", on_click=_sign_out)
            else:
                _show_form(rule)
        if until:
            data = {"header": cookies.SIGN_IN_HEADER, "token": st.session_state[visitor.TOKEN]}
            component("dashboard/assets/common/sign_in.js")(data=data, key="presenter_cookie")
            ticking(_draw_again_once_signed_out, LOOK_SECONDS)


def admit_to_lead() -> None:
    """Has a presenter's browser known by a cookie, which wall and notes send: Streamlit knows an address only here."""
    rule = current_app().access.rule()
    if rule.emails and not visitor.signed_in_until() and visitor.has_presenter_email():
        browser = cookies.browser_of_page()
        token = st.session_state.setdefault(_LEADS, cookies.issue_sign_in(browser, rule.secret))
        data = {"header": cookies.SIGN_IN_HEADER, "token": token}
        component("dashboard/assets/common/sign_in.js")(data=data, key="leading_cookie")


def _draw_again_once_signed_out() -> None:
    if not visitor.signed_in_until():
        st.rerun(scope="app")


def _show_form(rule: Rule) -> None:
    if rule.password:
        with st.form("presenter_form", border=False):
            st.text_input("Pass", type="password", key=_PASSWORD, autocomplete="current-password")
            st.form_submit_button("Sign in", on_click=_sign_in_with_pass)
    if rule.emails:
        if st.user.get("is_logged_in"):
            st.caption(f"{st.user.get('email')} is not a presenter.".replace("@", "\\@"))
            st.button("Sign out", on_click=st.logout)
        else:
            st.button("Sign in with your university", on_click=_sign_in_with_university)
    if problem := st.session_state.get(_PROBLEM):
        st.error(problem)


def _sign_in_with_pass() -> None:
    password = str(st.session_state.get(_PASSWORD, ""))[: LONGEST + 1]
    st.session_state[_PASSWORD] = ""
    st.session_state.pop(_PROBLEM, None)
    access = current_app().access
    address = st.context.ip_address or "this machine"  # not the cookie, which a script that guesses would discard
    if wait := access.attempts_by_address.take(address) or access.all_attempts.take("all"):
        st.session_state[_PROBLEM] = f"Too many attempts. Try again in {whole_seconds(wait)}."
        return
    try:
        if not visitor.sign_in(password):
            st.session_state[_PROBLEM] = "Wrong pass."
    except OSError as error:  # a full disk
        st.session_state[_PROBLEM] = f"The sign-in could not be saved: {error.strerror or error}."


def _sign_out() -> None:
    visitor.sign_out()
    if visitor.has_presenter_email():
        st.logout()


def _sign_in_with_university() -> None:
    try:
        st.login()
    except Exception as error:  # noqa: BLE001  # Streamlit raises several kinds for an incomplete configuration
        st.session_state[_PROBLEM] = f"Signing in is not set up: {error}"
