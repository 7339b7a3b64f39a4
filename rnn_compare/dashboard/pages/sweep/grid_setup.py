"""The set-up of a sweep in the sidebar: its grid. All of it stands in the page's address, and is the sweep."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnn_compare.cells.registry import CELLS
from rnn_compare.comparison.groups import JUDGED_BY
from rnn_compare.comparison.sweeps import grid
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, bounds, choices
from rnn_compare.experiment_sets import MAX_SEEDS
from rnn_compare.presets import BOOK
from rnn_compare.sources.registry import names, source

UNITS = ("4", "8", "16", "32", "64", "128")
MAXLENS = ("20", "50", "100", "200", "500")
SEEDS = 3
NO_OTHER = "none"
OFFERED = {
    "embedding_size": ("8", "16", "32", "64"),
    "vocabulary_size": ("1000", "5000", "10000", "20000"),
    "layers": ("1", "2", "3"),
    "dropout": ("0.0", "0.2", "0.5"),
    "recurrent_dropout": ("0.0", "0.2", "0.5"),
    "learning_rate": ("0.0005", "0.001", "0.002", "0.005"),
    "batch_size": ("32", "64", "128", "256"),
    "epochs": ("5", "10", "20"),
    "patience": ("0", "2", "3"),
}
"""Values of an axis that are offered; any others can be typed."""
YES_OR_NO = {"yes": True, "no": False}
STEPS = {"vocabulary_size": 1000, "dropout": 0.1, "recurrent_dropout": 0.1, "learning_rate": 0.0005}
STEPS |= {"validation_split": 0.05, "test_split": 0.05, "reviews": 1000}
AXES = ("cell", "units", "maxlen")
OTHERS = tuple(name for name in Experiment.model_fields if name not in (*AXES, "seed", "stock_layers", *JUDGED_BY))
"""Settings that may be one more axis: those that leave the reviews that judge as they are."""
_BIND: dict[str, Any] = {"bind": "query-params"}


@dataclass(frozen=True)
class Grid:
    """What the sidebar says.

    Attributes:
        experiments: The trainings of the sweep; none if ``problem`` says why there are none.
        shared: The settings that are no axis of it, as far as they are not as usual.
        seeds: Each setting is trained with these.
        problem: A sentence, or None.
    """

    experiments: tuple[Experiment, ...]
    shared: dict[str, Any]
    seeds: tuple[int, ...]
    problem: str | None


def setup() -> Grid:
    """Draws the set-up and returns what it says."""
    st.pills("Cell type", CELLS, selection_mode="multi", default=list(BOOK.cells), key=key("cell"), **_BIND)
    _values("Units", "units", UNITS, ["16", "32"])
    _values("maxlen", "maxlen", MAXLENS, ["100", "500"])
    st.slider(
        "Seeds", 1, MAX_SEEDS, SEEDS, key=key("seeds"), help="How many seeds each setting is trained with.", **_BIND
    )
    other = _other()
    with st.expander("Shared settings"):
        for name in Experiment.model_fields:
            if name not in (*AXES, other):
                _shared(name)
    return _read(other)


def key(name: str) -> str:
    """Returns the name of a setting in the page's address: Compare has a widget for most of them too."""
    return f"grid_{name}"


def _values(label: str, name: str, offered: tuple[str, ...], usual: list[str]) -> None:
    given = st.session_state.get(key(name), st.query_params.get_all(key(name)))
    st.multiselect(
        label,
        list(dict.fromkeys([*offered, *given])),
        default=usual,
        key=key(name),
        accept_new_options=True,
        help=f"{_help(name)} Type any other value.",
        **_BIND,
    )


def _other() -> str | None:
    def forget_values() -> None:
        st.session_state.pop(key("values"), None)

    chosen = st.selectbox(
        "One more setting",
        [NO_OTHER, *OTHERS],
        key=key("axis"),
        format_func=lambda name: name.replace("_", " "),
        on_change=forget_values,
        **_BIND,
    )
    if chosen == NO_OTHER:
        return None
    offered = OFFERED.get(chosen) or choices(chosen) or (tuple(YES_OR_NO) if _is_switch(chosen) else ())
    given = st.session_state.get(key("values"), st.query_params.get_all(key("values")))
    st.multiselect(
        f"Values of {chosen.replace('_', ' ')}",
        list(dict.fromkeys([*offered, *given])),
        default=list(offered[:2]),
        key=key("values"),
        accept_new_options=True,
        help=_help(chosen),
        **_BIND,
    )
    return str(chosen)


def _shared(name: str) -> None:
    label, usual = name.replace("_", " ").capitalize(), Experiment.model_fields[name].default
    if _is_switch(name):
        st.toggle(label, usual, key=key(name), help=_help(name), **_BIND)
    elif options := choices(name):
        st.selectbox(label, options, options.index(usual), key=key(name), help=_help(name), **_BIND)
    else:
        kind = float if usual is None else type(usual)
        low, high = map(kind, bounds(name))
        if name == "reviews":  # what the chosen source holds, Experiment knows and says
            high = max(source(each).size for each in names())
        step = kind(STEPS.get(name, 1))
        format = "%.5f" if name == "learning_rate" else None
        st.number_input(
            label,
            low,
            high,
            usual,
            step,
            format,
            key=key(name),
            placeholder="Keras' own",
            help=_help(name),
            **_BIND,
        )


def _read(other: str | None) -> Grid:
    state = st.session_state
    first = state[key("seed")]
    # What is left as it is stays out: for some settings the source says what is usual.
    shared = {
        name: state[key(name)]
        for name, field in Experiment.model_fields.items()
        if name not in (*AXES, "seed", other) and state[key(name)] != field.default
    }
    seeds = tuple(range(first, first + state[key("seeds")]))
    axes = {name: list(state[key(name)] or []) for name in AXES} | {"seed": list(seeds)}
    if other is not None:
        axes[other] = [YES_OR_NO.get(value, value) for value in state[key("values")] or []]
    try:
        return Grid(tuple(grid(shared | axes)), shared, seeds, None)
    except UserError as error:
        return Grid((), shared, seeds, str(error))


def _is_switch(name: str) -> bool:
    return Experiment.model_fields[name].annotation is bool


def _help(name: str) -> str:
    return Experiment.model_fields[name].description or ""
