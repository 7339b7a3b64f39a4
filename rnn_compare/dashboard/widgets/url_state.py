"""Widget values in the page's address and the session, and the switch to another page.

Streamlit's ``bind`` forgets a value when the page changes, and its ``persist_state`` a value that the program set.
Widgets whose values are stored here use neither.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import streamlit as st

_STORED, _DRAWN, _SHOWS_WIDGETS = "kept ", "page drawn", "page shows its widgets"
LONGEST = 1000
"""Characters of one value: servers may refuse longer addresses."""


def restore(key: str, allowed: Collection[str] | None = None) -> None:
    """Sets a widget's value from the address or the session before it is drawn, unless it has one."""
    text = st.query_params.get(key, "")[:LONGEST] or st.session_state.get(_STORED + key, "")
    if key in st.session_state:
        set_value(key, st.session_state[key])
    elif text and (allowed is None or text in allowed):
        st.session_state[key] = text


def save(key: str, value: str, usual: str = "", *, in_address: bool = True) -> None:
    """Stores a widget's value in the session and in the address, there unless it is ``usual`` or too long."""
    st.session_state[_STORED + key] = value
    if in_address and value != usual and 0 < len(value) <= LONGEST:
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def open_compare(**parameters: str) -> NoReturn:
    """Switches to Compare with these parameters; Streamlit identifies a page by its path."""
    st.switch_page(st.Page(lambda: None, url_path="compare", default=True), query_params=parameters)


@contextmanager
def drawing(page: str) -> Iterator[None]:
    """Records, while the page of this path is drawn, whether its widgets are on the visitor's screen already."""
    has_them = st.session_state.get(_DRAWN) == page
    st.session_state[_SHOWS_WIDGETS] = has_them
    if not has_them:
        st.session_state[_DRAWN] = None
    yield
    st.session_state[_DRAWN] = page


def set_value(key: str, value: Any) -> None:
    """Sets a widget's value before it is drawn, unless it is on the screen and has it.

    A value set by a script overwrites what the visitor has chosen since: on a busy server that choice was lost. On
    another page a widget of the same key is a new one to Streamlit and needs the value again.
    """
    if st.session_state.get(_SHOWS_WIDGETS) and key in st.session_state and st.session_state[key] == value:
        return
    st.session_state[key] = value
