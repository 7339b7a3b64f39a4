"""Which sources a widget offers: texts of one's own come and go while pages are open."""

import streamlit as st

from rnn_compare.sources import registry


def options(key: str) -> tuple[str, ...]:
    """Returns the names to choose from, before the widget is drawn; what it holds and is no more becomes the usual one.

    Args:
        key: The widget's.
    """
    names, chosen = registry.names(), st.session_state.get(key)
    if chosen is None or chosen in names:
        return names
    if registry.is_known(chosen):  # an earlier version of a file that was read again
        return (*names, chosen)
    st.session_state[key] = registry.DEFAULT.name
    return names
