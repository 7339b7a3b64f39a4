"""A part of a page that is drawn anew every few seconds."""

from collections.abc import Callable

import streamlit as st


def ticking(draw: Callable[..., None], seconds: float | None, *arguments: object) -> None:
    """Draws a part of the page, and again every few seconds without the rest.

    It has a place of its own, which the page draws. Where a tick comes while a run of the whole page has not been sent
    yet, Streamlit drops what that run has drawn of this part. Were it itself a child of the page, the browser would
    move up all that follows it and, at the next tick, end with an error and an empty page.

    Args:
        draw: Draws it; it may have the whole page drawn anew by ``st.rerun(scope="app")``.
        seconds: Between two ticks; None for no more of them.
        arguments: What it is called with.
    """
    with st.container():
        st.fragment(draw, run_every=seconds)(*arguments)
