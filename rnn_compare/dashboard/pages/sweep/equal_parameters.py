"""Equal parameters: the other cells with as many recurrent parameters as a chosen network."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from rnn_compare.charts.palette import picture
from rnn_compare.comparison.sweeps import Sweep, match_parameters, survey
from rnn_compare.dashboard.pages.sweep import grid_setup, pictures
from rnn_compare.dashboard.pages.sweep.grid_setup import Grid, swept
from rnn_compare.dashboard.widgets import actions, setting, url_state
from rnn_compare.dashboard.widgets.pinned_runs import PARAMETER
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.feedforward.registry import NETWORKS, network
from rnn_compare.formatting import counted, rough_duration
from rnn_compare.networks.parameters import Parameters, parameters
from rnn_compare.presets import BOOK
from rnn_compare.server import visitor
from rnn_compare.server.services import Services
from rnn_compare.server.snapshot import link


def show(services: Services, grid: Grid) -> None:
    """Draws the choice of a network and the others that match it; ``grid`` has the shared settings and the seeds."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        usual = list(NETWORKS).index(BOOK.cells[-1])
        cell = st.selectbox("Network", NETWORKS, usual, key="equal_cell", bind="query-params", width=180)
        units, maxlen = (
            setting.widget(name, f"equal_{name}", bind="query-params", width=130) for name in ("units", "maxlen")
        )
    try:
        reference = experiment_from(
            grid.shared | {"cell": cell, "units": units, "maxlen": maxlen, "seed": grid.seeds[0]}
        )
    except UserError as error:
        st.error(str(error))
        return
    cells = [cell, *(name for name in NETWORKS if name != cell and network(name).shortest <= reference.maxlen)]
    networks = match_parameters(reference, cells)
    st.html(parameter_table(networks))
    experiments = [network.model_copy(update={"seed": seed}) for network in networks for seed in grid.seeds]
    sweep = swept(services, experiments)
    _train(services, sweep)
    _achieved(services, sweep)


def parameter_table(networks: Sequence[Experiment]) -> str:
    """Returns the networks as an HTML table, their counts term by term; the first is the one that was chosen."""
    counts = [parameters(network) for network in networks]
    wanted = counts[0].recurrent
    rows = "".join(
        f"<tr style='--rc-color: {picture(network.cell).color}'><th>{escape(network.label)}</th>"
        f"<td>{escape(_arithmetic(count))}</td><td>{count.recurrent:,}</td>"
        f"<td>{_difference(count.recurrent - wanted, wanted)}</td></tr>"
        for network, count in zip(networks, counts, strict=True)
    )
    head = "".join(f"<th>{name}</th>" for name in ("Network", "Layers, term by term", "Parameters", "Difference"))
    return f"<table class='rc-equal'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _arithmetic(count: Parameters) -> str:
    return "; ".join(layer.arithmetic for layer in count.recurrent_layers if not layer.is_embedding)


def _difference(difference: int, wanted: int) -> str:
    if not difference:
        return "–"
    points = round(100 * difference / wanted, 1)
    return f"{difference:+,} ({points:{'+' if points else 'z'}.1f} %)".replace("-", "−")


def _train(services: Services, sweep: Sweep) -> None:
    locked = visitor.why_not()
    to_train = sweep.to_train
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Train {counted(len(to_train), 'run')} and compare" if to_train else "Compare"
        if st.button(label, type="primary", disabled=bool(to_train and locked), help=locked if to_train else None):
            with actions.reporting():
                if to_train:
                    grid_setup.train(services, sweep, **visitor.place_in_line())
                runs = services.runs()
                counts = survey(sweep.experiments, runs).runs.values()
                url_state.open_compare(**{PARAMETER: link(list(counts), runs)})
        if to_train:
            st.html(f"<p style='margin: 0'>{rough_duration(services.seconds(to_train))}</p>")


def _achieved(services: Services, sweep: Sweep) -> None:
    if len({run.experiment.setting for run in sweep.runs.values() if run.epochs}) < 2:
        return  # one point is no comparison
    measure = pictures.choose_measure("equal_measure", services, sweep)
    if points := pictures.measured(services, list(sweep.runs.values()), measure):
        pictures.show_cost(points, measure, "equal")
