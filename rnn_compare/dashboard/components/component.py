"""Browser components made of the scripts in ``assets/``, and parts of a page that tick.

A component's own JavaScript goes out with every message that it gets. So that is only a loader; the script that it
names is fetched once (``server/files/assets.py``). A script exports ``render(component, urls)``, which draws a message,
and ``dispose(parentElement)``, which ends what still runs. ``urls`` names Plotly's library and the style sheets.
"""

import functools
import json
from collections.abc import Callable
from pathlib import PurePath

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from rnn_compare.server.files import assets


@functools.cache
def component(script: str, *styles: str) -> ComponentRenderer:
    """Returns the renderer of a component.

    Args:
        script: Its script in ``assets/``, such as ``board/board.js``.
        styles: The style sheets that it needs besides ``common/theme.css``.
    """
    urls = {"plotly": assets.url("plotly.min.js"), "styles": [assets.url(style) for style in styles]}
    loader = f"""
        const script = import(new URL({json.dumps(assets.url(script))}, document.baseURI));
        const urls = {json.dumps(urls)};
        export default (component) => {{
            script.then(({{ render }}) => render(component, urls));
            return () => script.then(({{ dispose }}) => dispose(component.parentElement));
        }};"""
    return st.components.v2.component(f"rnn_compare_{PurePath(script).stem}", js=loader, isolate_styles=False)


def ticking(draw: Callable[..., None], seconds: float | None, *arguments: object) -> None:
    """Draws a part of the page, and again every few seconds without the rest.

    It has a place of its own, which the page draws. Where a tick comes while a run of the whole page has not been sent
    yet, Streamlit drops what that run has drawn of this part. Were it itself a child of the page, the browser would
    move up all that follows it and, at the next tick, end with an error and an empty page.

    Args:
        draw: Draws the part; it may have the whole page drawn anew by ``st.rerun(scope="app")``.
        seconds: Seconds between two ticks; None for no more ticks.
        arguments: Arguments of ``draw``.
    """
    with st.container():
        st.fragment(draw, run_every=seconds)(*arguments)
