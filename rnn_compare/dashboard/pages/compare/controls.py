"""The sidebar of *Compare*: the networks to train. All settings stand in the page's URL."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnn_compare.dashboard.pages.compare import setup_link
from rnn_compare.dashboard.widgets import setting
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_SEEDS, comparison
from rnn_compare.feedforward.registry import network
from rnn_compare.networks.parameters import parameters
from rnn_compare.presets import BOOK, PRESETS, Preset, presets_of
from rnn_compare.settings import SETTINGS, bounds, default, description
from rnn_compare.sources.registry import is_known, source

UNITS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512)
MAXLENS = (1, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 750, 1000)
OWN = "Own settings"
_PRESETS = "presets"
EQUAL_HELP = (
    "Only the network with the most parameters has these units; each other one has as many as bring it closest to that "
    "number. Embedding and Dense do not count."
)
SEEDS_HELP = "Each network is trained with this many seeds. One tells little: accuracy varies from seed to seed."
# Fields set by a widget of the same key; the other three take several values in a comparison.
SHARED = tuple(name for name in SETTINGS if name not in ("cell", "units", "maxlen"))
MORE = tuple(name for name in SHARED if SETTINGS[name].group != "main")
DEFAULTS: dict[str, Any] = {name: default(name) for name in SHARED} | {
    "cell": list(BOOK.cells),
    "others": [],
    "units": BOOK.units[0],
    "maxlen": BOOK.maxlens[0],
    "more_units": [],
    "more_maxlen": [],
    "equal_parameters": False,
    "seeds": 1,
}


@dataclass(frozen=True)
class Setup:
    """The networks to compare; none if ``problem`` says why."""

    experiments: tuple[Experiment, ...]
    problem: str | None


def setup(beside_train: DeltaGenerator, charted: Sequence[Experiment] = ()) -> Setup:
    """Draws the set-up, the number of seeds ``beside_train``, and returns it.

    Without settings in the address, it starts with the preset of the experiments in ``charted``, or with theirs.
    """
    setup_link.show_problems()
    if not any(name in st.session_state or name in st.query_params for name in DEFAULTS):
        presets = presets_of(charted)
        st.session_state.update(_values(presets[0]) if presets else values_of(charted))
    above = st.container(key="preset_place").columns(1)[0]  # columns: an empty container takes no room
    setting.networks(DEFAULTS["cell"], **_BIND)
    for name, label, offered in (("units", "Units", UNITS), ("maxlen", "maxlen", MAXLENS)):
        sizes = _with_current(offered, name)
        st.select_slider(label, sizes, DEFAULTS[name], key=name, help=description(name), **_BIND)
    epochs, reviews = st.columns(2)  # in one line, so that Train is seen at 1280×720
    low, high = map(int, bounds("epochs"))
    with epochs:
        st.slider("Epochs", low, high, DEFAULTS["epochs"], key="epochs", help=description("epochs"), **_BIND)
    with (more := st.expander("More settings", key="more_settings", on_change="rerun")):
        if more.open or _more_is_set():
            _more()
    with reviews:  # after the source, which bounds them
        _reviews()
    with beside_train:
        st.slider("Seeds", 1, MAX_SEEDS, DEFAULTS["seeds"], key="seeds", help=SEEDS_HELP, **_BIND)
    with above:  # after the widgets below, which take their values from the address
        _preset()
    return _read()


_BIND: dict[str, Any] = {"bind": "query-params"}


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
    st.session_state[_PRESETS] = False  # the open list would cover the settings
    for preset in PRESETS:
        if preset.name == st.session_state.get("preset"):
            values = _values(preset)
            for name, value in values.items():
                if name not in st.session_state and value != DEFAULTS[name]:
                    st.query_params[name] = value  # Streamlit does so only for a widget that was drawn before
            st.session_state.update(values)


def _values(preset: Preset) -> dict[str, Any]:
    return DEFAULTS | _of_widgets(preset.cells, preset.units, preset.maxlens, preset.seeds) | preset.shared


def _of_widgets(
    cells: Sequence[str], units: Sequence[int], maxlens: Sequence[int], seeds: Sequence[int]
) -> dict[str, Any]:
    more = {"more_units": [*map(str, units[1:])], "more_maxlen": [*map(str, maxlens[1:])]}
    first = {"units": units[0], "maxlen": maxlens[0], "seed": seeds[0], "seeds": len(seeds)}
    return setting.by_widget(cells) | first | more


def values_of(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Returns the widgets' values for a set of experiments; none if the widgets cannot express it."""
    if not experiments:
        return {}
    cells, units, maxlens = (
        list(dict.fromkeys(getattr(experiment, name) for experiment in experiments))
        for name in ("cell", "units", "maxlen")
    )
    seeds = sorted({experiment.seed for experiment in experiments})
    shared = experiments[0].model_dump(include=set(SHARED) - {"seed"})
    largest = max(experiments, key=lambda experiment: parameters(experiment).recurrent).cell
    of_largest = list(dict.fromkeys(experiment.units for experiment in experiments if experiment.cell == largest))
    for sizes, equal in ((units, False), (of_largest, True)):
        with contextlib.suppress(UserError):
            all_seeds = range(seeds[0], seeds[0] + len(seeds))
            grid = comparison(cells, sizes, maxlens, all_seeds, equal_parameters=equal, **shared)
            if set(map(repr, grid)) == set(map(repr, experiments)):
                return shared | _of_widgets(cells, sizes, maxlens, seeds) | {"equal_parameters": equal}
    return {}


