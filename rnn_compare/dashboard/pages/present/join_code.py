"""The wall's parts for phones: the corner with the code by which they join, and the offer of the step's networks."""

import functools
from html import escape

import streamlit as st

from rnn_compare.dashboard.pages.present import permissions
from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.dashboard.widgets import invite
from rnn_compare.report.reader.networks import OWN_TEXTS, has_own_texts
from rnn_compare.server.app import current_app
from rnn_compare.server.urls import page_url

JOIN = "join"
PURPOSE = "Phones get one file whose networks read reviews on the phone itself, without this machine."


def address(path: str, page: str = "present") -> tuple[str, bool]:
    """Returns where phones find a page of this server, and whether any but this machine's can.

    Args:
        page: The path of the page that is being drawn.
    """
    reachable = invite.reachable(page)
    return f"{reachable or page_url()}/{path}", reachable is not None


def html(url: str, counts: str, can_be_reached: bool) -> str:
    """Returns the code, the address to type and how many have come.

    Args:
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


def offer_networks(moment: Moment) -> None:
    """Draws the button, where a network of the step can read on a phone."""
    runs = [run for run in moment.shown if run.has_weights]
    if not runs:
        return
    is_offered = moment.state.networks_offered
    permissions.button(
        "Withdraw the networks" if is_offered else "Offer the networks to phones",
        "offer_networks",
        moment.state.version,
        current_app().classroom().offer_networks,
        not is_offered,
        icon=":material/phone_iphone:",
        help=f"{PURPOSE} {OWN_TEXTS}" if has_own_texts(runs) else PURPOSE,
    )
