"""The curves of runs as one CSV table: a row for each epoch, ready for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.metrics.registry import METRICS
from rnn_compare.runs.record import Run

COLUMNS = ("run", "name", *Experiment.model_fields, "epoch", *METRICS, "seconds")
_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")  # some spreadsheets read the wide ones as well


def curves(runs: Sequence[Run]) -> str:
    """Returns the finished epochs of runs as CSV, the settings of its run before each; a run without any has no row.

    One long table, so that a spreadsheet's filter or a pivot table tells the runs apart. ``epochs`` is the setting,
    ``epoch`` counts from 1. A figure that an epoch lacks is an empty cell.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows(rows(runs))
    return text.getvalue()


def rows(runs: Sequence[Run]) -> Iterator[list[Any]]:
    """Yields the same as values, by ``COLUMNS``; None for a figure that an epoch lacks."""
    for run in runs:
        settings = run.experiment.model_dump().values()
        for epoch in run.epochs:
            figures = map(epoch.figures.get, METRICS)
            yield [run.id, as_cell(run.title), *settings, epoch.epoch, *figures, epoch.seconds]


def as_cell(text: str) -> str:
    """Keeps a spreadsheet from running what somebody typed as a formula.

    Example:
        >>> as_cell("=1+1"), as_cell("1+1")
        ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
