"""Makes a browser component of one of the scripts in ``assets/``.

A component's own JavaScript goes out with every message that it gets. So that is only a loader; the script that it
names is fetched once (``server/files/assets.py``). A script exports ``render(component, urls)``, which draws a message,
and ``dispose(parentElement)``, which ends what still runs. ``urls`` names Plotly's library and the style sheets.
"""

import functools
import json
from pathlib import PurePath

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from rnn_compare.server.files import assets


@functools.cache
def component(script: str, *styles: str) -> ComponentRenderer:
    """Returns what mounts a component on a page.

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
