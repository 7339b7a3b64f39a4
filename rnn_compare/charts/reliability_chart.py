"""The reliability diagram: the share of positive reviews against the predicted probability."""

from typing import Any

import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.charts.plotly_style import GREY, in_percent, layout, percent_axis, plain
from rnn_compare.comparison.calibration import Calibration

HEIGHT = 400


def reliability_chart(calibration: Calibration, look: Look, label: str = "positive") -> go.Figure:
    """Returns the diagram of one network, with 95 % intervals and the line of perfect calibration."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name="perfectly calibrated",
        line={"color": GREY, "dash": "dash", "width": 2.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=in_percent(bin.predicted for bin in calibration.bins),
        y=in_percent(bin.observed for bin in calibration.bins),
        error_y={
            "array": in_percent(bin.high - bin.observed for bin in calibration.bins),
            "arrayminus": in_percent(bin.observed - bin.low for bin in calibration.bins),
            "thickness": 2,
            "width": 6,
        },
        name="this network, with 95 % intervals",
        **look.line(),
        customdata=[bin.reviews for bin in calibration.bins],
        hovertemplate=f"predicted %{{x:.1f}} %, {plain(label)} %{{y:.1f}} % of "
        "%{customdata:,} reviews<extra></extra>",
    )
    share: dict[str, Any] = {"range": [-2, 102], "dtick": 20}
    return figure.update_layout(
        **layout(HEIGHT),
        xaxis=percent_axis(f"predicted probability of {plain(label)}", **share),
        yaxis=percent_axis(f"share that is {plain(label)}", **share),
    )