def _current() -> dict[str, Any]:
    return {name: st.session_state.get(name, default) for name, default in DEFAULTS.items()}


def _more_is_set() -> bool:
    """Returns True if any of More settings differs from its default.

    Otherwise its two dozen widgets are drawn only when opened: they are a sixth of a browser's time to load the page.
    """
    return any(
        name in st.query_params or st.session_state.get(name, DEFAULTS[name]) != DEFAULTS[name]
        for name in (*MORE, "more_units", "more_maxlen", "equal_parameters")
    )


def _more() -> None:
    st.markdown("**Also compare**")
    for field, label, offered in (("more_units", "Other units", UNITS), ("more_maxlen", "Other maxlen", MAXLENS)):
        setting.several(label, field, offered, placeholder="none", help="One more network for each cell type.")
    st.toggle("Equal parameters", key="equal_parameters", help=EQUAL_HELP, width="stretch", **_BIND)
    special = {"source": _source, "distance": _distance}
    chosen = _chosen(_current())

    def draw(name: str) -> None:
        setting.widget(name, name, **_BIND, **setting.applicability(name, chosen))

    setting.by_group(MORE, lambda name: special[name]() if name in special else draw(name))


def _source() -> None:
    def use_its_reviews(before: str) -> None:
        """Keeps the number of reviews if the new source has as many; all reviews stay all reviews."""
        if not is_known(st.session_state["source"]):
            return  # from a link: the page says what is wrong with it
        now, reviews = source(st.session_state["source"]), st.session_state["reviews"]
        all_before = is_known(before) and reviews == source(before).size
        st.session_state["reviews"] = now.size if all_before else min(reviews, now.size)
        st.session_state["distance"] = now.distance

    before = st.session_state.get("source", DEFAULTS["source"])
    setting.source("source", help=description("source"), on_change=use_its_reviews, args=(before,), **_BIND)
    if about := source(st.session_state["source"]).about:
        st.caption(about)


def _reviews() -> None:
    name = st.session_state.get("source", DEFAULTS["source"])
    high = int(bounds("reviews", name)[1]) if is_known(name) else DEFAULTS["reviews"]
    if (reviews := st.session_state.get("reviews")) and reviews > high:  # of a source that is gone
        st.session_state["reviews"] = high
    setting.widget("reviews", "reviews", high, high=high, **_BIND)


def _distance() -> None:
    if usual := source(st.session_state["source"]).distance:
        setting.widget("distance", "distance", usual, low=1, **_BIND)


def _with_current(offered: Sequence[int], field: str) -> list[int]:
    """Adds a value from the link that is within bounds."""
    low, high = bounds(field)
    texts = [str(st.session_state.get(field, "")), st.query_params.get(field, "")]
    sizes = (int(value) for value in texts if value.isdecimal() and len(value) < setup_link.LONGEST_NUMBER)
    return sorted({*offered, *(size for size in sizes if low <= size <= high)})


def _read() -> Setup:
    state = _current()
    seeds = range(state["seed"], state["seed"] + state["seeds"])
    try:
        units, maxlens = (
            [state[name], *(_whole(value, name) for value in state[f"more_{name}"])] for name in ("units", "maxlen")
        )
        shared = {name: state[name] for name in (*SHARED, "equal_parameters") if name != "seed"}
        return Setup(tuple(comparison(_chosen(state), units, maxlens, seeds, **shared)), None)
    except UserError as error:
        return Setup((), str(error))


def _chosen(state: Mapping[str, Any]) -> list[str]:
    return [*(state["cell"] or []), *(state["others"] or [])]


def _whole(text: str, field: str) -> int:
    if not text.strip().isdecimal() or len(text) >= setup_link.LONGEST_NUMBER:
        low, high = bounds(field)
        raise UserError(f"{field} must be a whole number from {low:,} to {high:,}, not {text[:20]!r}.")
    return int(text)


def offer_least_maxlen() -> None:
    """Draws a button that sets maxlen to the least that the chosen networks need, if it is less."""
    least = max((network(name).shortest for name in _chosen(_current())), default=1)
    if st.session_state["maxlen"] < least:
        st.button(f"Set maxlen to {least}", on_click=st.session_state.update, args=({"maxlen": least},))
