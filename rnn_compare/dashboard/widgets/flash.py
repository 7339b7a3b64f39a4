"""What went wrong where no page could say it at once: in callbacks, dialogs and downloads."""

import contextlib
from collections.abc import Iterator

import streamlit as st

from rnn_compare.errors import UserError

_KEY = "problems"


def noted() -> list[str]:
    """Returns this visitor's list of sentences; a download, which knows no visitor, may hold on to it."""
    problems: list[str] = st.session_state.setdefault(_KEY, [])
    return problems


@contextlib.contextmanager
def noting(problems: list[str]) -> Iterator[None]:
    """Notes a ``UserError`` instead of letting it through, since Streamlit would show no word of it."""
    try:
        yield
    except UserError as error:
        problems.append(str(error))


def show() -> None:
    """Says what was noted, until the visitor has read it."""
    problems = noted()
    for problem in problems:
        st.error(problem)
    if problems:
        st.button("I have read it", on_click=problems.clear)
