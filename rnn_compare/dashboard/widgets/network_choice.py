"""The choice of trained networks and of their best or last weights."""

from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any, TypeVar

import streamlit as st

from rnn_compare.charts.loaded_network import LoadedNetwork, with_weights
from rnn_compare.comparison.groups import groups, named
from rnn_compare.dashboard import components
from rnn_compare.dashboard.components import wait_for
from rnn_compare.dashboard.widgets import url_state
from rnn_compare.dashboard.widgets.pinned_runs import (
    has_chosen,
    note_choice,
    pinned,
    restore,
    show_hidden_notice,
    shown,
)
from rnn_compare.dashboard.widgets.url_state import set_value
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.explain import worker_tasks
from rnn_compare.formatting import as_markdown, listed
from rnn_compare.paths import Which, weights_file
from rnn_compare.runs.record import Run
from rnn_compare.services.services import Services

WEIGHTS: dict[str, Which] = {"best epoch": "best", "last epoch": "last"}
USUAL = "best epoch"
_FOLLOWED = "networks of"
"""The names in the address for which the networks on the page were taken."""
_SELECTION = "ask"
"""Parameter of the address: the chosen networks, if they differ from those on the charts."""
Result = TypeVar("Result")


def askable(services: Services) -> list[Run]:
    """Returns the runs that have weights; the page says if there are none."""
    runs = [run for run in services.runs() if run.has_weights]
    show_hidden_notice(services, is_empty=not runs)
    if not runs and not services.snapshot().hidden:
        st.info("No network has finished an epoch yet. Train one on Compare.", icon=":material/hourglass_empty:")
    return runs


def choose(runs: Sequence[Run]) -> tuple[list[Run], Which]:
    """Draws the choice of networks and weights in the sidebar, and returns it."""
    by_id = {run.id: run for run in runs}
    restore()
    # Until somebody chooses, the page follows the charts, with the first of several seeds.
    if not has_chosen() and (ids := [run for run in st.query_params.get(_SELECTION, "").split(",") if run in by_id]):
        st.session_state["networks"] = ids[:MAX_COMPARED]
        note_choice()
    charted = [group.runs[0].id for group in groups(shown(runs))]
    remaining = [run for run in st.session_state.get("networks", []) if run in by_id]
    # What is on the page stays when others are trained, until the address names others.
    stays = has_chosen() or (remaining and st.session_state.get(_FOLLOWED) == pinned())
    set_value("networks", remaining if stays else charted)
    st.session_state[_FOLLOWED] = pinned()
    offered = _offered(runs, {*charted, *st.session_state["networks"]})
    url_state.restore("weights", WEIGHTS)
    with st.sidebar:
        selection = st.multiselect(
            "Networks",
            list(offered),
            key="networks",
            max_selections=MAX_COMPARED,
            format_func=offered.__getitem__,
            placeholder="Choose at least one",
            on_change=note_choice,
            persist_state="session",
        )
        _offer_newer([by_id[run] for run in charted], [by_id[run] for run in selection])
        imported = [by_id[run] for run in selection if by_id[run].is_from_elsewhere]
        lacking = [run.title for run in imported if not weights_file(run.id, "last").exists()]
        if lacking:
            set_value("weights", USUAL)
        which = st.segmented_control(
            "Epoch",
            list(WEIGHTS),
            format_func=WEIGHTS.__getitem__,
            default=USUAL,
            required=True,
            key="weights",
            disabled=bool(lacking),
            help="The weights' epoch. Best: highest validation accuracy; if equal, lowest validation loss."
            + (f" Only that was recorded for {as_markdown(listed(lacking))}." if lacking else ""),
        )
    url_state.save(_SELECTION, ",".join(selection) if has_chosen() else "")
    url_state.save("weights", which or USUAL, USUAL)
    return [by_id[run] for run in selection], WEIGHTS[which or USUAL]


def _offered(runs: Sequence[Run], used: Collection[str]) -> dict[str, str]:
    """Returns the names of the networks to choose from, the newest first, by the id of the run that is read.

    Each network is there once, with the first of the seeds that were trained together last; runs that are ``used``,
    such as those of a link, are there too.
    """
    newest: dict[tuple[str, str], list[Run]] = {}
    for run in reversed(runs):
        seeds = newest.setdefault((run.experiment.setting, run.name), [])
        if not seeds or run.comparison == seeds[0].comparison:
            seeds.append(run)
    networks = [sorted(seeds, key=lambda run: run.experiment.seed) for seeds in newest.values()]
    networks += [[run] for run in reversed(runs) if run.id in used and all(run is not seeds[0] for seeds in networks)]
    names: dict[str, str] = {}
    for group in named(networks, brief=True):
        count = f", {len(group.runs)} seeds" if len(group.runs) > 1 else ""
        names[group.runs[0].id] = f"{group.name}{count}"
    return names


def _offer_newer(charted: Sequence[Run], selection: Sequence[Run]) -> None:
    """Draws a button that takes the networks on the charts, if a training made them later than the chosen ones."""

    def take() -> None:
        st.session_state["networks"] = [run.id for run in charted]

    trained = [run.position for run in charted if not run.is_from_elsewhere]  # a recording is no news
    if selection and trained and max(trained) > max(run.position for run in selection):
        label = f"Newer: {listed([as_markdown(run.title) for run in charted])}"
        st.button(label, on_click=take, icon=":material/update:", width="stretch", key="newer")


def loaded(runs: Sequence[Run], which: Which) -> list[LoadedNetwork]:
    """Returns the networks with their weights; the page shows why one has none."""
    networks, problems = with_weights(runs, which)
    for problem in problems:
        st.error(problem)
    return networks


def card(network: LoadedNetwork, body: str) -> str:
    """Returns a run's card: its title in its colour, and HTML."""
    return components.card(network.title, network.look, body)


def problem_card(network: LoadedNetwork, problem: str) -> str:
    """Returns the card of a run with a problem."""
    return card(network, f'<p class="rc-problem">{escape(problem)}</p>')


def result_of(
    services: Services, network: LoadedNetwork, task: Callable[..., Result], is_quick: bool = False
) -> Result | None:
    """Returns a task's answer; None while a worker works, with its progress on the page. Raises ``UserError``.

    A task that ``is_quick`` takes no worker.
    """
    key = network.run.id, network.state
    result: Result | None = _computed(network, task, task.__name__, *key) if is_quick else worker_tasks.kept(task, *key)
    if result is None:
        analysis = services.engine.analyse(worker_tasks.answer, task, *network.key)
        if analysis.problem:
            raise UserError(analysis.problem)
        if analysis.result is None:
            wait_for(f"Measuring {network.title}", analysis)
        result = analysis.result
    return result


@st.cache_data(max_entries=128, show_spinner=False)
def _computed(_network: LoadedNetwork, _task: worker_tasks.Task, *key: str) -> Any:  # noqa: ARG001  # of the cache
    return _task(_network.run.experiment, _network.weights, tell=lambda *_: None)


def results(
    networks: Sequence[LoadedNetwork], result: Callable[[LoadedNetwork], Result | None]
) -> list[tuple[LoadedNetwork, Result]]:
    """Returns the networks that have a result, with it; the page shows each ``UserError`` once, after their titles."""
    having: list[tuple[LoadedNetwork, Result]] = []
    problems: dict[str, list[str]] = {}
    for network in networks:
        try:
            if made := result(network):
                having.append((network, made))
        except UserError as error:
            problems.setdefault(str(error), []).append(network.title)
    for sentence, titles in problems.items():
        st.markdown(f"**{as_markdown(listed(titles))}.** {as_markdown(sentence)}")
    return having
