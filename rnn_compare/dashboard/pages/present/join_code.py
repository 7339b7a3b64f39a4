"""The corner of the wall: how phones join, always in sight."""

import functools
from html import escape

import streamlit as st

from rnn_compare.dashboard.widgets import invite
from rnn_compare.server.urls import page_url

JOIN = "join"


def address(path: str, page: str = "present") -> tuple[str, bool]:
    """Returns where phones find a page of this server, and whether any but this machine's can.

    Args:
        path: The path of the page that they are to find.
        page: The path of the page that is being drawn.
    """
    reachable = invite.reachable(page)
    return f"{reachable or page_url()}/{path}", reachable is not None


def html(url: str, counts: str, can_be_reached: bool) -> str:
    """Returns the code, the address to type and how many have come.

    Args:
        url: The address at which phones join.
        counts: Ready words.
        can_be_reached: Whether phones can: there is no code of what none of them would find.
    """
    typed = url.partition("://")[2]
    return (
        f'<aside class="rc-corner" aria-label="Join with a phone"><p><b>{escape(typed)}</b>'
        f"<span>{escape(counts)}</span></p>"
        f"{picture(url) if can_be_reached else ''}</aside>"
    )


def beside_the_code(body: str) -> str:
    """Returns HTML with the code of phones beside it, as large as it fits: while something is asked of them."""
    url, can_be_reached = address(JOIN)
    if not can_be_reached:
        return f"<div>{body}</div>"
    caption = escape(url.partition("://")[2])
    code = f"<figure>{picture(url)}<figcaption>{caption}</figcaption></figure>"
    return f'<div class="rc-voting"><div>{body}</div>{code}</div>'


@functools.lru_cache(maxsize=32)  # drawn anew twice a second
def picture(url: str) -> str:
    """Returns a QR code as an image in HTML."""
    return f'<img alt="QR code of {escape(url)}" src="{escape(invite.code_address(url))}">'


def say_if_nobody_can_come(can_be_reached: bool) -> None:
    """Says that phones cannot reach this server, and what to do."""
    if not can_be_reached:
        st.markdown(invite.obstacle())
