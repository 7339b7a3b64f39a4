"""Widget values that are kept in the page's address and in the session, and the switch to another page.

Streamlit's own binding of a widget to the address forgets the value on the way to another page and back, and its
``persist_state`` what the widget was given by the program; what is kept here stays for the session. So a widget that is
kept here has neither.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import streamlit as st

_KEPT, _DRAWN, _SHOWS_WIDGETS = "kept ", "page drawn", "page shows its widgets"
LONGEST = 1000
"""Characters of one value: longer addresses are cut off or refused on their way."""


def take(key: str, allowed: Collection[str] | None = None) -> None:
    """Gives a widget its value from the address, or from before the visitor went to another page, before it is drawn.

    One that it has already it keeps; another page's widget of the same key Streamlit would begin anew.
    """
    text = st.query_params.get(key, "")[:LONGEST] or st.session_state.get(_KEPT + key, "")
    if key in st.session_state:
        hold(key, st.session_state[key])
    elif text and (allowed is None or text in allowed):
        st.session_state[key] = text


def keep(key: str, value: str, usual: str = "", *, in_address: bool = True) -> None:
    """Keeps a widget's value, and writes it into the address; what is usual, or too long for it, is left out there."""
    st.session_state[_KEPT + key] = value
    if in_address and value != usual and 0 < len(value) <= LONGEST:
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def open_compare(**parameters: str) -> NoReturn:
    """Switches to the first page, with these parameters in its address; Streamlit knows a page by its path alone."""
    st.switch_page(st.Page(lambda: None, url_path="compare", default=True), query_params=parameters)


@contextmanager
def drawing(page: str) -> Iterator[None]:
    """Notes, while a page is drawn, if the visitor has its widgets on the screen already; ``page`` is its path."""
    has_them = st.session_state.get(_DRAWN) == page
    st.session_state[_SHOWS_WIDGETS] = has_them
    if not has_them:
        st.session_state[_DRAWN] = None
    yield
    st.session_state[_DRAWN] = page


def hold(key: str, value: Any) -> None:
    """Gives a widget its value before it is drawn, unless it is on the screen and holds it.

    A value that a script gives a widget is written over whatever the widget shows when it comes in, also over what the
    visitor has chosen or typed since: on a busy server, with several presses in a row, that choice was lost. On another
    page a widget of the same key is a new one to Streamlit: there it is given the value once more.
    """
    if st.session_state.get(_SHOWS_WIDGETS) and key in st.session_state and st.session_state[key] == value:
        return
    st.session_state[key] = value
