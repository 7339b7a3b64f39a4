"""Problems of callbacks, dialogs and downloads, shown on the page's next run."""

import contextlib
from collections.abc import Callable, Iterator

import streamlit as st

from rnn_compare.errors import UserError


def noted() -> list[str]:
    """Returns this visitor's list of problems; a download holds a reference, for it runs outside the session."""
    problems: list[str] = st.session_state.setdefault("problems", [])
    return problems


@contextlib.contextmanager
def noting(problems: list[str] | None = None) -> Iterator[None]:
    """Adds a ``UserError`` to the list instead of raising it: Streamlit would not show its text."""
    problems = noted() if problems is None else problems
    try:
        yield
    except UserError as error:
        problems.append(str(error))


def download(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Returns a download's function that adds a ``UserError`` to the list and raises it: nothing is downloaded."""
    problems = noted()

    def noting_problems() -> bytes:
        with noting(problems):
            return make()
        raise UserError(problems[-1])

    return noting_problems


def show() -> None:
    """Shows the problems until the visitor presses OK."""
    problems = noted()
    for problem in problems:
        st.error(problem)
    if problems:
        st.button("OK", on_click=problems.clear)
