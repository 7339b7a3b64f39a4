"""The class's invitation: address and QR code, in a dialog and on a lecture's wall, and the button *Copy link*."""

import os
from collections.abc import Hashable
from html import escape

import segno
import streamlit as st

from rnn_compare.dashboard.components import component
from rnn_compare.paths import page_command
from rnn_compare.server import visitor
from rnn_compare.server.access.leading import OPEN
from rnn_compare.server.app import current_app
from rnn_compare.server.urls import JUPYTER_VARIABLE, address, is_loopback, own_address

SHARE = "share"
"""Key of the popover that holds the button."""
_OPENED, _PRESSED = "invite_opened", "pressed"

FOR_A_CLASS = f"For a class, start it with `{page_command()} --server.address 0.0.0.0`."
CLOSED = f"Only this machine can open the page. {FOR_A_CLASS}"
IN_JUPYTER = f"This page is behind Jupyter's sign-in. {FOR_A_CLASS}"
GUARDED = "A presenter's pass is set: visitors can look and try reviews. To sign in: *Presenter*, below in the sidebar."
PLACES = {"Try a review": "try", "Inside the cell": "inside"}
"""Paths of the pages that the code can open, by what visitors do there."""
ALONE = "This machine is offline. Join a network or open a hotspot, and try again."


def button() -> None:
    """Draws the button that shuts its popover and asks for the dialog, which the page draws."""
    values = {SHARE: False, _OPENED: _PRESSED}
    label, icon = "Invite the class", ":material/qr_code_2:"
    st.button(label, icon=icon, width="stretch", on_click=st.session_state.update, args=(values,))


def is_asked_for() -> bool:
    """Returns whether the dialog has to be drawn: the button is gone with its popover by then."""
    return st.session_state.get(_OPENED) == _PRESSED


def show_dialog(page: Hashable = "", names: str = "") -> None:
    """Draws the dialog once the button was pressed, until it is closed.

    Args:
        page: The content of the page behind the dialog. Nothing there can be pressed while the dialog is open: if the
            content has changed, the dialog was closed, even if Streamlit did not report it.
        names: The names in a link to the comparison on the charts (see ``services/snapshot.py``).
    """
    if is_asked_for():
        st.session_state[_OPENED] = page
    if st.session_state.get(_OPENED) == page:
        _show_dialog(names)


def copy_link(names: str, url: str = "", key: str = "copy_link") -> None:
    """Draws the button *Copy link*, for the first page's address with these ``names``, or for another ``url``."""
    data = {"show": names, "url": url, "base": "" if url else reachable() or ""}
    component("dashboard/assets/common/copy_link.js")(data=data, key=key, width="content")


def reachable(page: str = "") -> str | None:
    """Returns the first page's address for other machines; None if they cannot reach it. ``page``: this page's path."""
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


def code(url: str) -> str:
    """Returns a QR code as SVG: black on white in every theme, with the quiet zone that cameras need."""
    return str(
        segno.make(url, micro=False, error="m").svg_inline(border=4, dark="#000000", light="#ffffff", omitsize=True)
    )


def phones_can_join() -> bool:
    """Returns whether phones can open the page that this machine serves."""
    return reachable("present") is not None and JUPYTER_VARIABLE not in os.environ


def _note_closed() -> None:
    st.session_state[_OPENED] = None


# Opened again in each run of the page: a run without it, such as for a training's news, would close it.
@st.dialog("Invite the class", width="large", on_dismiss=_note_closed)
def _show_dialog(names: str) -> None:
    base = reachable()
    if base is None or JUPYTER_VARIABLE in os.environ:
        st.info(obstacle(), icon=":material/lock:")
    if base is None:
        st.caption(OPEN if visitor.is_open() else GUARDED)
        return
    text, image = st.columns([2, 3], vertical_alignment="center")
    with text:
        # One small page for both: hundreds of dashboards would each cost the server a session.
        follow = "Join the lecture" if current_app().classroom().state().lecture else "Watch the training"
        places = {follow: "join"} | PLACES | ({"This comparison": f"?show={names}"} if names else {})
        url = f"{base}/{places[st.radio('QR code opens', list(places), key='invite_place')]}"
        st.html(f"<p class='rc-invite'>{escape(url)}</p>")
        copy_link("", url, "copy_invitation")
        st.caption(OPEN if visitor.is_open() else GUARDED)
    with image, st.container(key="invite_code"):
        st.image(code(url), width="stretch")
