"""The record of one run, its model files and its scripts: in stock Keras, and in NumPy alone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from rnn_compare.comparison.evidence import Evidence, known_labels
from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.dashboard.widgets import actions
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import network
from rnn_compare.formatting import duration, percent
from rnn_compare.networks.keras_script import opening, script
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.paths import Which, model_file, weights_file
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import MAX_NAME, MAX_NOTE
from rnn_compare.server import visitor
from rnn_compare.services.services import Services
from rnn_compare.settings import bounds, in_words


def show(services: Services, run: Run) -> None:
    """Draws the panel of one run."""
    st.html(f'<div class="rc-run"><h2>{escape(run.title)}</h2><p>{escape(_state(run, services.evidence))}</p></div>')
    _names(services, run)
    _downloads(services, run)
    if run.status is Status.FINISHED and not run.is_from_elsewhere:
        _train_on(services, run)
    record, summary, *scripts = st.tabs(["Record", "Keras' summary", *_SCRIPTS])
    with record:
        st.html(f'<div class="rc-record">{"".join(_sections(run))}</div>')
    with summary:
        if run.summary:
            st.code(run.summary, language=None)
        else:
            st.html("<p>Keras' summary appears when training starts.</p>")
    for tab, (_, make) in zip(scripts, _SCRIPTS.values(), strict=True):
        with tab:
            text, problem = _made(make, run)
            if problem:
                st.html(f"<p>{escape(problem)}</p>")
            else:
                st.code(text, language="python")


def model(services: Services, run: Run, which: Which) -> bytes:
    """Returns a run's stock Keras model as the content of a ``.keras`` file.

    Raises:
        UserError: If the run is hidden by now or has no weights, or the file can neither be read nor written.
    """
    services.require_shown(run.id)
    file = model_file(run.id, which)
    # During a training the file may be of an earlier epoch.
    if not (run.status.ended and file.exists()):
        file = services.engine.write_model(run.id, which)
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"The model {file} cannot be read ({error.strerror}). Make it readable.") from error


_SCRIPTS: Mapping[str, tuple[str, Callable[[Experiment], str]]] = {
    "Stock Keras": ("stock", script),
    "NumPy alone": ("numpy", plain_script),
}
"""Scripts that train the same network, by what they need, with the ends of their files' names."""


def _made(make: Callable[[Experiment], str], run: Run) -> tuple[str, str]:
    """Returns a script of a run, or why there is none: the source of its reviews may not be here."""
    try:
        return make(run.experiment), ""
    except UserError as error:
        return "", str(error)


def _names(services: Services, run: Run) -> None:
    def rename() -> None:
        actions.act(lambda: services.store.rename(run.id, st.session_state.get(name_key, run.name)))

    def annotate() -> None:
        actions.act(lambda: services.store.annotate(run.id, st.session_state.get(note_key, run.note)))

    name_key, note_key = f"name_{run.id}", f"note_{run.id}"
    # Not given as the widget's value: another visitor's renaming must not take away what is being typed.
    st.session_state.setdefault(name_key, run.name)
    st.session_state.setdefault(note_key, run.note)
    locked = visitor.why_not()
    may: dict[str, Any] = {"disabled": bool(locked), "help": locked}
    narrow, wide = st.columns([1, 2])
    with narrow:
        st.text_input("Name", key=name_key, max_chars=MAX_NAME, placeholder="optional name", on_change=rename, **may)
    with wide:
        st.text_area("Note", key=note_key, max_chars=MAX_NOTE, height=100, on_change=annotate, **may)


