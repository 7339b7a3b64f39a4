"""The book's experiment as it was recorded, which a page shows before anything is trained in it."""

import contextlib
import statistics
import tempfile
from pathlib import Path
from typing import Any

from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.comparison.inference.wording import meaning_of_interval, result
from rnn_compare.playground.offered_presets import described
from rnn_compare.presets import BOOK
from rnn_compare.report.contents import Contents, gather
from rnn_compare.report.html_report import charts
from rnn_compare.report.reader import reader
from rnn_compare.runs.shipped import FOLDER
from rnn_compare.runs.store import RunStore


def recorded() -> dict[str, Any]:
    """Returns the shipped runs of the book's experiment; the record of runs has no part in it.

    ``message`` is that of the charts, ``networks`` are the entries of ``report/reader.py`` with weights, ``verdict``
    and ``meaning`` the sentences on the interval, ``picture`` is its drawing as HTML, ``cards`` have a network's
    figures each: the mean accuracy, and on how many seeds and which reviews.

    Raises:
        UserError: If the reviews cannot be read, on which the verdict rests.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,  # Windows keeps a file that is still open
        contextlib.closing(RunStore(Path(folder) / "runs.db")) as store,
    ):
        store.copy_from(FOLDER / "runs.db")
        contents = gather(store, [run.id for run in store.runs() if run.experiment.setting in BOOK.hashes])
        reading, _ = reader(contents)
    assert contents.verdict is not None  # the shipped runs are complete
    return {
        "settings": described(BOOK)["settings"] | {"seeds": len(contents.groups[0].runs)},
        "message": charts(contents),
        "networks": [entry | {"note": f"recorded, {entry['note']}"} for entry in reading["networks"]],
        "verdict": result(contents.verdict),
        "meaning": meaning_of_interval(contents.verdict),
        "picture": chance_picture(contents.verdict, {group.name: look(group).color for group in contents.groups}),
        "cards": [_card(group, contents) for group in contents.groups],
    }


def _card(group: Group, contents: Contents) -> dict[str, Any]:
    shares = [share for run in group.counted if (share := contents.accuracies[run.id]) is not None]
    paces = [seconds for run in group.counted if (seconds := run.seconds_per_epoch) is not None]
    return {
        "id": group.runs[0].id,
        "title": group.name,
        "color": look(group).color,
        "marker": look(group).marker,
        "accuracy": statistics.fmean(shares),
        "measured": ON[contents.measure],
        "seeds": len(shares),
        "epochs": group.experiment.epochs,
        "parameters": group.runs[0].parameters,
        "seconds_per_epoch": statistics.fmean(paces),
    }
