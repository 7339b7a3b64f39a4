"""Permission to present: for the presenter, and without a pass for whoever sits at the machine itself.

Where everybody may train, not everybody may reveal: a class that was to predict would look first.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rnn_compare.dashboard.widgets import flash
from rnn_compare.dashboard.widgets.invite import HOW_TO_SET_A_PASS
from rnn_compare.errors import UserError
from rnn_compare.server import presenter, visitor
from rnn_compare.server.app import current_app

AT_THE_MACHINE = (
    "No presenter's pass is set: only the machine that runs the program can present. To change that, "
    + HOW_TO_SET_A_PASS
)


def why_not() -> str | None:
    """Returns why this visitor may not present, in a sentence; None for whoever may."""
    if presenter.is_open():
        return None if visitor.is_at_the_machine() else AT_THE_MACHINE
    return presenter.why_not()


def button(
    label: str, key: str, version: int | None, act: Callable[..., object], *arguments: object, **look: Any
) -> None:
    """Draws a button of the presenter's.

    Args:
        label, look: As ``st.button`` takes them.
        key: Its name on the page. A button of another version is another widget: Streamlit sends a press again where
            the run that it began was cut short, and that must not press the button that was drawn meanwhile.
        version: That of the lecture's state which the button is drawn from; None for what does the same twice.
        act: Called with the arguments when it is pressed.
    """
    st.button(
        label,
        key=key if version is None else f"{key}_{version}",
        on_click=press,
        args=(version, act, *arguments),
        **look,
    )


def press(version: int | None, act: Callable[..., object], *arguments: object) -> None:
    """Does what a button says, for whoever may present; what goes wrong is said on the page.

    A press of a button with a version counts only while the lecture stands where it stood when that was drawn.
    """
    with flash.noting(flash.noted()):
        require()
        if version in (None, current_app().classroom().state().version):
            act(*arguments)


def require() -> None:
    """Stands before everything that moves a lecture.

    Raises:
        UserError: If this visitor may not present.
    """
    if reason := why_not():
        raise UserError(reason)
