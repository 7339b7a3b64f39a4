"""The reliability diagram: of the reviews that got a probability, which share is positive?"""

from typing import Any

import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, in_percent, layout, percent_axis, plain
from rnn_compare.comparison.calibration import Calibration

HEIGHT = 400


def reliability_chart(found: Calibration, look: Look, label: str = "positive") -> go.Figure:
    """Returns the diagram of one network, with 95 % intervals; on the dashed line all is as predicted."""
    drawn = go.Figure()
    drawn.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name="perfectly calibrated",
        line={"color": GREY, "dash": "dash", "width": 2.5},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=in_percent(one.predicted for one in found.bins),
        y=in_percent(one.observed for one in found.bins),
        error_y={
            "array": in_percent(one.high - one.observed for one in found.bins),
            "arrayminus": in_percent(one.observed - one.low for one in found.bins),
            "thickness": 2,
            "width": 6,
        },
        mode="lines+markers",
        name="this network, with 95 % intervals",
        line={"color": look.color, "width": 3},
        marker={"symbol": look.marker, "size": 10},
        customdata=[one.reviews for one in found.bins],
        hovertemplate=f"predicted %{{x:.1f}} %, {plain(label)} %{{y:.1f}} % of "
        "%{customdata:,} reviews<extra></extra>",
    )
    share: dict[str, Any] = {"range": [-2, 102], "dtick": 20}
    drawn.update_layout(
        **layout(),
        xaxis=percent_axis(f"predicted probability of {plain(label)}", **share),
        yaxis=percent_axis(f"share that is {plain(label)}", **share),
    )
    return drawn
