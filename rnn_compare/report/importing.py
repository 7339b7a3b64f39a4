"""Import of a report or a recording that another copy of the program wrote: as data, all its runs or none."""

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.networks import weights
from rnn_compare.paths import delete_files, weights_file
from rnn_compare.report.interchange import DATA_ID, RecordedRun, checked
from rnn_compare.report.packed import inflated
from rnn_compare.runs.events import Predictions
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

MAX_FILE = 128 * 2**20
_BEGIN, _END = f'<script type="application/json" id="{DATA_ID}">'.encode(), b"</script>"
_GZIP = b"\x1f\x8b"
"""What a recording begins with (see ``shipped_runs.py``)."""


@dataclass(frozen=True)
class Imported:
    """A run as it is recorded here, and its id in the report."""

    run: Run
    id_there: str

    @property
    def is_renamed(self) -> bool:
        """Whether a run here had its id already."""
        return self.run.id != self.id_there


def take_in(file: Path, store: RunStore) -> list[Imported]:
    """Records the runs of a report as recorded elsewhere, with the weights that it carries. Nothing of it is ever run.

    Raises:
        UserError: If the file cannot be read, is no report, or holds a value that the program would not have written;
            then nothing is recorded.
    """
    recorded = checked(_data(file)).runs
    ids = _ids(recorded, store)
    # A comparison is called by its first run; where that is not in the file, by the first one that is.
    comparisons = {run.comparison: ids[run.id] for run in reversed(recorded)}
    runs: list[tuple[Run, Sequence[Predictions]]] = []
    learned: dict[str, tuple[weights.Weights, bool]] = {}
    for run in recorded:
        here = ids[run.id]
        try:
            predictions = [epoch for part in run.predictions for epoch in part.unpacked(here)]
            if run.weights is not None:
                learned[here] = run.weights.unpacked(run.experiment), run.weights.epoch == len(run.epochs)
        except ValueError as error:
            raise UserError(f"The report cannot be imported: {run.id} has {error}. Nothing was recorded.") from None
        runs.append((run.run(here, ids.get(run.comparison, comparisons[run.comparison])), predictions))
    try:
        for here, (arrays, is_last) in learned.items():  # first: a run that can be asked has its weights
            weights.save(arrays, weights_file(here, "best"))
            if is_last:
                weights.save(arrays, weights_file(here, "last"))
        store.take_in(runs)
    except UserError:
        for here in learned:
            delete_files(here)
        raise
    return [Imported(run_here, run.id) for (run_here, _), run in zip(runs, recorded, strict=True)]


def _data(file: Path) -> bytes:
    try:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist or is not a file"
            raise UserError(f"{file} {what}. Name a report written by `report --html`.")
        if (size := file.stat().st_size) > MAX_FILE:
            raise UserError(
                f"{file} has {size / 2**20:,.0f} MB; the limit is {MAX_FILE // 2**20}. Make a report of fewer runs."
            )
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:  # a name with a null sign is a ValueError
        raise UserError(f"{str(file)[:200]} cannot be read ({error}). Name another file.") from error
    if content.startswith(_GZIP):
        return _recording(file, content)
    if content.count(_BEGIN) != 1:
        raise UserError(f"{file} is not a report of this program. Name a file written by `report --html`.")
    data, end, _ = content.partition(_BEGIN)[2].partition(_END)
    if not end:
        raise UserError(f"{file} is incomplete. Ask for the whole file.")
    return data


def _recording(file: Path, content: bytes) -> bytes:
    try:
        data, is_whole = inflated(content, MAX_FILE)
    except zlib.error:
        data, is_whole = b"", False
    if not is_whole:
        raise UserError(f"{file} is not a recording of this program, or is damaged. Ask for the whole file.")
    return data


def _ids(recorded: Sequence[RecordedRun], store: RunStore) -> dict[str, str]:
    """Returns the id here of each run: its own, unless a run here has it."""
    here, there = {run.id for run in store.runs([run.id for run in recorded])}, {run.id for run in recorded}
    ids = {run.id: run.id for run in recorded}
    for run in recorded:
        while ids[run.id] in here or (ids[run.id] != run.id and ids[run.id] in there):
            ids[run.id] = f"{run.experiment.cell.lower()}-{secrets.token_hex(3)}"
            here |= {run.id for run in store.runs([ids[run.id]])}
    return ids
