"""The sidebar of *Compare*: the networks to train. All settings stand in the page's URL."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnn_compare.dashboard.widgets import setting, setting_link
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_SEEDS, comparison, several
from rnn_compare.feedforward.registry import network
from rnn_compare.glossary import TERMS
from rnn_compare.networks.parameters import parameters
from rnn_compare.presets import BOOK, PRESETS, Preset, presets_of
from rnn_compare.settings import HEADINGS, SETTINGS, default, grouped
from rnn_compare.sources.registry import source

OWN = "Own settings"
_PRESETS = "presets"
EQUAL_HELP = (
    "Only the network with the most parameters has these units; each other one has as many as bring it closest to that "
    "number. Embedding and Dense do not count."
)
SEEDS_HELP = f"{TERMS['seed']} One tells little: accuracy varies from seed to seed."
MORE = tuple(name for name, declared in SETTINGS.items() if declared.group != "main")
SEVERAL = ("units", "maxlen")
"""Settings with a second widget, for further values."""
DEFAULTS: dict[str, Any] = {
    **{name: default(name) for name in SETTINGS},
    **{f"more_{name}": [] for name in SEVERAL},
    **setting.by_widget(BOOK.cells),
    **{"equal_parameters": False, "seeds": 1},
}
_BIND: dict[str, Any] = {"bind": "query-params"}


@dataclass(frozen=True)
class Setup:
    """The networks to compare; none if ``problem`` says why."""

    experiments: tuple[Experiment, ...]
    problem: str | None


def setup(charted: Sequence[Experiment] = ()) -> Setup:
    """Draws the set-up and returns it.

    Without settings in the address, it starts with the preset of the experiments in ``charted``, or with theirs.
    """
    setting_link.show_problems()
    if not any(name in st.session_state or name in st.query_params for name in DEFAULTS):
        presets = presets_of(charted)
        st.session_state.update(_values(presets[0]) if presets else values_of(charted))
    above = st.container(key="preset_place").columns(1)[0]  # columns: an empty container takes no room
    setting.cells(DEFAULTS["cell"], **_BIND)
    for name in SEVERAL:
        setting.draw(name, slider=True, **_BIND)
    epochs, seeds = st.columns(2)  # in one line, so that Train is seen at 1280×720
    with epochs:
        setting.draw("epochs", slider=True, **_BIND)
    with seeds:
        st.slider("Seeds", 1, MAX_SEEDS, DEFAULTS["seeds"], key="seeds", help=SEEDS_HELP, **_BIND)
    with (more := st.expander("More settings", key="more_settings", on_change="rerun")):
        if more.open or _is_set(*MORE, "others", "more_units", "more_maxlen", "equal_parameters"):
            _more()
    with above:  # after the widgets below, which take their values from the address
        _preset()
    return _read()


def _preset() -> None:
    names = [preset.name for preset in PRESETS]
    current = next((preset.name for preset in PRESETS if _values(preset) == _current()), OWN)
    st.session_state["preset"] = current
    captions = {preset.name: preset.question for preset in PRESETS} | {OWN: "They are saved in the link."}
    st.markdown("Preset")
    with st.popover(current, width="stretch", key=_PRESETS, on_change="rerun"):
        options = [*names, OWN] if current == OWN else names
        st.radio(
            "Preset",
            options,
            key="preset",
            on_change=_apply_preset,
            captions=[captions[name] for name in options],
            label_visibility="collapsed",
        )


def _apply_preset() -> None:
    if not st.session_state[_PRESETS]:
        return  # nobody chose: a browser sends the last choice again if settings have been changed since
    st.session_state[_PRESETS] = False  # the open list would cover the settings
    for preset in PRESETS:
        if preset.name == st.session_state.get("preset"):
            values = _values(preset)
            for name, value in values.items():
                if name not in st.session_state and value != DEFAULTS[name]:
                    st.query_params[name] = value  # Streamlit does so only for a widget that was drawn before
            st.session_state.update(values)


def _values(preset: Preset) -> dict[str, Any]:
    return _of_widgets({"cell": preset.cells} | preset.settings)


def _of_widgets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the widgets' values for the settings of a comparison."""
    values = {**DEFAULTS, **settings, **setting.by_widget(settings["cell"])}
    for name in SEVERAL:
        values[name], *more = several(values[name])
        values[f"more_{name}"] = [str(size) for size in more]
    return values


def values_of(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Returns the widgets' values for a set of experiments; none if the widgets cannot express it."""
    if not experiments:
        return {}
    settings = experiments[0].model_dump()
    for name in ("cell", "maxlen"):
        settings[name] = list(dict.fromkeys(getattr(experiment, name) for experiment in experiments))
    seeds = {experiment.seed for experiment in experiments}
    settings |= {"seed": min(seeds), "seeds": len(seeds)}
    largest = max(experiments, key=lambda experiment: parameters(experiment).recurrent).cell
    for equal in (False, True):
        counting = (entry for entry in experiments if entry.cell == largest or not equal)
        settings |= {"equal_parameters": equal, "units": list(dict.fromkeys(entry.units for entry in counting))}
        with contextlib.suppress(UserError):
            if set(comparison(**settings)) == set(experiments):
                return _of_widgets(settings)
    return {}


def _current() -> dict[str, Any]:
    return {name: st.session_state.get(name, default) for name, default in DEFAULTS.items()}


def _is_set(*names: str) -> bool:
    """Returns True if any of these settings differs from its default.

    Otherwise the widgets in a fold are drawn only when it is opened: the two dozen of More settings are a sixth of a
    browser's time to load the page.
    """
    return any(
        name in st.query_params or st.session_state.get(name, DEFAULTS[name]) != DEFAULTS[name] for name in names
    )


def _more() -> None:
    st.markdown("**Also compare**")
    setting.other_networks(**_BIND)
    for name, label in (("units", "Other units"), ("maxlen", "Other maxlen")):
        offered = SETTINGS[name].stops
        setting.several(label, f"more_{name}", offered, placeholder="none", help="One more network for each cell type.")
    st.toggle("Equal parameters", key="equal_parameters", help=EQUAL_HELP, width="stretch", **_BIND)
    chosen = _chosen(_current())
    for group, members in grouped(MORE).items():
        if group == "expert":
            with (expert := st.expander(HEADINGS[group], key=group, on_change="rerun")):
                if expert.open or _is_set(*members):
                    _draw(members, chosen)
        else:
            st.markdown(f"**{HEADINGS[group]}**")
            _draw(members, chosen)


def _draw(names: Sequence[str], chosen: Sequence[str]) -> None:
    for name in sorted(names, key="source".__ne__):  # it bounds the reviews
        setting.draw(name, "", chosen, **_BIND)
        if name == "source" and (about := source(st.session_state["source"]).about):
            st.caption(about)


def _read() -> Setup:
    state = _current()
    settings = {name: state[name] for name in (*SETTINGS, "seeds", "equal_parameters")}
    settings |= {name: [state[name], *state[f"more_{name}"]] for name in SEVERAL}
    try:
        return Setup(tuple(comparison(**settings | {"cell": _chosen(state)})), None)
    except UserError as error:
        return Setup((), str(error))


def _chosen(state: Mapping[str, Any]) -> list[str]:
    return [*(state["cell"] or []), *(state["others"] or [])]


def offer_least_maxlen() -> None:
    """Draws a button that sets maxlen to the least that the chosen networks need, if it is less."""
    least = max((network(name).shortest for name in _chosen(_current())), default=1)
    if st.session_state["maxlen"] < least:
        st.button(f"Set maxlen to {least}", on_click=st.session_state.update, args=({"maxlen": least},))
