"""The QR code for phones: in the wall's corner, and large while a question or a request for reviews is open."""

import functools
from html import escape

from rnn_compare.dashboard.widgets import invite
from rnn_compare.server.urls import page_url


def address(path: str = "join") -> tuple[str, bool]:
    """Returns the address of a page for phones, and whether other machines can reach it."""
    reachable = invite.reachable("present")
    return f"{reachable or page_url()}/{path}", reachable is not None


def corner(here: int) -> str:
    """Returns the corner of the wall as HTML: the code, unless phones cannot reach it, the address and a count."""
    url, can_be_reached = address()
    counts = (f"{here:,} here" if here else "join with your phone") if can_be_reached else "this machine only"
    return (
        f'<aside class="rc-corner" aria-label="Join with a phone"><p><b>{escape(url.partition("://")[2])}</b>'
        f"<span>{counts}</span></p>{picture(url) if can_be_reached else ''}</aside>"
    )


def beside_the_code(body: str) -> str:
    """Returns HTML with the large code beside it, if phones can reach it."""
    url, can_be_reached = address()
    caption = escape(url.partition("://")[2])
    code = f"<figure>{picture(url)}<figcaption>{caption}</figcaption></figure>" if can_be_reached else ""
    return f'<div class="rc-voting"><div>{body}</div>{code}</div>'


@functools.lru_cache(maxsize=32)  # redrawn twice a second
def picture(url: str) -> str:
    """Returns a QR code as an image in HTML."""
    return f'<img alt="QR code of {escape(url)}" src="{escape(invite.code_address(url))}">'
