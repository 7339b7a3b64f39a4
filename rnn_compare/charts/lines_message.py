"""A figure of lines over a logarithmic axis as data for phones, which draw it as SVG (``join_lines.js``)."""

from html import unescape
from typing import Any

import plotly.graph_objects as go

from rnn_compare.charts.in_words import in_words


def lines_message(figure: go.Figure) -> dict[str, Any]:
    """Returns a figure's lines, its axes, and the levels and edges that are drawn across and upwards."""
    across, upward, words = figure.layout.xaxis, figure.layout.yaxis, in_words(figure)
    shapes, is_log = figure.layout.shapes, upward.type == "log"
    return {
        "words": " ".join([f"{words.title}.", *words.lines]),
        **{"across": across.title.text, "upward": upward.title.text},
        "unit": upward.ticksuffix or "",
        "log": is_log,
        "ends": [10**end for end in across.range],
        "ticks": list(across.tickvals),
        "range": [10**end if is_log else end for end in upward.range],
        "lines": [
            {"name": unescape(trace.name), "color": trace.line.color, "width": trace.line.width}
            | {"marker": trace.marker.symbol, "x": list(map(int, trace.x)), "y": [float(f"{y:.4g}") for y in trace.y]}
            for trace in figure.data
        ],
        "levels": [
            {"name": shape.name, "low": shape.y0, "high": shape.y1} for shape in shapes if shape.xref == "x domain"
        ],
        "edges": [{"at": shape.x0, "text": shape.name} for shape in shapes if shape.yref == "y domain"],
    }
