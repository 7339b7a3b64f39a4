"""The files of a report in every form: page, notebook, and tables as CSV or Parquet."""

import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnn_compare.comparison.evidence import known_labels
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import as_cell
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.report.contents import Contents
from rnn_compare.report.html_report import html
from rnn_compare.report.notebook import notebook
from rnn_compare.runs.events import decoded
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["html", "notebook", "parquet", "csv"]
SUFFIXES: dict[Form, tuple[str, ...]] = {
    "html": ("",),
    "notebook": ("",),
    "parquet": ("", ".curves"),
    "csv": ("", ".curves"),
}
"""What the files of each form add to the stem of the file that people name."""


def report_files(contents: Contents, form: Form) -> dict[str, bytes]:
    """Returns the files of a report, by the form's ``SUFFIXES``.

    Raises:
        UserError: If it cannot be made of these runs.
    """
    match form:
        case "html":
            return {"": html(contents).encode()}
        case "notebook":
            return {"": notebook(contents).encode()}
        case "parquet" | "csv":
            return table_files(contents, form)


def zipped(files: dict[str, bytes]) -> bytes:
    """Returns files as one archive, by their paths in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return stream.getvalue()


def predictions(contents: Contents) -> "pd.DataFrame":
    """Returns a row for each prediction: of a network, after an epoch, for a review.

    Columns: ``run``, ``name``, ``part`` (validation or test), ``epoch`` (from 1), ``review`` (its place within
    the part, from 0, the same for all runs of a split), ``label`` (0 or 1; missing where the reviews are not at
    hand), ``label_name`` (such as positive) and ``probability`` of the label 1.
    """
    import pandas as pd

    frames = []
    for run in contents.runs:
        names = dict(enumerate(map(as_cell, registry.labels(run.experiment.dataset))))
        for epoch_predictions in contents.predictions[run.id]:
            labels = known_labels(run.experiment, epoch_predictions.part)
            fits = labels is not None and len(labels) == epoch_predictions.reviews
            label = pd.Series(labels if fits else None, range(epoch_predictions.reviews), "Int8")
            frames.append(
                pd.DataFrame(
                    {
                        "run": run.id,
                        "name": as_cell(contents.names[run.id]),
                        "part": epoch_predictions.part,
                        "epoch": np.int16(epoch_predictions.epoch),
                        "review": np.arange(epoch_predictions.reviews, dtype=np.int32),
                        "label": label,
                        "label_name": label.map(names),
                        "probability": decoded(epoch_predictions.probabilities),
                    }
                )
            )
    columns = ["run", "name", "part", "epoch", "review", "label", "label_name", "probability"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def table_files(contents: Contents, kind: Literal["parquet", "csv"]) -> dict[str, bytes]:
    """Returns the predictions and the curves (``curves``) by the suffix of a file's stem."""
    if kind == "csv":
        table = predictions(contents).to_csv(index=False, float_format="%.5f")
        # With a byte order mark, by which spreadsheets recognize UTF-8.
        return {"": table.encode("utf-8-sig"), ".curves": curves(contents.runs).encode("utf-8-sig")}
    return {"": _parquet(predictions(contents)), ".curves": _parquet(_curves(contents.runs))}


def curves(runs: Sequence[Run]) -> str:
    """Returns the finished epochs of runs as CSV, each with the settings of its run.

    One long table for filters and pivot tables. ``epochs`` is the setting, ``epoch`` counts from 1. A missing metric is
    an empty cell.
    """
    text: str = _curves(runs).to_csv(index=False, lineterminator="\r\n")
    return text


def _curves(runs: Sequence[Run]) -> "pd.DataFrame":
    import pandas as pd

    rows = [
        {"run": run.id, "name": as_cell(run.title), **run.experiment.model_dump(), **vars(epoch), **epoch.figures}
        for run in runs
        for epoch in run.epochs
    ]
    columns = ["run", "name", *Experiment.model_fields, "epoch", *all_metrics(), "seconds"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(all_metrics(), float))  # a column of missing values has no type of its own


def _parquet(table: "pd.DataFrame") -> bytes:
    content: bytes = table.to_parquet(None, index=False, compression="zstd")
    return content
