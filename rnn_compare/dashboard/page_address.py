"""What a visitor has chosen on a page stands in the page's address: a reload or a link shows the same.

Streamlit's own binding of a widget to the address forgets the value on the way to another page and back; what is kept
here stays for the session as well.
"""

from collections.abc import Collection

import streamlit as st

LONGEST = 1000
"""Characters of one value: longer addresses are cut off or refused on their way."""


def take(key: str, allowed: Collection[str] | None = None) -> None:
    """Gives a widget its value from the address, before it is drawn, unless the visitor has given it one.

    Args:
        key: The widget's key, and the parameter's name.
        allowed: What it may be; anything if None. Of all else nothing is taken.
    """
    given = st.query_params.get(key, "")
    if key not in st.session_state and given and (allowed is None or given in allowed):
        st.session_state[key] = given[:LONGEST]


def keep(key: str, value: str, usual: str = "") -> None:
    """Writes a widget's value into the address; what is usual, or too long for it, is left out.

    Args:
        key: The parameter's name.
        value: What the widget holds now.
        usual: What it holds where nothing was chosen.
    """
    if value != usual and 0 < len(value) <= LONGEST:
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
