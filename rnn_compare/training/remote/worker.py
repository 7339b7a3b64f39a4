"""What the engine has done in a worker of a foreign cluster, once the package has landed there.

Such a worker shares no files with the engine: what a training needs is brought before it, what it writes is fetched.
"""

import contextlib
import logging
import shutil
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from distributed import get_worker

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import cache_folder, run_folder, written_whole
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, Event, Status, to_message
from rnn_compare.runs.files import delete_files
from rnn_compare.training.local.worker import keep_byte_code

LET_GO_SECONDS = 30.0
"""How long a training waits for one before it that nobody wants any more."""

_announced: dict[str, str] = {}
_at_work: set[str] = set()
_stopping: set[str] = set()


def at_work() -> bool:
    """Tells whether this process trains."""
    return bool(_at_work)


def warm_up() -> None:
    """Imports and compiles what the first training would have to wait for."""
    keep_byte_code()
    from rnn_compare.training import job

    job.warm_up()


def has_reviews(source: str, digest: str) -> bool:
    """Tells whether the prepared reviews are here, and has trainings use them."""
    folder = cache_folder() / "reviews" / f"{source}-{digest}"
    if folder.is_dir():
        prepared.use(source, folder)
    return folder.is_dir()


def take_reviews(source: str, digest: str, files: dict[str, bytes]) -> None:
    """Keeps prepared reviews, whole or not at all, and has trainings use them."""
    folder = cache_folder() / "reviews" / f"{source}-{digest}"
    folder.parent.mkdir(exist_ok=True)
    unfinished = folder.with_name(f"{folder.name}-{id(files)}.unfinished")
    unfinished.mkdir()
    try:
        for name, content in files.items():
            (unfinished / name).write_bytes(content)
        with contextlib.suppress(OSError):  # a neighbour with the same folder was first
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    prepared.use(source, folder)


def announce(run: str, attempt: str, files: dict[str, bytes]) -> dict[str, int]:
    """Prepares this process for a training: it goes on from the files of the run, and from no others.

    Args:
        run: The run's id.
        attempt: Names this attempt at it; no other will be made.
        files: What there is of the run: its checkpoint and weights.

    Returns:
        What tells each file from the next of that name.
    """
    delete_files(run)
    for name, content in files.items():
        with written_whole(run_folder(run) / name) as file:
            file.write(content)
    _announced[run] = attempt
    return {name: _state(run_folder(run) / name) for name in files}


def train(run: str, experiment: Experiment, attempt: str, topic: str) -> None:
    """Trains one run, once: a scheduler that sends it a second time, here or elsewhere, is not heeded.

    Args:
        run: The run's id.
        experiment: What to train.
        attempt: As announced.
        topic: The Dask topic that the engine listens to.
    """
    worker = get_worker()
    task = worker.get_current_task()

    def send(event: Event) -> None:
        worker.log_event(topic, {"attempt": attempt, "event": to_message(event)})

    def stop_asked() -> bool:
        # If the program at the other end is gone, the scheduler takes the task back, but cannot end it.
        state = worker.state.tasks.get(task)
        return attempt in _stopping or state is None or state.state != "executing"

    if _announced.get(run) != attempt:
        return
    del _announced[run]
    before = set(_at_work)
    _at_work.add(attempt)
    try:
        _wait_for(before)
        from rnn_compare.training import job

        job.train(run, experiment, send, stop_asked)
    except Exception as error:  # an unforeseen error of Keras must not be unpickled in the server
        logging.getLogger(__name__).exception("Run %s failed.", run)
        reason = f"The worker could not train at all ({type(error).__name__}); its log says why."
        send(Ended(run, Status.FAILED, reason, time.time()))
    finally:
        _at_work.discard(attempt)
        _stopping.discard(attempt)


def ask_to_stop(attempt: str) -> None:
    """Has a training of this process stop after its present batch."""
    _stopping.add(attempt)


def fetch(run: str, names: Collection[str], known: dict[str, int]) -> dict[str, tuple[int, bytes]]:
    """Returns those of a run's files that are new, each with what tells it from the next of that name.

    Args:
        run: The run's id.
        names: Files that are wanted.
        known: What was told of files that are known.
    """
    found = {}
    for name in names:
        path = run_folder(run) / name
        with contextlib.suppress(FileNotFoundError):
            state = _state(path)
            if known.get(name) != state:
                found[name] = (state, path.read_bytes())
    return found


def forget(run: str) -> None:
    """Removes a run's files: they have been fetched."""
    delete_files(run)


def _state(path: Path) -> int:
    return path.stat().st_mtime_ns


def _wait_for(others: Collection[str]) -> None:
    until = time.monotonic() + LET_GO_SECONDS
    while _at_work.intersection(others) and time.monotonic() < until:
        time.sleep(0.05)


def answer(function: Any, *args: Any) -> dict[str, Any]:
    """Calls a function; returns what it returns under ``"value"``, or a sentence under ``"error"``."""
    try:
        return {"value": function(*args)}
    except UserError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": f"The worker's cache folder cannot be used ({error.strerror or error})."}
    except Exception as error:  # exceptions of Keras would drag it into the process that unpickles them
        logging.getLogger(__name__).exception("A worker could not do what it was asked to.")
        return {"error": f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}"}
