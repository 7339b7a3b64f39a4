"""URLs of this server, below the path that a proxy forwards, if there is one.

Browsers are told them as they are seen from a page (all pages lie beside each other), so that they are right also
behind a proxy that takes the path away and of which the server knows nothing.
"""

import ipaddress

import streamlit as st

FOLDER = "rnn-compare"
"""Holds all that isn't Streamlit's own, as seen from a page."""


def page_url() -> str:
    """Returns where a browser of this machine finds the page."""
    listens_on = st.get_option("server.address") or ""
    host = "localhost" if listens_on in ("", "0.0.0.0", "::") else listens_on
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{st.get_option('server.port')}{base_path()}"


def base_path() -> str:
    """Returns Streamlit's ``server.baseUrlPath`` such as ``/course``; empty if none is set."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def is_loopback(name: str) -> bool:
    """Tells whether a host's name or address means the machine that asks.

    Example:
        >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
        (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower().rstrip(".") == "localhost"
