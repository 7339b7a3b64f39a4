"""The wall: a lecture step by step, as large as the window, led by one key."""

from html import escape
from typing import Any

import streamlit as st
from pydantic import OnErrorOmit, TypeAdapter, ValidationError

from rnn_compare.dashboard.components import component, load_styles, ticking
from rnn_compare.dashboard.pages.present import navigation, permissions, start_page
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext, current_context, unchanged_context
from rnn_compare.dashboard.widgets import actions, invite
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import State
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services

LOOK_SECONDS = 0.5
"""Interval at which the wall checks for changes by the second screen and the class."""
MOVES = {"next": navigation.advance, "back": navigation.go_back}
LEAVE = "leave"
_HEARD = "present_heard"
_PRESSES = TypeAdapter(list[OnErrorOmit[tuple[int, str]]])
"""Serial numbers and moves."""


def render() -> None:
    """Draws the page, for the presenter only."""
    load_styles("browser/common/class_dots.css", "dashboard/assets/pages/present.css")
    if reason := permissions.why_not():
        st.info(reason, icon=":material/lock:")
        return
    services, is_paused = current_app().services(), st.session_state.get(start_page.PAUSED)
    try:
        context = current_context(services)  # reports an invalid file before the keys bring the wall's style
        if context and not is_paused:
            _receive_presses(services)
            if context := current_context(services):
                _wall(context)
    except UserError as error:
        st.error(str(error))
        st.button("Try again")
        start_page.end_button()
        return
    if context is None:
        start_page.show(services)
    elif is_paused:
        start_page.show_pause(context)


def _receive_presses(services: Services) -> None:
    """Carries out each key press once: the browser repeats those that it does not know to have been received."""
    heard: list[int] = st.session_state.setdefault(_HEARD, [0])
    problems = actions.problems()
    keys = component("dashboard/assets/pages/present.js")(
        data={"heard": heard[0]}, key="present_keys", on_presses_change=lambda: None
    )
    for serial, move in _presses(keys.presses, heard[0]):
        if move == LEAVE:
            st.session_state[start_page.PAUSED] = True
        # Nothing of Streamlit in between: it could end this run there, and the press would be lost.
        heard[0] = serial
        if move == LEAVE:
            st.rerun()  # without the keys and the wall's style
        with actions.reporting(problems):
            MOVES[move](services)


def _presses(messages: Any, heard: int) -> list[tuple[int, str]]:
    try:
        presses = _PRESSES.validate_python(messages)
    except ValidationError:  # no press, or not from our script
        return []
    return sorted(press for press in presses if press[0] > heard and press[1] in (*MOVES, LEAVE))


def _wall(context: LectureContext) -> None:
    ticking(_corner, LOOK_SECONDS, context.state)
    with st.container(key="wall_title"):
        st.html(f"<h1>{escape(context.step.title)}</h1>")
        if not context.step.kind.writes:
            st.markdown(context.step.text)
    ticking(actions.show_problems, LOOK_SECONDS)  # for problems of buttons in parts that refresh
    with st.container(key=f"wall_step_{context.index}"):
        if context.step.kind.ticks:
            ticking(_tick, LOOK_SECONDS, context.state)
        else:
            context.step.kind.show(context)
    back, following = (f'<button data-move="{move}" aria-label="{move}"></button>' for move in ("back", "next"))
    number = f"{context.index + 1} / {len(context.lecture.steps)}"
    # Last, with the version that the wall shows once all of this run has arrived (see assets/pages/reconnect.js).
    st.html(f'<footer class="rc-wall-foot" data-version="{context.state.version}">{back}{number}{following}</footer>')


def _tick(state: State) -> None:
    if context := unchanged_context(state):
        context.step.kind.show(context)


def _corner(state: State) -> None:
    classroom = current_app().classroom()
    st.html(invite.corner(classroom.counts().here))
    # Last: a fragment that draws nothing loses its place, and what follows would be drawn one place too high.
    if classroom.state().version != state.version:
        st.rerun(scope="app")
