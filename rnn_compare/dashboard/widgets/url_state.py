"""What a visitor has chosen on a page stands in the page's address: a reload or a link shows the same.

Streamlit's own binding of a widget to the address forgets the value on the way to another page and back, and its
``persist_state`` what the widget was given by the program; what is kept here stays for the session. So a widget that is
kept here has neither.
"""

from collections.abc import Collection

import streamlit as st

from rnn_compare.dashboard.widgets.widget_values import hold

_KEPT = "kept "
LONGEST = 1000
"""Characters of one value: longer addresses are cut off or refused on their way."""


def take(key: str, allowed: Collection[str] | None = None) -> None:
    """Gives a widget its value from the address, or from before the visitor went to another page, before it is drawn.

    One that it has already it keeps; another page's widget of the same key Streamlit would begin anew.

    Args:
        key: The widget's key, and the parameter's name.
        allowed: What it may be; anything if None. Of all else nothing is taken.
    """
    given = st.query_params.get(key, "")[:LONGEST] or st.session_state.get(_KEPT + key, "")
    if key in st.session_state:
        hold(key, st.session_state[key])
    elif given and (allowed is None or given in allowed):
        st.session_state[key] = given


def keep(key: str, value: str, usual: str = "", *, in_address: bool = True) -> None:
    """Keeps a widget's value, and writes it into the address; what is usual, or too long for it, is left out there.

    Args:
        key: The parameter's name.
        value: What the widget holds now.
        usual: What it holds where nothing was chosen.
        in_address: Whether it stands in the address at all.
    """
    st.session_state[_KEPT + key] = value
    if in_address and value != usual and 0 < len(value) <= LONGEST:
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]
