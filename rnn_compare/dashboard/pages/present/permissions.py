"""Permission to present: for the presenter or, without a pass, on the server's own machine.

Everyone may train without a pass, but not reveal: a class could look before it predicts.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rnn_compare.dashboard.widgets import actions
from rnn_compare.errors import UserError
from rnn_compare.server import visitor
from rnn_compare.server.access.leading import OPEN
from rnn_compare.server.app import current_app


def why_not() -> str | None:
    """Returns why this visitor may not present, in a sentence; None if they may."""
    if visitor.may_lead():
        return None
    return OPEN if visitor.is_open() else visitor.why_not()


def button(
    label: str, key: str, version: int | None, act: Callable[..., object], *arguments: object, **look: Any
) -> None:
    """Draws a button for the presenter.

    Args:
        label, look: As for ``st.button``.
        key: The widget's key. Another version makes it another widget: Streamlit repeats a press whose run was cut
            short, and that must not press a button drawn since.
        version: Version of the state that the button belongs to; None if a repeated press does no harm.
        act: Called with the arguments when the button is pressed.
    """
    st.button(
        label,
        key=key if version is None else f"{key}_{version}",
        on_click=press,
        args=(version, act, *arguments),
        **look,
    )


def press(version: int | None, act: Callable[..., object], *arguments: object) -> None:
    """Carries out a button's press, for the presenter; problems appear on the page.

    A press with a version counts only while the lecture has that version.
    """
    with actions.reporting():
        if reason := why_not():
            raise UserError(reason)
        if version in (None, current_app().classroom().state().version):
            act(*arguments)
