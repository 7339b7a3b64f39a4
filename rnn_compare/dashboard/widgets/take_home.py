"""Downloads of reports on runs, each made on demand, one at a time."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Literal

import streamlit as st

from rnn_compare.class_networks.networks import ClassResult
from rnn_compare.dashboard.widgets import actions
from rnn_compare.report.contents import gather
from rnn_compare.report.reader import OWN_TEXTS, has_own_texts
from rnn_compare.report.written_files import Form, report_files, zipped
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.services.services import Services

MOST = 100
"""Runs in a report; more would keep the server busy for seconds."""
LONGEST_NAME = 60
_OFFERED: dict[Form, tuple[str, str, str]] = {
    "html": (
        "Page with the networks (.html)",
        ".html",
        "The networks, which read any review, with charts, verdicts and tables: one offline file.",
    ),
    "notebook": ("Notebook in stock Keras (.ipynb)", ".ipynb", "Trains the same networks in stock Keras."),
    "csv": ("Tables (CSV)", "-csv.zip", "Curves and predictions."),
}
_MIME = {".html": "text/html", ".ipynb": "application/x-ipynb+json"}


def offer(services: Services, runs: Sequence[Run]) -> None:
    """Draws the popover with the downloads of reports on runs."""
    with st.popover("Take home", icon=":material/download:", disabled=not 0 < len(runs) <= MOST):
        buttons(services, runs)


def buttons(services: Services, runs: Sequence[Run]) -> None:
    """Draws the downloads of reports on runs."""
    ids, name = [run.id for run in runs], file_name(runs)
    if has_own_texts(runs):
        st.caption(OWN_TEXTS)
    for form in _OFFERED:
        button(services, ids, form, name, disabled=not 0 < len(ids) <= MOST)


def file_name(runs: Sequence[Run]) -> str:
    """Returns a file name without its ending, from the networks' names."""
    titles = " ".join(dict.fromkeys(run.title for run in runs))
    return re.sub(r"\W+", "-", titles).strip("-")[:LONGEST_NAME] or "report"


def button(
    services: Services,
    ids: Sequence[str],
    form: Form,
    name: str,
    disabled: bool = False,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """Draws the button that makes and downloads a report."""
    label, ending, purpose = _OFFERED[form]
    st.download_button(
        label,
        actions.download(partial(report, services, ids, form, name)),
        f"{name}{ending}",
        _MIME.get(ending, "application/zip"),
        key=f"take_home_{form}",
        disabled=disabled,
        help=purpose,
        on_click="ignore",
        width=width,
    )


def report(services: Services, ids: Sequence[str], form: Form, name: str) -> bytes:
    """Returns the content of a report's file, or of an archive of several files.

    Raises:
        UserError: If a run was deleted or hidden meanwhile, or the report cannot be made from these runs.
    """
    services.require_shown(*ids)
    settings = {run.experiment.setting for run in services.store.runs(ids)}
    state = current_app().classroom().state()
    about = (
        result
        for result in current_app().classroom().classes()
        if settings & {experiment.setting for experiment in result.task.experiments}
        and (state.task_shown or state.task != result.preset)  # an earlier class would show what this one is to guess
    )
    with services.reporting:
        files = report_files(gather(services.store, ids, services.evidence, next(about, None)), form)
    if form in ("html", "notebook"):
        return files[""]
    return zipped({f"{name}{added}.{form}": content for added, content in files.items()})


def class_page(services: Services, result: ClassResult) -> bytes:
    """Returns the page on a class's networks, where readers can train more of them."""
    with services.reporting:
        return report_files(gather(services.store, (), services.evidence, result), "html")[""]
