"""Problems of callbacks, dialogs and downloads, shown on the page's next run."""

import contextlib
from collections.abc import Callable, Iterator

import streamlit as st

from rnn_compare.errors import UserError


def noted() -> list[str]:
    """Returns this visitor's list of sentences; a download, which knows no visitor, may hold on to it."""
    problems: list[str] = st.session_state.setdefault("problems", [])
    return problems


@contextlib.contextmanager
def noting(problems: list[str] | None = None) -> Iterator[None]:
    """Notes a ``UserError`` instead of letting it through, since Streamlit would show no word of it."""
    problems = noted() if problems is None else problems
    try:
        yield
    except UserError as error:
        problems.append(str(error))


def download(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Returns a download's function that notes a ``UserError`` and raises it, so that nothing is downloaded."""
    problems = noted()

    def noting_problems() -> bytes:
        with noting(problems):
            return make()
        raise UserError(problems[-1])

    return noting_problems


def show() -> None:
    """Shows the sentences, until the visitor has read them."""
    problems = noted()
    for problem in problems:
        st.error(problem)
    if problems:
        st.button("OK", on_click=problems.clear)
