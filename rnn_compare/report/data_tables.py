"""Curves and predictions as long tables, in the file formats that other programs read."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from rnn_compare.comparison.evidence import known_labels
from rnn_compare.figures.registry import FIGURES
from rnn_compare.report.contents import Contents
from rnn_compare.runs.csv_export import COLUMNS, as_cell, curves, rows
from rnn_compare.runs.probabilities import decoded

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parquet", "csv"]


def predictions(contents: Contents) -> "pd.DataFrame":
    """Returns a row for each review that a network judged after an epoch.

    Columns: ``run``, ``name``, ``part`` (validation or test), ``epoch`` (from 1), ``review`` (its place within
    the part, from 0, the same for all runs of a split), ``label`` (0 or 1; missing where the reviews are not at
    hand) and ``probability`` of being positive.
    """
    import pandas as pd

    frames = []
    for run in contents.runs:
        for told in contents.predictions[run.id]:
            labels = known_labels(run.experiment, told.part)
            fits = labels is not None and len(labels) == told.reviews
            frames.append(
                pd.DataFrame(
                    {
                        "run": run.id,
                        "name": as_cell(contents.names[run.id]),
                        "part": told.part,
                        "epoch": np.int16(told.epoch),
                        "review": np.arange(told.reviews, dtype=np.int32),
                        "label": pd.Series(labels if fits else None, range(told.reviews), "Int8"),
                        "probability": decoded(told.probabilities),
                    }
                )
            )
    columns = ["run", "name", "part", "epoch", "review", "label", "probability"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def files(contents: Contents, kind: Kind) -> dict[str, bytes]:
    """Returns both tables as files.

    Args:
        contents: Whose curves and predictions.
        kind: Of the files.

    Returns:
        By what is added to a file's stem: ``""`` for the predictions and ``".curves"`` for the curves, which have a row
        for each epoch, the settings of its run before its figures (``runs.csv_export``).
    """
    if kind == "csv":
        table = predictions(contents).to_csv(index=False, float_format="%.5f")
        # The mark tells spreadsheets that this is UTF-8.
        return {"": table.encode("utf-8-sig"), ".curves": curves(contents.runs).encode("utf-8-sig")}
    return {"": _parquet(predictions(contents)), ".curves": _parquet(_curves(contents))}


def _curves(contents: Contents) -> "pd.DataFrame":
    import pandas as pd

    table = pd.DataFrame(list(rows(contents.runs)), columns=list(COLUMNS))
    return table.astype(dict.fromkeys(FIGURES, float))  # a figure that every epoch lacks has no type of its own


def _parquet(table: "pd.DataFrame") -> bytes:
    content: bytes = table.to_parquet(None, index=False, compression="zstd")
    return content
