"""Parameter counts of several networks, side by side and term by term."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import Look, looks
from rnn_compare.charts.parameter_bars import parameter_bars
from rnn_compare.dashboard.components import figure
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
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
        st.markdown("**Where the parameters are**", width="content")
        with_embedding = st.toggle(
            "With the embedding", key="with_embedding", help="The table of word vectors dwarfs all that learns to read."
        )
    figure.show(parameter_bars(names, drawn, counts, with_embedding), "parameter_bars", 70 + 52 * len(chosen))


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
