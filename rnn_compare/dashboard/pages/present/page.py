"""The wall: a lecture step by step, as large as the window, led by one key."""

from html import escape
from typing import Any

import streamlit as st

from rnn_compare.dashboard import theme
from rnn_compare.dashboard.components import component, ticking
from rnn_compare.dashboard.pages.present import join_code, navigation, permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import Moment, now, still
from rnn_compare.dashboard.widgets import flash
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import State
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services

LOOK_SECONDS = 0.5
"""The interval at which the wall checks for what the second screen or the hall has done."""
MOVES = {"next": navigation.advance, "back": navigation.go_back}
LEAVE = "leave"
_HEARD = "present_heard"


def render() -> None:
    """Draws the page, for whoever presents."""
    theme.load("pages/present.css")
    if reason := permissions.why_not():
        st.info(reason, icon=":material/lock:")
        return
    services, is_paused = current_app().services(), st.session_state.get(start_page.PAUSED)
    try:
        moment = now(services)  # an unusable file is reported on a page without the keys, which bring the wall's style
        if moment and not is_paused:
            _hear(services)
            moment = now(services)
        if moment is None:
            start_page.show(services)
        else:
            (start_page.show_pause if is_paused else _wall)(moment)
    except UserError as error:
        st.error(str(error))
        st.button("Try again")
        start_page.end_button()


def _hear(services: Services) -> None:
    """Does what was pressed, each press once: the browser sends all that it does not know to have been heard."""
    heard: list[int] = st.session_state.setdefault(_HEARD, [0])
    problems = flash.noted()
    keys = component("pages/present.js")(data={"heard": heard[0]}, key="present_keys", on_presses_change=lambda: None)
    for serial, what in _presses(keys.presses, heard[0]):
        if what == LEAVE:
            st.session_state[start_page.PAUSED] = True
        # No access to Streamlit's session between the two: it may break off this run, and the press would be lost.
        heard[0] = serial
        if what == LEAVE:
            st.rerun()  # without the keys, which bring the wall's style
        with flash.noting(problems):
            MOVES[what](services)


def _presses(messages: Any, heard: int) -> list[tuple[int, str]]:
    commands = [*MOVES, LEAVE]
    pairs = messages if isinstance(messages, list) else []
    presses = [tuple(pair) for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    return sorted(
        (serial, what) for serial, what in presses if isinstance(serial, int) and serial > heard and what in commands
    )


def _wall(moment: Moment) -> None:
    ticking(_corner, LOOK_SECONDS, moment.state)
    with st.container(key="wall_title"):
        st.html(f"<h1>{escape(moment.step.title)}</h1>")
        if not moment.step.kind.writes:
            st.markdown(moment.step.text)
    ticking(flash.show, LOOK_SECONDS)  # what a button said that is in a ticking part itself
    with st.container(key=f"wall_step_{moment.index}"):
        if moment.step.kind.ticks:
            ticking(_tick, LOOK_SECONDS, moment.services, moment.state)
        else:
            moment.step.kind.show(moment)
    st.html(f'<footer class="rc-wall-foot">{moment.index + 1} / {len(moment.lecture.steps)}</footer>')


def _tick(services: Services, state: State) -> None:
    if moment := still(services, state):
        moment.step.kind.show(moment)


def _corner(state: State) -> None:
    classroom = current_app().classroom()
    st.html(join_code.corner(classroom.counts().here))
    # Last: where a fragment draws nothing its place is gone, and what comes next is drawn a place too high.
    if classroom.state().version != state.version:
        st.rerun(scope="app")
