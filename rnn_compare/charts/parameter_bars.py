"""The chart of parameter counts: a stacked bar for each network."""

from collections.abc import Sequence

import plotly.graph_objects as go

from rnn_compare.charts.palette import Look
from rnn_compare.networks.parameters import Parameters


def parameter_bars(
    names: Sequence[str], drawn: Sequence[Look], counts: Sequence[Parameters], with_embedding: bool
) -> go.Figure:
    """Returns a stacked bar for each network: what its parameters are spent on."""
    parts: list[tuple[str, float, list[int]]] = [
        ("recurrent kernel", 1.0, [_recurrent(count, "recurrent_kernel") for count in counts]),
        ("kernel", 0.72, [_recurrent(count, "kernel") for count in counts]),
        ("bias", 0.45, [_recurrent(count, "bias") for count in counts]),
        ("Dense", 0.25, [count.layers[-1].count for count in counts]),
    ]
    if with_embedding:
        parts.insert(0, ("embedding", 0.15, [count.layers[0].count for count in counts]))
    longest = max(sum(sizes[i] for _, _, sizes in parts) for i in range(len(names)))
    places = list(range(len(names)))
    chart = go.Figure()
    for part, strength, sizes in parts:
        chart.add_bar(
            x=sizes,
            y=places,
            orientation="h",
            marker={"color": [look.color for look in drawn], "opacity": strength},
            # A part that is too narrow for its name is named by its tip alone.
            text=[f"{part} {size:,}" if size > 0.14 * longest else "" for size in sizes],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 15},
            hovertemplate=f"{part} %{{x:,}}<extra></extra>",
        )
    for place, count in zip(places, counts, strict=True):
        total = count.total if with_embedding else count.without_embedding
        chart.add_annotation(x=total, y=place, text=f" <b>{total:,}</b>", showarrow=False, xanchor="left", font_size=16)
    chart.update_layout(
        barmode="stack",
        showlegend=False,
        bargap=0.35,
        margin={"l": 10, "r": 10, "t": 4, "b": 40},
        xaxis={"tickformat": ",", "range": [0, 1.14 * longest], "tickfont": {"size": 14}, "fixedrange": True},
        yaxis={
            "tickvals": places,
            "ticktext": [f"{name}  " for name in names],
            "autorange": "reversed",
            "automargin": True,
            "tickfont": {"size": 16},
            "fixedrange": True,
        },
    )
    return chart


def _recurrent(count: Parameters, tensor_name: str) -> int:
    tensors = (tensor for layer in count.recurrent_layers for tensor in layer.tensors)
    return sum(tensor.count for tensor in tensors if tensor.name == tensor_name)
