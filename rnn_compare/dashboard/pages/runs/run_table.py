"""The table of runs: its columns and its order."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from rnn_compare.experiment import Experiment
from rnn_compare.formatting import as_cell, in_percent
from rnn_compare.glossary import TERMS
from rnn_compare.runs.record import Run
from rnn_compare.settings import SETTINGS, default, value_of
from rnn_compare.sources import registry

HELD_OUT = "Held-out reviews"
COLUMNS: dict[str, Any] = {
    "Name": st.column_config.TextColumn(width=150),
    "Source": st.column_config.TextColumn(width=170),
    "Reviews": st.column_config.NumberColumn(format="localized", help="Reviews used, before the split."),
    HELD_OUT: st.column_config.NumberColumn(
        format="%.1f %%",
        help=f"Accuracy. {TERMS['held-out']} –: still training, or predictions or reviews are not recorded here.",
    ),
    "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    "From": st.column_config.TextColumn(help="Rounding differs between machines, and so do curves of the same seed."),
    "Note": st.column_config.TextColumn(width="medium"),
    "Other settings": st.column_config.TextColumn(width=270, help="Those that differ, where they are not the default."),
    "Id": None,  # hidden until somebody asks for it: people tell runs apart by what differs
}
"""Columns that need a format, a width or a help text of their own."""
_IN_A_COLUMN = {"cell", "units", "layers", "bidirectional", "source", "reviews", "maxlen", "seed", "epochs"}


def table(runs: Sequence[Run], accuracies: Mapping[str, float]) -> pd.DataFrame:
    """Returns one row for each run, in order; columns in which all rows are alike are left out.

    Settings without a column of their own share the last but one, which fits a projector: each would repeat its default
    in nearly all rows. Streamlit offers the table as a CSV file.

    Args:
        runs: At least one.
        accuracies: On held-out reviews, by run, as far as they are known.
    """
    others = SETTINGS.keys() - _IN_A_COLUMN
    differing = {name for name in others if len({getattr(run.experiment, name) for run in runs}) > 1}
    rows = [
        _row(run, accuracies.get(run.id)) | {"Other settings": ", ".join(_changed(run.experiment, differing))}
        for run in runs
    ]
    made = pd.DataFrame(rows)
    used = {"Name": any(run.name for run in runs), "Note": any(run.note for run in runs)}
    for name in ("Source", "Reviews", "maxlen", "Seed", "Status", "From", "Other settings"):
        used[name] = len({row[name] for row in rows}) > 1
    return made.drop(columns=[name for name, is_used in used.items() if not is_used])


def in_order(runs: Sequence[Run]) -> list[Run]:
    """Returns runs grouped by setting, the newest setting first, each in the order of seeds."""
    newest: dict[str, int] = {}
    for run in runs:
        newest[run.experiment.setting] = max(run.position, newest.get(run.experiment.setting, 0))
    return sorted(runs, key=lambda run: (-newest[run.experiment.setting], run.experiment.seed, -run.position))


def _changed(experiment: Experiment, names: Set[str]) -> list[str]:
    changed = [name for name in SETTINGS if name in names and getattr(experiment, name) != default(name)]
    return [f"{SETTINGS[name].label} {value_of(experiment, name)}" for name in changed]


def _row(run: Run, accuracy: float | None) -> dict[str, Any]:
    experiment = run.experiment
    return {
        "Network": experiment.label,
        "Name": as_cell(run.name),
        "Source": as_cell(registry.title(run.experiment.source)),
        "Reviews": experiment.reviews,
        "maxlen": experiment.maxlen,
        "Seed": experiment.seed,
        "Epochs": f"{len(run.epochs)} of {experiment.epochs}",
        "Status": "stopping" if run.stop_requested and not run.status.ended else run.status.value,
        HELD_OUT: None if accuracy is None else in_percent(accuracy),
        "Made": datetime.fromtimestamp(run.created),
        "From": run.origin,
        "Note": as_cell(" ".join(run.note.split())),
        "Id": run.id,
    }
