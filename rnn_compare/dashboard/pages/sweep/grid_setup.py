"""The grid of a sweep, set up in the sidebar. All of it stands in the page's address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnn_compare.comparison.groups import JUDGED_BY
from rnn_compare.comparison.sweeps import MAX_RUNS, Sweep, grid, survey
from rnn_compare.dashboard.widgets import setting
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_SEEDS
from rnn_compare.presets import BOOK, SHORT
from rnn_compare.runs.events import Status
from rnn_compare.server import visitor
from rnn_compare.server.services import Services
from rnn_compare.settings import SETTINGS, choices, default, description, is_switch
from rnn_compare.sources.registry import is_known, names, source
from rnn_compare.training.dispatcher import AFTER_ALL_OTHERS

UNITS = ("4", "8", "16", "32", "64", "128")
MAXLENS = ("20", "50", "100", "200", "500")
SEEDS = 3
NO_OTHER = "none"
YES_OR_NO = {"yes": True, "no": False}
AXES = ("cell", "units", "maxlen")
OTHERS = tuple(name for name in SETTINGS if name not in (*AXES, "seed", "stock_layers", *JUDGED_BY))
"""Settings that may be one more axis: those that do not change the reviews for validation and test."""
_BIND: dict[str, Any] = {"bind": "query-params"}


@dataclass(frozen=True)
class Grid:
    """The experiments of the sweep, none if there is a ``problem``; ``shared`` are other settings than the defaults."""

    experiments: tuple[Experiment, ...]
    shared: dict[str, Any]
    seeds: tuple[int, ...]
    problem: str | None


def setup() -> Grid:
    """Draws the set-up and returns its grid."""
    setting.networks(key("cell"), key("others"), BOOK.cells, **_BIND)
    for name, offered, usual in (("units", UNITS, ["32"]), ("maxlen", MAXLENS, ["20", "100"])):
        hint = f"{description(name)} Or type a value."
        setting.several(SETTINGS[name].label, key(name), offered, default=usual, help=hint)
    st.slider("Seeds", 1, MAX_SEEDS, SEEDS, key=key("seeds"), help="Seeds per setting.", **_BIND)
    other = _other()
    with st.expander("Shared settings"):
        setting.by_group((name for name in SETTINGS if name not in (*AXES, other)), _shared)
    return _read(other)


def swept(services: Services, experiments: Sequence[Experiment]) -> Sweep:
    """Returns the present state of a sweep, computed once per snapshot of the record for all viewers."""
    return services.snapshot().cached(("sweep", *experiments), lambda snapshot: survey(experiments, snapshot.runs))


def train(services: Services, sweep: Sweep, **place: Any) -> None:
    """Continues the interrupted runs of a sweep and submits the missing ones, at this place in the queue.

    Raises:
        UserError: If this visitor may not train, or too many runs of sweeps wait already.
    """
    visitor.require_presenter()
    waiting = sum(run.priority == AFTER_ALL_OTHERS and run.status is Status.QUEUED for run in services.runs())
    if place.get("priority") == AFTER_ALL_OTHERS and waiting + len(sweep.to_train) > MAX_RUNS:
        raise UserError(
            f"{waiting} sweep runs are waiting; {len(sweep.to_train)} more would exceed {MAX_RUNS}. Wait for some to "
            "finish, or stop them."
        )
    for run in sweep.broken_off:
        services.engine.continue_run(run.id, **place)
    if sweep.missing:
        services.engine.submit(sweep.missing, **place)
    services.refresh()


def key(name: str) -> str:
    """Returns the key of a setting's widget, which differs from Compare's."""
    return f"grid_{name}"


def _other() -> str | None:
    def forget_values() -> None:
        st.session_state.pop(key("values"), None)

    name = st.selectbox(
        "One more setting",
        [NO_OTHER, *OTHERS],
        key=key("axis"),
        format_func=lambda name: name.replace("_", " "),  # not the label, which would be in links
        on_change=forget_values,
        **_BIND,
    )
    if name == NO_OTHER:
        return None
    offered = SETTINGS[name].offered or choices(name) or (tuple(YES_OR_NO) if is_switch(name) else ())
    label, usual = f"Values of {SETTINGS[name].label.lower()}", list(offered[:2])
    setting.several(label, key("values"), offered, default=usual, help=description(name))
    return str(name)


def _shared(name: str) -> None:
    # Experiment checks the number of reviews of the chosen source.
    high = max(source(source_name).size for source_name in names()) if name == "reviews" else None
    chosen = [*(st.session_state[key("cell")] or []), *(st.session_state[key("others")] or [])]
    applies = setting.applicability(name, chosen)
    setting.widget(name, key(name), SHORT.shared.get(name), high=high, **_BIND, **applies)


def _read(other: str | None) -> Grid:
    state = st.session_state
    first = state[key("seed")]
    # Defaults are left out: the source decides some of them.
    shared = {
        name: state[key(name)]
        for name in SETTINGS
        if name not in (*AXES, "seed", other) and state[key(name)] != default(name)
    }
    if is_known(origin := state[key("source")]) and "reviews" in shared:  # the default is for the default source
        shared["reviews"] = min(shared["reviews"], source(origin).size)
    seeds = tuple(range(first, first + state[key("seeds")]))
    axes = {name: list(state[key(name)] or []) for name in AXES} | {"seed": list(seeds)}
    axes["cell"] += state[key("others")] or []
    if other is not None:
        axes[other] = [YES_OR_NO.get(value, value) for value in state[key("values")] or []]
    try:
        return Grid(tuple(grid(shared | axes)), shared, seeds, None)
    except UserError as error:
        return Grid((), shared, seeds, str(error))
