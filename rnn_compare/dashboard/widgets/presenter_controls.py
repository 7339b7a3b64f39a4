"""The presenter's buttons and actions, and the sign-in in the sidebar: by pass, or by the university's own."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from rnn_compare.dashboard.components import component
from rnn_compare.dashboard.widgets import flash
from rnn_compare.server import presenter
from rnn_compare.server.access import visitor_cookie
from rnn_compare.server.access.rate_limit import whole_seconds
from rnn_compare.server.access.rules import LONGEST, Rule
from rnn_compare.server.app import current_app
from rnn_compare.server.presenter import TOKEN, forget, is_known, is_presenter, remember, signed_in_until
from rnn_compare.server.services import Services

_TYPED, _PROBLEM = "presenter_pass", "presenter_said"


def button(label: str, disabled: bool = False, hint: str | None = None, **options: Any) -> bool:
    """Draws a button that is disabled for all but the presenter, with the reason as its help; returns a press."""
    locked = presenter.why_not()
    return st.button(label, disabled=disabled or bool(locked), help=locked or hint, **options)


def act(services: Services, *actions: Callable[[], object]) -> None:
    """Does what a button says, for the presenter; what fails is shown on the page, and the next action is done."""
    for action in actions:
        with flash.noting():
            presenter.require()
            action()
    services.refresh()


def show_sign_in() -> None:
    """Draws the sign-in; nothing where no pass is set."""
    rules = current_app().access.rule()
    if rules.open:
        return
    signed_in, until = is_presenter(), signed_in_until(rules)
    with st.sidebar, st.container(key="presenter_box"):
        if rules.problem:
            st.warning(rules.problem, icon=":material/lock:")
            return
        with st.popover("Presenter", icon=f":material/{'lock_open' if signed_in else 'lock'}:", type="tertiary"):
            if signed_in:
                hours = f", in this browser, until {time.strftime('%H:%M', time.localtime(until))}" if until else ""
                st.caption(f"You are signed in as the presenter{hours}.")
                st.button("Sign out", on_click=_sign_out, args=(rules,))
            else:
                _offer(rules)
        if until:
            data = {"header": visitor_cookie.SIGN_IN_HEADER, "token": st.session_state[TOKEN]}
            component("common/sign_in.js")(data=data, key="presenter_cookie")


def _offer(rules: Rule) -> None:
    if rules.password:
        with st.form("presenter_form", border=False):
            st.text_input("Pass", type="password", key=_TYPED, autocomplete="current-password")
            st.form_submit_button("Sign in", on_click=_try_pass, args=(rules,))
    if rules.emails:
        if st.user.get("is_logged_in"):
            st.caption(f"{st.user.get('email')} is not a presenter.".replace("@", "\\@"))
            st.button("Sign out", on_click=st.logout)
        else:
            st.button("Sign in with your university", on_click=_log_in)
    if problem := st.session_state.get(_PROBLEM):
        st.error(problem)


def _try_pass(rules: Rule) -> None:
    typed = str(st.session_state.get(_TYPED, ""))[: LONGEST + 1]
    st.session_state[_TYPED] = ""
    st.session_state.pop(_PROBLEM, None)
    access = current_app().access
    place = st.context.ip_address or "this machine"  # not the cookie: whoever guesses throws it away
    if wait := access.tries_of_one.take(place) or access.tries_of_all.take("all"):
        st.session_state[_PROBLEM] = f"Too many attempts. Try again in {whole_seconds(wait)}."
        return
    try:
        if not remember(rules, typed):
            st.session_state[_PROBLEM] = "Wrong pass."
    except OSError as error:  # a full disk
        st.session_state[_PROBLEM] = f"The sign-in could not be saved: {error.strerror or error}."


def _log_in() -> None:
    try:
        st.login()
    except Exception as error:  # noqa: BLE001  # whatever is missing, the lecturer must be told
        st.session_state[_PROBLEM] = f"Signing in is not set up: {error}"


def _sign_out(rules: Rule) -> None:
    forget()
    if is_known(rules):
        st.logout()
