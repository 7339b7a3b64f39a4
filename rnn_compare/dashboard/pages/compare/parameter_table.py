"""Parameter counts of several networks, side by side and term by term."""

from collections.abc import Callable, Sequence
from html import escape

import plotly.graph_objects as go
import streamlit as st

from rnn_compare.charts.palette import Look, looks
from rnn_compare.dashboard.components import figure
from rnn_compare.experiment import Experiment, labels
from rnn_compare.networks.parameters import Parameters, formula, parameters


def show(experiments: Sequence[Experiment]) -> None:
    """Draws the counts of the chosen networks: arithmetic, bars, and tables by layer and weight tensor."""
    chosen = _different(experiments)
    counts = [parameters(experiment) for experiment in chosen]
    names = labels(chosen)
    drawn = looks(experiment.cell for experiment in chosen)
    cards = "".join(
        _card(name, look, experiment, count)
        for name, look, experiment, count in zip(names, drawn, chosen, counts, strict=True)
    )
    st.html(f'<div class="rc-parameters">{cards}</div>')
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What they are spent on**", width="content")
        with_embedding = st.toggle(
            "With the embedding", key="with_embedding", help="The table of word vectors dwarfs all that learns to read."
        )
    figure.show(bars(names, drawn, counts, with_embedding), "parameter_bars", 70 + 52 * len(chosen))


def show_summaries(experiments: Sequence[Experiment], summary: Callable[[Experiment], str]) -> None:
    """Shows Keras' own ``model.summary()`` of each chosen network, if the visitor wants to see it.

    Args:
        experiments: The chosen networks.
        summary: Has a worker build a network and returns its summary.
    """
    if not st.toggle("Keras' own model.summary()", key="summaries", help="A worker builds the networks to make it."):
        return
    chosen = _different(experiments)
    for column, experiment, name in zip(st.columns(min(2, len(chosen))) * 4, chosen, labels(chosen), strict=False):
        with column, st.spinner("Keras builds the network …"):
            st.markdown(f"**{name}**")
            st.code(summary(experiment), language=None)


def _different(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Returns each network once: with another seed it has other weights, but as many."""
    return list(dict.fromkeys(experiment.model_copy(update={"seed": 0}) for experiment in experiments))


def bars(names: Sequence[str], drawn: Sequence[Look], counts: Sequence[Parameters], with_embedding: bool) -> go.Figure:
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


def _card(name: str, look: Look, experiment: Experiment, count: Parameters) -> str:
    rows = []
    for layer in count.layers:
        rows.append(f'<tr class="rc-layer"><td>{escape(layer.kind)}</td><td>{layer.count:,}</td></tr>')
        if layer in count.recurrent_layers:
            rows.append(f'<tr class="rc-gate"><td colspan="2">{escape(layer.arithmetic)}</td></tr>')
        rows += [
            f'<tr class="rc-gate"><td>{gate.name} <i>{gate.symbol}</i>: {escape(gate.arithmetic.split(" = ")[0])}</td>'
            f"<td>{gate.count:,}</td></tr>"
            for gate in layer.gates
        ]
        rows += [
            f'<tr class="rc-tensor"><td><code>{escape(" ".join((tensor.direction, tensor.name)).strip())}</code>'
            f'<span class="rc-shape">({", ".join(f"{size:,}" for size in tensor.shape)})</span></td>'
            f"<td>{tensor.count:,}</td></tr>"
            for tensor in layer.tensors
        ]
    totals = (
        ("total before Dense", count.before_dense),
        ("total without the embedding", count.without_embedding),
        ("total", count.total),
    )
    rows += [
        f'<tr class="rc-{"total" if label == "total" else "gate"}"><td>{label}</td><td>{number:,}</td></tr>'
        for label, number in totals
    ]
    first = count.recurrent_layers[0]
    return (
        f'<section class="rc-card" style="--rc-color: {look.color}">'
        f"<h4><span>{escape(name)}</span><span>{count.total:,} parameters</span></h4>"
        f'<p class="rc-arithmetic">{escape(first.arithmetic)}</p>'
        f'<p class="rc-symbols">{escape(first.kind)}: {escape(formula(experiment.cell))}</p>'
        f"<details><summary>By layer and weight tensor</summary><table>{''.join(rows)}</table></details></section>"
    )
