"""URLs of this server, also below a path that a proxy forwards.

Browsers get them relative to a page (all pages are siblings): they work behind a proxy that strips a path, too.
"""

import contextlib
import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

import psutil
import streamlit as st

FOLDER = "rnn-compare"
"""Parent of all addresses that are not Streamlit's own, relative to a page."""
JUPYTER_VARIABLE = "RNN_COMPARE_IN_JUPYTER"
"""Set if Jupyter has started the page: only its users can open it."""


def page_url() -> str:
    """Returns the page's address for a browser on this machine."""
    listens_on = st.get_option("server.address") or ""
    host = "localhost" if listens_on in ("", "0.0.0.0", "::") else listens_on
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{_bracketed(host)}:{st.get_option('server.port')}{base_path()}"


def address(seen: str, listens_on: str, port: int, secure: bool, own: str | None) -> str | None:
    """Returns the page's address for other machines, without a trailing slash; None if they cannot reach it.

    Args:
        seen: The first page's address in this browser; a proxy's name in it is valid for others too.
        listens_on: Streamlit's ``server.address``; empty for all networks.
        secure: Whether the server itself uses https.
        own: This machine's address in its network, if it has one.

    Example:
        >>> address("http://localhost:8501/", "0.0.0.0", 8501, secure=False, own="10.1.2.3")
        'http://10.1.2.3:8501'
        >>> address("https://rnn.university.example/course/", "127.0.0.1", 8501, secure=False, own=None)
        'https://rnn.university.example/course'
    """
    parts = urlsplit(seen)
    base = parts.path.rstrip("/")
    if parts.hostname and not is_loopback(parts.hostname):
        return urlunsplit((parts.scheme, parts.netloc, base, "", ""))
    if is_loopback(listens_on):
        return None
    host = own if listens_on in ("", "0.0.0.0", "::") else listens_on
    if not host:
        return None
    return f"{'https' if secure else 'http'}://{_bracketed(host)}:{port}{base}"


def own_address() -> str | None:
    """Returns this machine's IPv4 address in the network of its default route; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737); UDP sends nothing here
        return str(probe.getsockname()[0])
    # A hotspot of this machine has no default route.
    candidates = (
        item.address
        for addresses in psutil.net_if_addrs().values()
        for item in addresses
        if item.family == socket.AF_INET
    )
    return next((candidate for candidate in candidates if not is_loopback(candidate)), None)


def base_path() -> str:
    """Returns Streamlit's ``server.baseUrlPath``, such as ``/course``; empty if none is set."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def is_loopback(name: str) -> bool:
    """Returns whether a host name or address is that of the asking machine itself.

    Example:
        >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0")
        (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower().rstrip(".") == "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host  # IPv6
