"""A Plotly figure drawn by the library that the page has loaded already.

``st.plotly_chart`` brings a copy of its own, another 4.7 MB for every phone in the class.
"""

import json
from dataclasses import asdict

import plotly.graph_objects as go

from rnn_compare.charts.in_words import in_words
from rnn_compare.dashboard.components.component import component


def show(figure: go.Figure, key: str, height: int) -> None:
    """Draws a figure in the page's own type and colours, with a description for screen readers.

    Args:
        figure: The figure; its texts are read by Plotly, so they must be the program's own.
        key: The component's key.
        height: Height in pixels.
    """
    data = {"figure": json.loads(figure.to_json()), "words": asdict(in_words(figure)), "height": height}
    component("charts/figure.js")(data=data, key=key, height=height)
