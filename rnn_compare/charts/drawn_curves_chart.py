"""The validation curves that a class drew before the training: their median and middle half."""

from collections.abc import Sequence

import plotly.graph_objects as go

from rnn_compare.charts.plotly_style import GREY, axis, in_percent, layout, percent_axis, plain
from rnn_compare.formatting import counted

HEIGHT = 380
TYPE = 24
"""Size of the text in pixels, to be read from the last row."""
BAND = "rgba(136, 136, 136, 0.35)"


def chart(
    network: str, drawings: int, low: Sequence[float], middle: Sequence[float], high: Sequence[float]
) -> go.Figure:
    """Returns the chart."""
    epochs = list(range(1, len(middle) + 1))
    made = go.Figure()
    made.add_scatter(
        x=[*epochs, *epochs[::-1]],
        y=in_percent([*high, *low[::-1]]),
        fill="toself",
        fillcolor=BAND,
        mode="none",
        name="the middle half",
        showlegend=drawings > 1,
        hoverinfo="skip",
    )
    made.add_scatter(
        x=epochs,
        y=in_percent(middle),
        mode="lines+markers",
        name=f"median of {counted(drawings, 'drawing')}",
        line={"color": GREY, "width": 6, "dash": "dot"},
        marker={"size": 14},
        hovertemplate="median %{y:.1f} %<extra></extra>",
    )
    style = layout(HEIGHT) | {"margin": {"l": 10, "r": 15, "t": 10, "b": 70}}
    return made.update_layout(
        **style,
        legend_font_size=TYPE,
        xaxis=axis("epoch", dtick=1) | _type("epoch"),
        yaxis=percent_axis("") | _type(f"{plain(network)}, accuracy") | {"range": [40, 100]},  # as phones draw
    )


def _type(title: str) -> dict[str, object]:
    return {"title": {"text": title, "font": {"size": TYPE}}, "tickfont": {"size": TYPE}}
