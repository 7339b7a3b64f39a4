"""The set-up in the sidebar: what will be trained. All of it stands in the page's URL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnn_compare.cells.registry import CELLS
from rnn_compare.dashboard.pages.compare import setup_link
from rnn_compare.dashboard.widgets import setting, source_choice
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, bounds
from rnn_compare.experiment_sets import MAX_SEEDS, comparison
from rnn_compare.presets import BOOK, PRESETS, Preset
from rnn_compare.settings import SETTINGS, default, description
from rnn_compare.sources.registry import is_known, source

UNITS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512)
MAXLENS = (1, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 750, 1000)
OWN = "Own settings"
SEEDS_HELP = (
    "How many times each network is trained: with the seed under More settings, the next one, and so on. One seed each "
    "tells little: the same network, trained anew, comes out a little better or worse."
)
# Fields that one widget of the same key sets; the other three are what a comparison is made of.
SHARED = tuple(name for name in SETTINGS if name not in ("cell", "units", "maxlen"))
MORE = tuple(name for name in SHARED if SETTINGS[name].group != "main")
DEFAULTS: dict[str, Any] = {name: default(name) for name in SHARED} | {
    "cell": list(BOOK.cells),
    "units": BOOK.units[0],
    "maxlen": BOOK.maxlens[0],
    "more_units": [],
    "more_maxlen": [],
    "seeds": 1,
}


@dataclass(frozen=True)
class Setup:
    """What the sidebar says.

    Attributes:
        experiments: The networks to compare; empty if ``problem`` says why there are none.
        problem: A sentence, or None.
    """

    experiments: tuple[Experiment, ...]
    problem: str | None


def setup(beside_train: DeltaGenerator, charted: Sequence[Experiment] = ()) -> Setup:
    """Draws the set-up and returns what it says.

    Args:
        beside_train: Where the number of seeds stands.
        charted: What the charts show: whoever comes without settings in the address begins with theirs.
    """
    setup_link.say_what_it_had_wrong()
    if not any(name in st.session_state or name in st.query_params for name in DEFAULTS):
        st.session_state.update(values_of(charted))
    above = st.container()
    st.pills("Cell type", CELLS, selection_mode="multi", default=DEFAULTS["cell"], key="cell", **_BIND)
    st.select_slider(
        "Units", _with_current(UNITS, "units"), DEFAULTS["units"], key="units", help=description("units"), **_BIND
    )
    st.select_slider(
        "maxlen",
        _with_current(MAXLENS, "maxlen"),
        DEFAULTS["maxlen"],
        key="maxlen",
        help=description("maxlen"),
        **_BIND,
    )
    epochs, reviews = st.columns(2)  # in one line, so that Train is seen at 1280×720
    low, high = map(int, bounds("epochs"))
    with epochs:
        st.slider("Epochs", low, high, DEFAULTS["epochs"], key="epochs", help=description("epochs"), **_BIND)
    with (more := st.expander("More settings", key="more_settings", on_change="rerun")):
        if more.open or _more_is_set():
            _more()
    with reviews:  # now that the source is known, which bounds them
        _reviews()
    with beside_train:
        st.slider("Seeds", 1, MAX_SEEDS, DEFAULTS["seeds"], key="seeds", help=SEEDS_HELP, **_BIND)
    with above:  # now that the widgets below have taken their values from the address
        _preset()
    return _read()


_BIND: dict[str, Any] = {"bind": "query-params"}


def _preset() -> None:
    names = [preset.name for preset in PRESETS]
    current = next((preset.name for preset in PRESETS if _values(preset) == _current()), OWN)
    st.session_state["preset"] = current
    st.selectbox("Preset", [*names, OWN] if current == OWN else names, key="preset", on_change=_apply_preset)
    question = next((preset.question for preset in PRESETS if preset.name == current), "")
    st.caption(question or "Settings of your own, saved in the link.")


def _apply_preset() -> None:
    for preset in PRESETS:
        if preset.name == st.session_state.get("preset"):
            st.session_state.update(_values(preset))


def _values(preset: Preset) -> dict[str, Any]:
    return (
        DEFAULTS
        | {"cell": list(preset.cells), "units": preset.units[0], "maxlen": preset.maxlens[0]}
        | {"more_units": [str(size) for size in preset.units[1:]], "more_maxlen": [str(n) for n in preset.maxlens[1:]]}
        | {"seed": preset.seeds[0], "seeds": len(preset.seeds)}
        | preset.shared
    )


def values_of(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """Returns the values of the widgets that set up some experiments; none where they cannot."""
    if not experiments:
        return {}
    cells, units, maxlens = (
        list(dict.fromkeys(getattr(experiment, name) for experiment in experiments))
        for name in ("cell", "units", "maxlen")
    )
    seeds = sorted({experiment.seed for experiment in experiments})
    shared = experiments[0].model_dump(include=set(SHARED) - {"seed"})
    try:
        grid = comparison(cells, units, maxlens, range(seeds[0], seeds[0] + len(seeds)), **shared)
    except UserError:
        return {}
    if {repr(experiment) for experiment in grid} != {repr(experiment) for experiment in experiments}:
        return {}
    return shared | {
        "cell": cells,
        "units": units[0],
        "maxlen": maxlens[0],
        "more_units": [str(size) for size in units[1:]],
        "more_maxlen": [str(maxlen) for maxlen in maxlens[1:]],
        "seed": seeds[0],
        "seeds": len(seeds),
    }


def _current() -> dict[str, Any]:
    return {name: st.session_state.get(name, default) for name, default in DEFAULTS.items()}


def _more_is_set() -> bool:
    """Tells whether any of More settings is another than usual.

    Only then, or to be seen, are its two dozen widgets drawn: they take a browser a sixth of the time until the page is
    there.
    """
    return any(
        name in st.query_params or st.session_state.get(name, DEFAULTS[name]) != DEFAULTS[name]
        for name in (*MORE, "more_units", "more_maxlen")
    )


def _more() -> None:
    for field, label, offered, help_text in (
        ("more_units", "Also compare units", UNITS, "One more network for each cell type."),
        ("more_maxlen", "Also compare maxlen", MAXLENS, "One more network for each cell type."),
    ):
        st.multiselect(
            label,
            list(dict.fromkeys([*map(str, offered), *st.session_state.get(field, [])])),
            key=field,
            accept_new_options=True,
            placeholder="none",
            help=help_text,
            **_BIND,
        )
    special = {"source": _source, "distance": _distance}
    setting.by_group(MORE, lambda name: special[name]() if name in special else setting.widget(name, name, **_BIND))


def _source() -> None:
    def use_its_reviews(before: str) -> None:
        """All of another source's reviews follow all of the one before; otherwise as many, if it holds them."""
        if not is_known(st.session_state["source"]):
            return  # nobody chose that: the page says what is wrong with it
        now, reviews = source(st.session_state["source"]), st.session_state["reviews"]
        all_before = is_known(before) and reviews == source(before).size
        st.session_state["reviews"] = now.size if all_before else min(reviews, now.size)
        st.session_state["distance"] = now.distance

    st.selectbox(
        SETTINGS["source"].label,
        source_choice.options("source"),
        format_func=lambda name: source(name).title,
        key="source",
        help=description("source"),
        on_change=use_its_reviews,
        args=(st.session_state.get("source", DEFAULTS["source"]),),
        **_BIND,
    )
    if about := source(st.session_state["source"]).about:
        st.caption(about)


