"""Parameter counts of several networks: drawn, by weight tensor, and as Keras' own summary."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import Look, looks
from rnn_compare.dashboard import theme
from rnn_compare.dashboard.pages.compare import parameter_drawing
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.networks.parameters import Parameters, parameters

SUMMARY_PIXELS = 740


def show(experiments: Sequence[Experiment]) -> None:
    """Draws where the parameters of the chosen networks are; below, to be opened, are tables of every weight tensor."""
    chosen = _different(experiments)
    drawn = looks(experiment.cell for experiment in chosen)
    named = list(zip(labels(chosen), drawn, chosen, strict=True))
    scale = parameter_drawing.pixels(chosen)
    cards = "".join(parameter_drawing.drawing(name, look, experiment, scale) for name, look, experiment in named)
    tables = "".join(_table(name, look, parameters(experiment)) for name, look, experiment in named)
    st.html(
        '<div class="rc-parameters"><header><h3>Where the parameters are</h3>'
        f"{parameter_drawing.LEGEND}</header>{cards}"
        f'<details><summary>Every weight tensor and its shape</summary><div class="rc-tables">{tables}</div></details>'
        "</div>"
    )


def show_summaries(experiments: Sequence[Experiment], summary: Callable[[Experiment], str]) -> None:
    """Shows Keras' own ``model.summary()`` of each chosen network, if the visitor wants to see it.

    Args:
        experiments: The chosen networks.
        summary: Has a worker build a network and returns its summary.
    """
    if not st.toggle("Keras' own model.summary()", key="summaries", help="A worker builds the networks to make it."):
        return
    chosen = _different(experiments)
    with st.container(horizontal=True):
        for experiment, name in zip(chosen, labels(chosen), strict=True):
            # As wide as Keras' lines: what is cut off there is the count.
            with st.container(width=SUMMARY_PIXELS), st.spinner("Keras builds the network …"):
                st.markdown(f"**{name}**")
                st.code(summary(experiment), language=None)


def _different(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Returns each network once: with another seed it has other weights, but as many."""
    return list(dict.fromkeys(experiment.model_copy(update={"seed": 0}) for experiment in experiments))


def _table(name: str, look: Look, count: Parameters) -> str:
    rows = []
    for layer in count.layers:
        rows.append(f'<tr class="rc-layer"><td>{escape(layer.kind)}</td><td>{layer.count:,}</td></tr>')
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
        f'<tr class="rc-{"total" if label == "total" else "tensor"}"><td>{label}</td><td>{number:,}</td></tr>'
        for label, number in totals
    ]
    return theme.card(name, look, f"<table>{''.join(rows)}</table>")
