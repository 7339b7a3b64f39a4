"""Functions that the engine calls in a cluster's worker, once the package is there.

Such a worker shares no files with the engine: what a training needs is brought before it, what it writes is fetched.
"""

import contextlib
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
from rnn_compare.training.worker import worker_process

LET_GO_SECONDS = 30.0
"""Longest wait of a training for one before it that nobody wants any more."""

_announced: dict[str, str] = {}
_at_work: set[str] = set()


def at_work() -> bool:
    """Tells whether this process trains."""
    return bool(_at_work)


def has_reviews(source: str, digest: str) -> bool:
    """Tells whether the prepared reviews are here, and has trainings use them."""
    folder = cache_place() / "reviews" / f"{source}-{digest}"
    if folder.is_dir():
        prepared.use(source, folder)
    return folder.is_dir()


def take_reviews(source: str, digest: str, files: dict[str, bytes]) -> None:
    """Keeps prepared reviews, whole or not at all, and has trainings use them."""
    folder = cache_place() / "reviews" / f"{source}-{digest}"
    with whole_folder(folder) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
    prepared.use(source, folder)


def announce(run: str, attempt: str, files: dict[str, bytes]) -> dict[str, int]:
    """Prepares this process for one attempt at a training, and returns the version of each file.

    It goes on from these files of the run, checkpoint and weights, and from no others.
    """
    delete_files(run)
    for name, content in files.items():
        with whole_file(run_folder(run) / name) as partial:
            partial.write_bytes(content)
    _announced[run] = attempt
    return {name: _version(run_folder(run) / name) for name in files}


def train(attempt: str, run: str, experiment: Experiment, topic: str) -> None:
    """Trains one run, once: a scheduler that sends it a second time, here or elsewhere, is not heeded."""
    worker = get_worker()
    task = worker.get_current_task()

    def given_up() -> bool:
        # If the program at the other end is gone, the scheduler takes the task back, but cannot end it. A worker that
        # closes waits half a minute for it, and nobody hears any more what it tells.
        state = worker.state.tasks.get(task)
        return state is None or state.state != "executing" or worker.status in (Status.closing, Status.closed)

    if _announced.get(run) != attempt:
        return
    del _announced[run]
    before = set(_at_work)
    _at_work.add(attempt)
    try:
        _wait_for(before)
        worker_process.train(attempt, run, experiment, topic, given_up)
        if given_up():
            raise RuntimeError(f"This worker is closing; run {run} continues on another.")
    finally:
        _at_work.discard(attempt)


@dataclass(frozen=True)
class RunFile:
    """One of a run's files, and the version that tells it from the next of that name."""

    version: int
    content: bytes


def fetch(run: str, names: Collection[str], versions: Mapping[str, int]) -> dict[str, RunFile]:
    """Returns those of a run's wanted files that are new to one who has these versions of them."""
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
