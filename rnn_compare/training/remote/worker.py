"""Functions that the engine calls in a cluster's worker, after the package is installed.

The worker shares no files with the engine: a training's input is sent before it starts, and its output fetched.
"""

import contextlib
import pickle
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from distributed import get_worker
from distributed.core import Status

from rnn_compare.atomic import whole_file, whole_folder
from rnn_compare.experiment import Experiment
from rnn_compare.paths import cache_place, delete_files, run_folder
from rnn_compare.reviews import prepared
from rnn_compare.training.worker import job

LET_GO_SECONDS = 30.0
"""Maximum wait of a training for an abandoned one before it."""

_announced: dict[str, str] = {}
_at_work: set[str] = set()


def at_work() -> bool:
    """Returns whether this process is training."""
    return bool(_at_work)


def has_reviews(source: str, digest: str) -> bool:
    """Returns whether the prepared reviews are present; trainings then use them."""
    folder = cache_place() / "reviews" / f"{source}-{digest}"
    if folder.is_dir():
        prepared.use(source, folder)
    return folder.is_dir()


def take_reviews(source: str, digest: str, files: dict[str, bytes]) -> None:
    """Stores prepared reviews for trainings."""
    folder = cache_place() / "reviews" / f"{source}-{digest}"
    with whole_folder(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
    prepared.use(source, folder)


def announce(run: str, attempt: str, files: dict[str, bytes]) -> dict[str, int]:
    """Prepares this process for one attempt at a training, and returns the version of each file.

    The training continues from these files of the run (checkpoint and weights), and no others.
    """
    delete_files(run)
    for name, content in files.items():
        with whole_file(run_folder(run) / name) as partial:
            partial.write_bytes(content)
    _announced[run] = attempt
    return {name: _version(run_folder(run) / name) for name in files}


def train(attempt: str, run: str, experiment: Experiment, topic: str) -> None:
    """Trains one run, once: if the scheduler sends the same attempt again, anywhere, it is ignored."""
    worker = get_worker()
    task = worker.get_current_task()

    def abandoned() -> bool:
        # If the engine's program has ended, the scheduler cancels the task but cannot end it. A closing worker waits
        # half a minute for it, and its events get lost.
        state = worker.state.tasks.get(task)
        return state is None or state.state != "executing" or worker.status in (Status.closing, Status.closed)

    if _announced.get(run) != attempt:
        return
    del _announced[run]
    before = set(_at_work)
    _at_work.add(attempt)
    try:
        _wait_for(before)
        job.attempt_training(
            attempt, run, experiment, lambda event: worker.log_event(topic, pickle.dumps((attempt, event))), abandoned
        )
        if abandoned():
            raise RuntimeError(f"This worker is closing; run {run} continues on another.")
    finally:
        _at_work.discard(attempt)


@dataclass(frozen=True)
class RunFile:
    """A file of a run, and a version that changes whenever it is written."""

    version: int
    content: bytes


def fetch(run: str, names: Collection[str], versions: Mapping[str, int]) -> dict[str, RunFile]:
    """Returns those files of a run whose version differs from the given one."""
    files = {}
    for name in names:
        path = run_folder(run) / name
        with contextlib.suppress(FileNotFoundError):
            version = _version(path)
            if versions.get(name) != version:
                files[name] = RunFile(version, path.read_bytes())
    return files


def _version(path: Path) -> int:
    return path.stat().st_mtime_ns


def _wait_for(others: Collection[str]) -> None:
    until = time.monotonic() + LET_GO_SECONDS
    while _at_work.intersection(others) and time.monotonic() < until:
        time.sleep(0.05)
