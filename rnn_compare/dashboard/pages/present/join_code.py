"""The code by which phones join: in the wall's corner, and as large as it fits while something is asked of them."""

import functools
from html import escape

import streamlit as st

from rnn_compare.dashboard.widgets import invite
from rnn_compare.server.urls import page_url


def address(path: str = "join") -> tuple[str, bool]:
    """Returns where phones find a page of this server, and whether any but this machine's can."""
    reachable = invite.reachable("present")
    return f"{reachable or page_url()}/{path}", reachable is not None


def corner(here: int) -> str:
    """Returns the code, the address to type and how many have come; no code of what no phone would find."""
    url, can_be_reached = address()
    counts = (f"{here:,} here" if here else "join with your phone") if can_be_reached else "this machine only"
    return (
        f'<aside class="rc-corner" aria-label="Join with a phone"><p><b>{escape(url.partition("://")[2])}</b>'
        f"<span>{counts}</span></p>{picture(url) if can_be_reached else ''}</aside>"
    )


def beside_the_code(body: str) -> str:
    """Returns HTML with the code of phones beside it, as large as it fits: while something is asked of them."""
    url, can_be_reached = address()
    if not can_be_reached:
        return f'<div class="rc-voting"><div>{body}</div></div>'
    caption = escape(url.partition("://")[2])
    code = f"<figure>{picture(url)}<figcaption>{caption}</figcaption></figure>"
    return f'<div class="rc-voting"><div>{body}</div>{code}</div>'


@functools.lru_cache(maxsize=32)  # drawn anew twice a second
def picture(url: str) -> str:
    """Returns a QR code as an image in HTML."""
    return f'<img alt="QR code of {escape(url)}" src="{escape(invite.code_address(url))}">'


def say_if_nobody_can_come() -> None:
    """Says that phones cannot reach this server, and what to do."""
    if not address()[1]:
        st.markdown(invite.obstacle())
