"""A figure as data for pages that draw it as SVG, without Plotly."""

from html import unescape
from typing import Any

import plotly.graph_objects as go

from rnn_compare.charts.in_words import in_words


def lines_message(figure: go.Figure) -> dict[str, Any]:
    """Returns lines, axes, levels and edges of a figure over a logarithmic axis; ``drawing/curves/`` draws them."""
    across, upward, words = figure.layout.xaxis, figure.layout.yaxis, in_words(figure)
    shapes = figure.layout.shapes
    return {
        "words": " ".join([f"{words.title}.", *words.lines]),
        **{"across": across.title.text, "upward": upward.title.text},
        "unit": upward.ticksuffix or "",
        "ends": [10**end for end in across.range],
        "ticks": list(across.tickvals),
        "range": list(upward.range),
        "lines": [
            {"name": unescape(trace.name), "color": trace.line.color, "width": trace.line.width}
            | {"marker": trace.marker.symbol, "x": list(map(float, trace.x)), "y": [float(f"{y:.4g}") for y in trace.y]}
            for trace in figure.data
        ],
        "levels": [
            {"name": shape.name, "low": shape.y0, "high": shape.y1} for shape in shapes if shape.xref == "x domain"
        ],
        "edges": [{"at": shape.x0, "text": shape.name} for shape in shapes if shape.yref == "y domain"],
    }
