"""Widgets that the program gives a value: once it is enough.

A value that a script gives a widget is written over whatever the widget shows when it comes in, also over what the
visitor has chosen or typed since. On a busy server, with several presses in a row, that choice was lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

_DRAWN, _SHOWS_WIDGETS = "page drawn", "page shows its widgets"


@contextmanager
def on(page: str) -> Iterator[None]:
    """Tells, while a page is drawn, whether the visitor has its widgets on the screen already.

    Args:
        page: Its path.
    """
    has_them = st.session_state.get(_DRAWN) == page
    st.session_state[_SHOWS_WIDGETS] = has_them
    if not has_them:
        st.session_state[_DRAWN] = None
    yield
    st.session_state[_DRAWN] = page


def hold(key: str, value: Any) -> None:
    """Gives a widget its value before it is drawn, unless it is on the screen and holds it.

    On another page a widget of the same key is a new one to Streamlit: there it is given the value once more.

    Args:
        key: The widget's key.
        value: What it is to hold.
    """
    if st.session_state.get(_SHOWS_WIDGETS) and key in st.session_state and st.session_state[key] == value:
        return
    st.session_state[key] = value
