"""A run's files on their way between the engine and a cluster's worker, which share none."""

from pathlib import Path

from rnn_compare.atomic import whole_file
from rnn_compare.experiment import Experiment
from rnn_compare.paths import checkpoint_file, run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.sources import own_texts

Files = dict[str, bytes]
"""Contents of files by their names."""
SENT = ("last.checkpoint", "previous.checkpoint", "last.npz", "best.npz")
FETCHED = ("last.checkpoint", "last.npz", "best.npz", "last.keras", "best.keras")
"""The checkpoint, from which a run continues, is written first."""


def to_send(run: str, experiment: Experiment) -> tuple[Files, Files]:
    """Returns what a worker needs of a run: the files from which it continues, and the user's own texts."""
    card = own_texts.find_card(experiment.dataset)
    texts = {Path(card.path).name: own_texts.content(card)} if card else {}
    return {name: path.read_bytes() for name in SENT if (path := run_folder(run) / name).exists()}, texts


def times(run: str) -> dict[Path, int]:
    """Returns when the files that an engine fetches were written."""
    folder = run_folder(run)
    return {path: path.stat().st_mtime_ns for name in FETCHED if (path := folder / name).exists()}


def write(folder: Path, files: Files) -> None:
    """Writes files, each completely or not at all; raises ``OSError``."""
    for name, content in files.items():
        with whole_file(folder / name) as partial:
            partial.write_bytes(content)


def keep(run: str, fetched: Files) -> None:
    """Writes the fetched files of a run; the previous checkpoint stays beside a new one. Raises ``OSError``."""
    last = checkpoint_file(run).name
    if last in fetched:
        checkpoint.put(run, fetched[last])
    write(run_folder(run), {name: content for name, content in fetched.items() if name != last})
