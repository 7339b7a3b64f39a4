"""The curves of runs as one CSV table for spreadsheets, a row for each epoch."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.metrics.registry import METRICS
from rnn_compare.runs.record import Run

COLUMNS = ("run", "name", *Experiment.model_fields, "epoch", *METRICS, "seconds")
_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")  # some spreadsheets also accept the wide ones


def curves(runs: Sequence[Run]) -> str:
    """Returns the finished epochs of runs as CSV, each with the settings of its run.

    One long table for filters and pivot tables. ``epochs`` is the setting, ``epoch`` counts from 1. A missing metric is
    an empty cell.
    """
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows(rows(runs))
    return text.getvalue()


def rows(runs: Sequence[Run]) -> Iterator[list[Any]]:
    """Yields the rows as values in the order of ``COLUMNS``; None for a missing metric."""
    for run in runs:
        settings = run.experiment.model_dump().values()
        for epoch in run.epochs:
            metrics = map(epoch.figures.get, METRICS)
            yield [run.id, as_cell(run.title), *settings, epoch.epoch, *metrics, epoch.seconds]


def as_cell(text: str) -> str:
    """Returns text that a spreadsheet does not run as a formula.

    Example:
        >>> as_cell("=1+1"), as_cell("1+1")
        ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
