"""Parameter counts of several networks: drawn, by weight tensor, and as Keras' own summary.

In a drawing each layer's box stands below its share of all parameters. In a recurrent layer's box are the matrices of
each gate, with sides to scale, so that their areas are their numbers of parameters.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from rnn_compare.charts.palette import look
from rnn_compare.charts.parameter_drawing import drawings, legend
from rnn_compare.comparison.groups import labelled
from rnn_compare.dashboard import components
from rnn_compare.experiment import Experiment
from rnn_compare.glossary import explained
from rnn_compare.networks.parameters import Parameters, parameters

SUMMARY_PIXELS = 740


def show(experiments: Sequence[Experiment], charted: int) -> None:
    """Draws the parameters of networks and tables of every weight tensor; the first ``charted`` are on the charts."""
    different, on_charts = _different(experiments), len(_different(experiments[:charted]))
    networks = labelled(different)
    cards = [
        components.card(network.name, look(network), parameters(network.experiment).table.html("rc-terms"), "h3")
        for network in networks
    ]
    st.html(
        f'<div class="rc-parameters"><header><h2>Where the {explained("parameter", "parameters")} are</h2>'
        f"{legend(different)}</header>{drawings(networks, on_charts, 'h3')}"
        f'<details><summary>Weight tensors and shapes</summary><div class="rc-tables">{"".join(cards)}</div></details>'
        "</div>"
    )


def show_summaries(experiments: Sequence[Experiment], summary: Callable[[Experiment], str]) -> None:
    """Draws a switch that shows Keras' own ``model.summary()`` of each network."""
    if not st.toggle(
        "Keras' own model.summary()", key="summaries", help="Takes a few seconds: the model is built first."
    ):
        return
    with st.container(horizontal=True):
        for network in labelled(_different(experiments)):
            # As wide as Keras' lines, which end with the counts.
            with st.container(width=SUMMARY_PIXELS), st.spinner("Building the model …"):
                st.markdown(f"**{network.name}**")
                st.code(summary(network.experiment), language=None)


def _different(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Returns each network once: seeds and maxlen, for example, change no number of parameters."""
    networks: dict[tuple[str, Parameters], Experiment] = {}
    for experiment in experiments:
        networks.setdefault((experiment.label, parameters(experiment)), experiment)
    return list(networks.values())
