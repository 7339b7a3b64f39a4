"""Identity of a visitor's browser, so that all get their turn to train and to ask the networks."""

import hashlib
from typing import TypedDict

import streamlit as st

from rnn_compare.server.access import visitor_cookie
from rnn_compare.server.access.rate_limit import whole_seconds
from rnn_compare.server.app import current_app
from rnn_compare.server.presenter import is_open, is_presenter
from rnn_compare.server.urls import is_loopback


class PlaceInLine(TypedDict):
    """Whose a new run is, and how urgent, as ``Engine.submit`` takes it."""

    visitor: str
    priority: int


def visitor() -> str:
    """Returns a short name for the browser, the same after a reload; nobody's address or name can be read from it.

    A browser that keeps no cookies is another visitor after each reload.
    """
    return hashlib.sha256(visitor_cookie.of_this_page().encode()).hexdigest()[:12]


def is_at_the_machine() -> bool:
    """Tells whether the visitor's browser runs on the server's own machine."""
    address = st.context.ip_address
    return address is None or is_loopback(address)


def place_in_line() -> PlaceInLine:
    """Returns the place of what this visitor trains: the presenter is served first."""
    if is_open() or not is_presenter():
        return {"visitor": visitor(), "priority": 0}
    return {"visitor": "", "priority": 1}


def pause_before_prediction() -> str | None:
    """Takes one of the visitor's turns to ask the networks; where there is none, returns a sentence."""
    limit = current_app().predictions
    seconds = limit.take(visitor())
    return (
        f"{limit.at_once} questions in a short time. Your text is kept; ask again in {whole_seconds(seconds)}."
        if seconds
        else None
    )
