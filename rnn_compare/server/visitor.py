"""A visitor's browser, its place in the training queue, and its limit on questions to the networks."""

import hashlib
from typing import TypedDict

import streamlit as st

from rnn_compare.server.access import visitor_cookie
from rnn_compare.server.access.rate_limit import whole_seconds
from rnn_compare.server.app import current_app
from rnn_compare.server.presenter import is_open, is_presenter
from rnn_compare.server.urls import is_loopback


class PlaceInLine(TypedDict):
    """The owner and the priority of a new run, as ``Engine.submit`` takes them."""

    visitor: str
    priority: int


def visitor() -> str:
    """Returns an anonymous id of the browser; without cookies it changes with every reload."""
    return hashlib.sha256(visitor_cookie.of_this_page().encode()).hexdigest()[:12]


def is_at_the_machine() -> bool:
    """Returns whether the visitor's browser runs on the server's own machine."""
    address = st.context.ip_address
    return address is None or is_loopback(address)


def place_in_line() -> PlaceInLine:
    """Returns the place of this visitor's runs in the queue: the presenter's come first."""
    if is_open() or not is_presenter():
        return {"visitor": visitor(), "priority": 0}
    return {"visitor": "", "priority": 1}


def pause_before_prediction() -> str | None:
    """Counts a question to the networks and returns None, or returns a sentence if the visitor has to wait first."""
    limit = current_app().predictions
    if not (seconds := limit.take(visitor())):
        return None
    return f"{limit.at_once} questions in a short time. Your text is kept; ask again in {whole_seconds(seconds)}."