def _downloads(services: Services, run: Run) -> None:
    epochs: dict[Which, EpochEnd | None] = {"best": run.best, "last": run.last}
    look: dict[str, Any] = {"icon": ":material/download:", "on_click": "ignore"}
    with st.container(horizontal=True):
        for which, epoch in epochs.items():
            title = f"{which.capitalize()} epoch{f' ({epoch.epoch})' if epoch else ''}, .keras"
            lacking = not run.has_weights or (run.is_from_elsewhere and not weights_file(run.id, which).exists())
            content, name = actions.download(partial(model, services, run, which)), f"{run.id}-{which}.keras"
            st.download_button(title, content, name, "application/zip", key=f"model_{which}", disabled=lacking, **look)
        for title, (ending, make) in _SCRIPTS.items():
            text, _ = _made(make, run)
            name = f"{run.id}-{ending}.py"
            st.download_button(f"{title} (.py)", text, name, "text/x-python", disabled=not text, **look)
    if not network(run.experiment.cell).in_keras:
        with st.expander(f"How to open the model file: Keras itself lacks a layer of {run.experiment.label}"):
            st.markdown("Run its code first, then load the file in the same session:")
            st.code(opening(run.experiment, f"{run.id}-best.keras"), language="python")


def _train_on(services: Services, run: Run) -> None:
    def train_on() -> None:
        services.require_shown(run.id)  # with more epochs its setting would no longer be hidden
        services.engine.continue_run(run.id, int(st.session_state[key]), **visitor.place_in_line())

    key = f"more_{run.id}"
    most = int(bounds("epochs")[1]) - run.experiment.epochs
    locked = visitor.why_not()
    if most > 0:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("More epochs", 1, most, min(5, most), key=key, width=140, disabled=bool(locked))
            actions.button("Train more", on_click=actions.act, args=(train_on,), icon=":material/play_arrow:")


def _state(run: Run, evidence: Evidence) -> str:
    """Returns a run's accuracy, what the table does not show of it, and how far it got if it has not finished."""
    is_whole = run.status is Status.FINISHED
    parts = (
        run.experiment.label if run.name else "",
        "" if is_whole else f"{run.status.value}, {len(run.epochs)} of {run.experiment.epochs} epochs",
        _accuracy(run, evidence) if run.status.ended and run.epochs else "",
        f"{run.parameters:,} parameters" if run.parameters else "",
    )
    return " · ".join(filter(None, parts)) + (f". {run.reason}" if run.reason else "")


def _accuracy(run: Run, evidence: Evidence) -> str:
    if (accuracy := evidence.accuracy(run, "kept")) is not None:
        return f"{percent(accuracy)} {ON['kept']}"
    is_unknown = known_labels(run.experiment, "validation") is None
    return f"held-out reviews: {'not prepared here' if is_unknown else 'predictions were not recorded'}"


def _sections(run: Run) -> Iterable[str]:
    settings = {name: value for name, value in run.experiment.model_dump().items() if run.experiment.has(name)}
    usual = Experiment().model_dump()
    changed = {name: value for name, value in settings.items() if value != usual[name]}
    yield _section("Changed from the defaults", in_words(changed), "Nothing.")
    yield _section("Defaults", in_words({name: v for name, v in settings.items() if name not in changed}), folded=True)
    facts = {
        "id": run.id,
        "started from": run.origin,
        "on": run.owner.host if run.is_from_elsewhere else f"{run.owner.host}, process {run.owner.pid}",
        "created": _time(run.created),
        "started": _time(run.started),
        "ended": _time(run.ended),
        "time in epochs": duration(sum(epoch.seconds for epoch in run.epochs)) if run.epochs else "",
        "resumed after epoch": ", ".join(map(str, run.continued)),
        "started together with": run.comparison if run.comparison != run.id else "",
        **run.versions,
    }
    yield _section("The run", facts, folded=True)


def _section(heading: str, values: Mapping[str, str], otherwise: str = "", folded: bool = False) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in values.items() if value)
    body = f"<dl>{rows}</dl>" if rows else f"<p>{escape(otherwise)}</p>"
    whole, head = ("details", "summary") if folded else ("section", "h3")
    return f"<{whole} class='rc-box'><{head}>{escape(heading)}</{head}>{body}</{whole}>"


def _time(at: float | None) -> str:
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
