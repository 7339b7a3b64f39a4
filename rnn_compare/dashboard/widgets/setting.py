"""Widgets of an experiment's settings, drawn from their declarations."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import streamlit as st

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.feedforward.registry import TITLES
from rnn_compare.settings import SETTINGS, bounds, choices, default, description, grouped, is_switch, no_effect
from rnn_compare.sources import registry

IN_FRONT = tuple(name for name in CELLS if cell(name).in_keras)
OTHERS = {name: name for name in CELLS if name not in IN_FRONT} | TITLES
"""Titles by name of rarer cells and of networks without recurrence."""


def widget(
    name: str, key: str, usual: Any = None, low: float | None = None, high: float | None = None, **options: Any
) -> Any:
    """Draws the widget of a setting: a switch, a choice or a number input; returns its value.

    Args:
        usual: The initial value; by default that of the setting.
        low, high: Bounds of a number; by default those of the setting.
    """
    setting = SETTINGS[name]
    usual = default(name) if usual is None else usual
    options = {"key": key, "help": description(name)} | options
    if is_switch(name):
        return st.toggle(setting.label, usual, width="stretch", **options)  # its help mark appears anywhere in the row
    if names := choices(name):
        return st.selectbox(setting.label, names, names.index(usual), **options)
    number = float if usual is None else type(usual)
    lowest, highest = bounds(name)
    low, high = number(lowest if low is None else low), number(highest if high is None else high)
    return st.number_input(
        setting.label, low, high, usual, number(setting.step), setting.format, placeholder=setting.none, **options
    )


def networks(cells: Sequence[str], **options: Any) -> None:
    """Draws the choice of Keras' cells, and one of the other networks."""
    st.pills("Cell type", IN_FRONT, selection_mode="multi", default=list(cells), key="cell", **options)
    st.multiselect(  # in one line, so that Train is seen at 1280×720
        "Other cells, or no recurrence",
        OTHERS,
        format_func=OTHERS.__getitem__,
        key="others",
        label_visibility="collapsed",
        placeholder="Other cells, or no recurrence",
        **options,
    )


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


def source(key: str, **options: Any) -> None:
    """Draws the choice of a source, the default one instead of one that is gone."""
    names, current = registry.names(), st.session_state.get(key)
    if current is not None and current not in names:
        if registry.is_known(current):  # an earlier version of a file that was read again
            names = (*names, current)
        else:
            st.session_state[key] = registry.DEFAULT.name
    title = SETTINGS["source"].label
    st.selectbox(title, names, format_func=lambda name: registry.source(name).title, key=key, **options)


def several(label: str, key: str, offered: Iterable[object], **options: Any) -> None:
    """Draws the choice of several values, offered, typed or from the link."""
    current = st.session_state.get(key, st.query_params.get_all(key))
    values = list(dict.fromkeys([*map(str, offered), *current]))
    st.multiselect(label, values, key=key, accept_new_options=True, bind="query-params", **options)


def by_group(names: Iterable[str], draw: Callable[[str], None]) -> None:
    """Draws settings below the headings of their groups."""
    for heading, members in grouped(names):
        st.markdown(f"**{heading}**")
        for name in members:
            draw(name)
