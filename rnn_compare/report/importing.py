"""Import of a report or a recording written by another copy of the program: as data, all its runs or none."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.networks import weights
from rnn_compare.paths import delete_files, weights_file
from rnn_compare.report.interchange import DATA_ID, RecordedRun, load_runs
from rnn_compare.report.packed import inflated
from rnn_compare.runs.events import Predictions
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore

MAX_FILE = 128 * 2**20
_BEGIN, _END = f'<script type="application/json" id="{DATA_ID}">'.encode(), b"</script>"
_GZIP = b"\x1f\x8b"
"""The first bytes of a recording (see ``shipped_runs.py``)."""


@dataclass(frozen=True)
class Imported:
    """A run as recorded here, and its id in the report."""

    run: Run
    original_id: str

    @property
    def is_renamed(self) -> bool:
        """Whether a run here had its id already."""
        return self.run.id != self.original_id


def import_runs(file: Path, store: RunStore) -> list[Imported]:
    """Records the runs of a report or recording as *recorded elsewhere*, with the weights that it carries.

    Raises:
        UserError: If the file cannot be read, is no report, or holds a value that the program would not have written;
            then nothing is recorded.
    """
    recorded = load_runs(_data(file)).runs
    ids = _ids(recorded, store)
    # A comparison is called by its first run; where that is not in the file, by the first one that is.
    comparisons = {run.comparison: ids[run.id] for run in reversed(recorded)} | ids
    runs: list[tuple[Run, list[Predictions]]] = []
    trained: dict[str, weights.Weights] = {}
    for run in recorded:
        run_id = ids[run.id]
        try:
            predictions = [epoch for part in run.predictions for epoch in part.unpacked(run_id)]
            if run.weights is not None:
                trained[run_id] = run.weights.unpacked(run.experiment)
        except ValueError as error:
            raise UserError(f"The report cannot be imported: {run.id} has {error}. Nothing was recorded.") from None
        runs.append((run.run(run_id, comparisons[run.comparison]), predictions))
    try:
        for run_here, _ in runs:  # first: a run that can be asked has its weights
            if arrays := trained.get(run_here.id):
                weights.save(arrays, weights_file(run_here.id, "best"))
                if run_here.best is run_here.last:
                    weights.save(arrays, weights_file(run_here.id, "last"))
        store.take_in(runs)
    except UserError:
        for run_id in trained:
            delete_files(run_id)
        raise
    return [Imported(run_here, run.id) for (run_here, _), run in zip(runs, recorded, strict=True)]


def _data(file: Path) -> bytes:
    """Returns the JSON text in a report or a recording."""
    content = _content(file)
    if content.startswith(_GZIP):
        try:
            return inflated(content, MAX_FILE)
        except ValueError:
            raise UserError(
                f"{file} is not a recording of this program, or is damaged. Ask for the whole file."
            ) from None
    if content.count(_BEGIN) != 1:
        raise UserError(f"{file} is not a report of this program. Name a file written by `report --html`.")
    data, end, _ = content.partition(_BEGIN)[2].partition(_END)
    if not end:
        raise UserError(f"{file} is incomplete. Ask for the whole file.")
    return data


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist or is not a file"
            raise UserError(f"{file} {what}. Name a report written by `report --html`.")
        if (size := file.stat().st_size) > MAX_FILE:
            raise UserError(
                f"{file} has {size / 2**20:,.0f} MB; the limit is {MAX_FILE // 2**20}. Make a report of fewer runs."
            )
        return file.read_bytes()
    except (OSError, ValueError) as error:  # a name with a null sign is a ValueError
        raise UserError(f"{str(file)[:200]} cannot be read ({error}). Name another file.") from error


def _ids(recorded: Sequence[RecordedRun], store: RunStore) -> dict[str, str]:
    """Returns the id here of each run: its own, unless a run here has it."""
    ids: dict[str, str] = {}
    taken = {run.id for run in recorded}
    for run in recorded:
        run_id = run.id
        while store.runs([run_id]) or (run_id != run.id and run_id in taken):
            run_id = f"{run.experiment.cell.lower()}-{secrets.token_hex(3)}"
        ids[run.id] = run_id
        taken.add(run_id)
    return ids
