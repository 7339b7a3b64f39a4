"""Where this server's own addresses lie: below the path that a proxy forwards, if there is one.

Browsers are told them as they are seen from a page (all pages lie beside each other), so that they are right also
behind a proxy that takes the path away and of which the server knows nothing.
"""

import streamlit as st

FOLDER = "rnn-compare"
"""Holds all that isn't Streamlit's own, as seen from a page."""


def base_path() -> str:
    """Returns Streamlit's ``server.baseUrlPath`` such as ``/course``; empty if none is set."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
