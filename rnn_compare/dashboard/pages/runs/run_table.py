"""The table of runs: what it shows of each, and which ones a search finds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from rnn_compare.runs.csv_export import as_cell
from rnn_compare.runs.record import Run

COLUMNS: dict[str, Any] = {
    "Network": st.column_config.TextColumn(),
    "Name": st.column_config.TextColumn(width=150),
    "maxlen": st.column_config.NumberColumn(),
    "Seed": st.column_config.NumberColumn(),
    "Epochs": st.column_config.TextColumn(help="Finished epochs of those asked for."),
    "Status": st.column_config.TextColumn(),
    "Best validation": st.column_config.NumberColumn(format="%.1f %%", help="Best validation accuracy."),
    "at epoch": st.column_config.NumberColumn(help="The epoch of the best validation accuracy."),
    "Last": st.column_config.NumberColumn(format="%.1f %%", help="Validation accuracy of the last finished epoch."),
    "s per epoch": st.column_config.NumberColumn(format="%.1f", help="Mean seconds of an epoch, the first left out."),
    "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    "Id": st.column_config.TextColumn(help="Names the run on the command line."),
    "From": st.column_config.TextColumn(help="Where it was started."),
    "Note": st.column_config.TextColumn(width="medium"),
}


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """Returns one row for each run, in order, with the columns of ``COLUMNS``; Streamlit offers it as a CSV file."""
    return pd.DataFrame([_row(run) for run in runs], columns=list(COLUMNS))


def matching(runs: Sequence[Run], search: str) -> list[Run]:
    """Returns the runs in whose id, name, network, maxlen, seed, note or status every searched word occurs.

    Upper and lower case are the same; nothing searched finds all.
    """
    words = search.casefold().split()
    return [run for run in runs if all(word in _searched(run) for word in words)]


def _searched(run: Run) -> str:
    setting = f"{run.experiment.label} maxlen {run.experiment.maxlen} seed {run.experiment.seed}"
    return "\n".join((run.id, run.name, setting, run.note, run.status.value)).casefold()


def _row(run: Run) -> tuple[Any, ...]:
    best, last, experiment = run.best, run.last, run.experiment
    return (
        experiment.label,
        as_cell(run.name),
        experiment.maxlen,
        experiment.seed,
        f"{len(run.epochs)} of {experiment.epochs}",
        "stopping" if run.stop_requested and not run.status.ended else run.status.value,
        100 * best["val_accuracy"] if best else None,
        best.epoch if best else None,
        100 * last["val_accuracy"] if last else None,
        run.seconds_per_epoch,
        datetime.fromtimestamp(run.created),
        run.id,
        run.origin,
        as_cell(" ".join(run.note.split())),
    )
