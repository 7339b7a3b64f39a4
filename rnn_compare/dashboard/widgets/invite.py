"""The invitation of a class to the page: its address, a QR code and what visitors may do; and the link to share."""

import os
import socket
from collections.abc import Hashable
from html import escape
from urllib.parse import urlsplit, urlunsplit

import psutil
import segno
import streamlit as st

from rnn_compare.dashboard.components import component
from rnn_compare.dashboard.jupyter import JUPYTER_VARIABLE
from rnn_compare.paths import page_command
from rnn_compare.server import presenter
from rnn_compare.server.urls import is_loopback

_OPENED = "invite_opened"
_NOWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737), for asking the system which way it would send."""

CLOSED = f"Only this machine can open the page. For a class, start it with `{page_command()} --server.address 0.0.0.0`."
IN_JUPYTER = (
    f"This page is behind Jupyter's sign-in. For a class, start it with `{page_command()} --server.address 0.0.0.0`."
)
HOW_TO_SET_A_PASS = (
    "write two lines into `.streamlit/secrets.toml`, `[presenter]` and "
    '`password = "at least eight characters"`, and restart.'
)
OPEN = f"No presenter's pass is set: anyone who opens the page can train. To prevent it, {HOW_TO_SET_A_PASS}"
GUARDED = "A presenter's pass is set: visitors can look and try reviews. To sign in: *Presenter*, below in the sidebar."
PLACES = {"Watch the training": "", "Try a review": "try", "Inside the cell": "inside"}
"""Where the code may lead, by what one does there: the paths of pages."""
ALONE = "This machine is offline. Join a network or open a hotspot, and try again."


def entry(page: Hashable = "", names: str = "") -> None:
    """Draws the button on the first page, and the window that it opens.

    Args:
        names: What a link to the comparison on the charts names (see ``server/shown_runs.py``).
        page: The content of the page behind the window. Nothing there can be pressed while the window is open: if the
            content has changed, the window was closed, even if Streamlit did not report it.
    """
    if st.button("Invite the class", icon=":material/qr_code_2:", width="stretch"):
        st.session_state[_OPENED] = page
    if st.session_state.get(_OPENED) == page:
        _window(names)


def copy_link(names: str, url: str = "", key: str = "copy_link") -> None:
    """Draws the button *Copy link*, for this page's address with these ``names``, or for another ``url``."""
    component("common/copy_link.js")(data={"show": names, "url": url}, key=key, width="content")


def address(seen: str, listens_on: str, port: int, secure: bool, own: str | None) -> str | None:
    """Returns the page's address for others, without a slash at the end; None if they cannot reach it.

    Args:
        seen: The address of the first page in this browser: what a proxy is called there counts for others too.
        listens_on: Streamlit's ``server.address``; empty for all networks.
        secure: The server itself speaks https.
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
    name = f"[{host}]" if ":" in host else host  # IPv6
    return f"{'https' if secure else 'http'}://{name}:{port}{base}"


def reachable(page: str = "") -> str | None:
    """Returns the first page's address for others, by this visitor's browser and the settings; None if there is none.

    ``page`` is the path of the page that is being drawn.
    """
    return address(
        (st.context.url or "").rstrip("/").removesuffix(f"/{page}"),
        st.get_option("server.address") or "",
        st.get_option("server.port"),
        bool(st.get_option("server.sslCertFile")),
        own_address(),
    )


def obstacle() -> str:
    """Returns why others cannot reach this server, and what to do about it."""
    if JUPYTER_VARIABLE in os.environ:
        return IN_JUPYTER
    return CLOSED if is_loopback(st.get_option("server.address") or "") else ALONE


def own_address() -> str | None:
    """Returns this machine's IPv4 address in the network that it would send by; None if it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_NOWHERE)  # sends nothing: it only chooses a way
            return str(probe.getsockname()[0])
        except OSError:
            pass
    # A hotspot of this machine's own leads nowhere else.
    candidates = (
        item.address
        for addresses in psutil.net_if_addrs().values()
        for item in addresses
        if item.family == socket.AF_INET
    )
    return next((candidate for candidate in candidates if not is_loopback(candidate)), None)


def code(url: str) -> str:
    """Returns a QR code as SVG: black on white in every theme, with the quiet margin that cameras ask for."""
    return str(
        segno.make(url, micro=False, error="m").svg_inline(border=4, dark="#000000", light="#ffffff", omitsize=True)
    )


def code_address(url: str) -> str:
    """Returns the same as an address that an image can be drawn from."""
    return str(segno.make(url, micro=False, error="m").svg_data_uri(border=4, dark="#000000", light="#ffffff", scale=8))


def _window(names: str) -> None:
    def close() -> None:
        st.session_state[_OPENED] = None

    # Opened anew at each run of the page, since one that comes of a training's news would close it.
    @st.dialog("Invite the class", width="large", on_dismiss=close)
    def dialog() -> None:
        base = reachable()
        if base is None or JUPYTER_VARIABLE in os.environ:
            st.info(obstacle(), icon=":material/lock:")
        if base is None:
            st.caption(OPEN if presenter.is_open() else GUARDED)
            return
        text, picture = st.columns([2, 3], vertical_alignment="center")
        with text:
            places = PLACES | ({"This comparison": f"?show={names}"} if names else {})
            url = f"{base}/{places[st.radio('QR code opens', list(places), key='invite_place')]}"
            st.html(f"<p class='rc-invite'>{escape(url)}</p>")
            copy_link("", url, "copy_invitation")
            st.caption(OPEN if presenter.is_open() else GUARDED)
        with picture, st.container(key="invite_code"):
            st.image(code(url), width="stretch")

    dialog()
