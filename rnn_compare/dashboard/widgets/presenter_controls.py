"""Buttons and actions of the presenter alone."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from rnn_compare.dashboard.widgets import flash
from rnn_compare.server import presenter
from rnn_compare.server.services import Services


def button(label: str, disabled: bool = False, hint: str | None = None, **options: Any) -> bool:
    """Draws a button that is disabled for all but the presenter, with the reason as its help; returns a press."""
    locked = presenter.why_not()
    return st.button(label, disabled=disabled or bool(locked), help=locked or hint, **options)


def act(services: Services, *actions: Callable[[], object]) -> None:
    """Does what a button says, for the presenter; what fails is shown on the page, and the next action is done."""
    for action in actions:
        with flash.noting():
            presenter.require()
            action()
    services.refresh()
