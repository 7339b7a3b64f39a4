"""A Plotly figure drawn by the library that the page has loaded already.

``st.plotly_chart`` brings a copy of its own, another 4.7 MB for every phone in the hall.
"""

import functools
import json
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from rnn_compare.dashboard.server import assets


def show(figure: go.Figure, key: str, height: int) -> None:
    """Draws a figure in the page's own type and colours.

    Args:
        figure: What to draw; its texts are read by Plotly, so they must be the program's own.
        key: Names the place on the page.
        height: In pixels.
    """
    _component()(data={"figure": json.loads(figure.to_json()), "height": height}, key=key, height=height)


@functools.cache
def _component() -> Any:
    loader = f"""
        const module = import(new URL("{assets.url("figure.js")}", document.baseURI));
        const urls = {{plotly: "{assets.url("plotly.min.js")}", styles: []}};
        export default (component) => {{
            module.then((figure) => figure.render(component, urls));
            return () => module.then((figure) => figure.dispose(component.parentElement));
        }};"""
    return st.components.v2.component("rnn_compare_figure", js=loader, isolate_styles=False)
