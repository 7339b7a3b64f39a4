"""The expected best of k trainings of a sweep, a line for each cell: what searching longer brings."""

from collections.abc import Sequence

import plotly.graph_objects as go

from rnn_compare.charts.palette import looks
from rnn_compare.charts.plotly_style import accuracy_axis, axis, in_percent, layout
from rnn_compare.comparison.sweeps import Outcome, expected_best

HEIGHT = 410


def best_of_chart(found: Sequence[Outcome], accuracy: str) -> go.Figure:
    """Returns for each cell what the best of k trainings, drawn from those of the sweep, is expected to reach.

    Args:
        found: Settings with what they achieved.
        accuracy: Title of the accuracy's axis.
    """
    cells = list(dict.fromkeys(one.experiment.cell for one in found))
    drawn = go.Figure()
    for cell, look in zip(cells, looks(cells), strict=True):
        expected = expected_best([value for one in found if one.experiment.cell == cell for value in one.each])
        drawn.add_scatter(
            x=list(range(1, len(expected) + 1)),
            y=in_percent(expected),
            mode="lines+markers",
            name=f"{cell} (n = {len(expected)})",
            line={"color": look.color, "width": 3},
            marker={"symbol": look.marker, "size": 8},
            hoverlabel={"namelength": -1},
            hovertemplate="best of %{x}: %{y:.1f} %",
        )
    drawn.update_layout(
        **layout(),
        xaxis=axis("trainings tried, k", rangemode="tozero", tickformat="d", **whole_ticks(found)),
        yaxis=accuracy_axis(accuracy),
    )
    return drawn


def whole_ticks(found: Sequence[Outcome]) -> dict[str, int]:
    """Returns ticks at whole numbers, where Plotly would put halves between few of them."""
    return {"dtick": 1} if sum(len(one.each) for one in found) <= 12 else {}