def _reviews() -> None:
    name = st.session_state.get("source", DEFAULTS["source"])
    high = int(bounds("reviews", name)[1]) if is_known(name) else DEFAULTS["reviews"]
    if (reviews := st.session_state.get("reviews")) and reviews > high:  # their source is no more
        st.session_state["reviews"] = high
    setting.widget("reviews", "reviews", high, high=high, **_BIND)


def _distance() -> None:
    if usual := source(st.session_state["source"]).distance:
        setting.widget("distance", "distance", usual, low=1, **_BIND)


def _with_current(offered: Sequence[int], field: str) -> list[int]:
    """Adds a value that came with the link and is within bounds, so that every such link can be shown."""
    low, high = bounds(field)
    texts = [str(st.session_state.get(field, "")), st.query_params.get(field, "")]
    sizes = (int(value) for value in texts if value.isdecimal() and len(value) < setup_link.LONGEST_NUMBER)
    return sorted({*offered, *(size for size in sizes if low <= size <= high)})


def _read() -> Setup:
    state = _current()
    try:
        experiments = comparison(
            state["cell"] or [],
            [state["units"], *(_whole(value, "units") for value in state["more_units"])],
            [state["maxlen"], *(_whole(value, "maxlen") for value in state["more_maxlen"])],
            range(state["seed"], state["seed"] + state["seeds"]),
            **{name: state[name] for name in SHARED},
        )
    except UserError as error:
        return Setup((), str(error))
    return Setup(tuple(experiments), None)


def _whole(text: str, field: str) -> int:
    if not text.strip().isdecimal() or len(text) >= setup_link.LONGEST_NUMBER:
        low, high = bounds(field)
        raise UserError(f"{text[:20]!r} is no value for {field}; it must be a whole number from {low:,} to {high:,}.")
    return int(text)
