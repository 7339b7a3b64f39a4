"""Widgets of an experiment's settings, drawn from their declarations."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.errors import UserError
from rnn_compare.experiment_sets import whole_number
from rnn_compare.feedforward.registry import TITLES
from rnn_compare.settings import SETTINGS, bounds, choices, default, description, is_switch, no_effect
from rnn_compare.sources import registry

IN_FRONT = tuple(name for name in CELLS if cell(name).in_keras)
OTHERS = {name: name for name in CELLS if name not in IN_FRONT} | TITLES
"""Titles by name of rarer cells and of networks without recurrence."""


def draw(name: str, form: str = "", chosen: Sequence[str] = (), *, slider: bool = False, **options: Any) -> None:
    """Draws the widget of a setting as it is declared: a switch, a choice or a number.

    Its value stands in the session's state. The source in the same form bounds the reviews, and decides the distance.

    Args:
        name: A field of ``Experiment``, except the network.
        form: The beginning of the keys of the form's widgets, which end with the settings' names.
        chosen: The networks in the form, to which the setting may not apply.
        slider: Whether a number is chosen by a slider.
        options: Other arguments of the widget.
    """
    label = SETTINGS[name].label
    options = {"key": form + name, "help": description(name)} | applicability(name, chosen) | options
    if name == "source":
        _source(form, options)
    elif is_switch(name):
        st.toggle(label, default(name), width="stretch", **options)  # its help mark appears anywhere in the row
    elif names := choices(name):
        st.selectbox(label, names, names.index(default(name)), **options)
    else:
        _number(name, form, slider, options)


def _number(name: str, form: str, slider: bool, options: dict[str, Any]) -> None:
    setting, state, key = SETTINGS[name], st.session_state, form + name
    of_form = state.get(f"{form}source", registry.DEFAULT.name)
    origin = registry.source(of_form) if registry.is_known(of_form) else registry.DEFAULT
    usual = {"reviews": origin.size, "distance": origin.distance}.get(name, default(name))
    if name == "distance" and not usual:  # only tasks have one
        state.pop(key, None)
        return
    kind = float if usual is None else type(usual)
    low, high = map(kind, bounds(name, origin.name))
    low = max(low, 1) if name == "distance" else low
    if (value := state.get(key)) is not None and not low <= value <= high:  # of a source that was chosen before
        state[key] = usual
    if not slider:
        options["placeholder"] = setting.none
        st.number_input(setting.label, low, high, usual, kind(setting.step), setting.format, **options)
    elif not setting.stops:
        st.slider(setting.label, low, high, usual, **options)
    else:
        stops = {*setting.stops}
        for value in (state.get(key, usual), st.query_params.get(key, usual)):
            with contextlib.suppress(UserError):  # the page says what is wrong with a link
                stops.add(whole_number(name, value, low, high))
        st.select_slider(setting.label, sorted(stops), usual, **options)


def cells(chosen: Sequence[str], **options: Any) -> None:
    """Draws the choice of Keras' cells."""
    st.pills("Cell type", IN_FRONT, selection_mode="multi", default=list(chosen), key="cell", **options)


def other_networks(**options: Any) -> None:
    """Draws the choice of the other networks."""
    label = "Other cells, or no recurrence"
    st.multiselect(label, OTHERS, format_func=OTHERS.__getitem__, key="others", placeholder="none", **options)


def by_widget(networks: Iterable[str]) -> dict[str, list[str]]:
    """Returns networks as the values of the two widgets, ``cell`` and ``others``."""
    names = list(networks)
    return {"cell": [name for name in names if name in IN_FRONT], "others": [name for name in names if name in OTHERS]}


def applicability(name: str, chosen: Sequence[str]) -> dict[str, Any]:
    """Returns a widget's arguments that grey a setting without effect on any chosen network, or name those networks."""
    if not (reasons := no_effect(name, chosen)):
        return {}
    disabled = all(no_effect(name, [choice]) for choice in chosen)
    return {"help": " ".join([description(name), *(f"It {reason}." for reason in reasons)]), "disabled": disabled}


def _source(form: str, options: dict[str, Any]) -> None:
    """Draws the choice of a source, the default one instead of one that is gone."""
    state, key = st.session_state, options["key"]
    names, current = registry.names(), state.get(key, registry.DEFAULT.name)
    if current not in names:
        if registry.is_known(current):  # an earlier version of a file that was read again
            names = (*names, current)
        else:
            state[key] = registry.DEFAULT.name

    def use_its_reviews() -> None:
        """Keeps the number of reviews if the new source has as many; all reviews stay all reviews."""
        if not registry.is_known(state[key]):
            return  # from a link: the page says what is wrong with it
        now = registry.source(state[key])
        reviews = state.get(f"{form}reviews", now.size)
        were_all = registry.is_known(current) and reviews == registry.source(current).size
        state[f"{form}reviews"] = now.size if were_all else min(reviews, now.size)
        state[f"{form}distance"] = now.distance

    title = SETTINGS["source"].label
    options |= {"format_func": lambda name: registry.source(name).title, "on_change": use_its_reviews}
    st.selectbox(title, names, **options)


def several(label: str, key: str, offered: Iterable[object], **options: Any) -> None:
    """Draws the choice of several values, offered, typed or from the link."""
    current = st.session_state.get(key, st.query_params.get_all(key))
    values = list(dict.fromkeys([*map(str, offered), *current]))
    st.multiselect(label, values, key=key, accept_new_options=True, bind="query-params", **options)
