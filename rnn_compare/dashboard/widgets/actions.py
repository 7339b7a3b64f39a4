"""Actions of a visitor: the presenter's buttons, downloads, and problems that the page shows on its next run."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from rnn_compare.errors import UserError
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app


def button(label: str, disabled: bool = False, hint: str | None = None, **options: Any) -> bool:
    """Draws a button that only the presenter can press; for others it is disabled, and its help gives the reason."""
    locked = visitor.why_not()
    return st.button(label, disabled=disabled or bool(locked), help=locked or hint, **options)


def act(*actions: Callable[[], object]) -> None:
    """Runs a button's actions, for the presenter only; a failure does not stop the next one."""
    for action in actions:
        with reporting():
            visitor.require_presenter()
            action()
    current_app().services().refresh()


def problems() -> list[str]:
    """Returns this visitor's list of problems; a download holds a reference, for it runs outside the session."""
    sentences: list[str] = st.session_state.setdefault("problems", [])
    return sentences


@contextlib.contextmanager
def reporting(sentences: list[str] | None = None) -> Iterator[None]:
    """Adds a ``UserError`` to the visitor's problems instead of raising it: Streamlit would not show its text."""
    sentences = problems() if sentences is None else sentences
    try:
        yield
    except UserError as error:
        sentences.append(str(error))


def download(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Returns a download's function that reports a ``UserError`` and raises it: nothing is downloaded."""
    sentences = problems()

    def content() -> bytes:
        with reporting(sentences):
            return make()
        raise UserError(sentences[-1])

    return content


def show_problems() -> None:
    """Shows the problems until the visitor presses OK."""
    sentences = problems()
    for sentence in sentences:
        st.error(sentence)
    if sentences:
        st.button("OK", on_click=sentences.clear)
