"""A figure of lines over a logarithmic axis as data for phones, which draw it as SVG (``join_lines.js``)."""

from html import unescape
from typing import Any

import plotly.graph_objects as go

from rnn_compare.charts.in_words import in_words


def lines_message(figure: go.Figure) -> dict[str, Any]:
    """Returns a figure's lines, its axes, and the levels and edges that are drawn across and upwards.

    Example:
        >>> figure = go.Figure(go.Scatter(x=[1, 10], y=[50, 75], name="LSTM", line={"width": 3}))
        >>> figure = figure.update_xaxes(type="log", range=[0, 1], tickvals=[1, 10], title="words")
        >>> message = lines_message(figure.update_yaxes(range=[40, 100], title="right", ticksuffix=" %"))
        >>> message["ends"], message["range"], message["lines"][0]["y"], message["words"]
        ([1, 10], [40, 100], [50.0, 75.0], 'Chart of right by words. LSTM: words 1: 50 %; words 10: 75 %.')
    """
    across, upward, words = figure.layout.xaxis, figure.layout.yaxis, in_words(figure)
    shapes = figure.layout.shapes
    is_log = upward.type == "log"
    return {
        "words": " ".join([f"{words.title}.", *words.lines]),
        "across": across.title.text,
        "upward": upward.title.text,
        "unit": upward.ticksuffix or "",
        "log": is_log,
        "ends": [10**end for end in across.range],
        "ticks": list(across.tickvals),
        "range": [10**end if is_log else end for end in upward.range],
        "lines": [
            {
                "name": unescape(trace.name),
                "color": trace.line.color,
                "marker": trace.marker.symbol,
                "width": trace.line.width,
                "x": [int(x) for x in trace.x],
                "y": [float(f"{y:.4g}") for y in trace.y],
            }
            for trace in figure.data
        ],
        "levels": [
            {"name": shape.name, "low": min(shape.y0, shape.y1), "high": max(shape.y0, shape.y1)}
            for shape in shapes
            if shape.xref == "x domain"
        ],
        "edges": [{"at": shape.x0, "text": shape.label.text} for shape in shapes if shape.yref == "y domain"],
    }
