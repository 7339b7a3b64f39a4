"""Functions that the engine calls in a cluster's worker, which has the program installed.

The worker shares no files with the engine: a run's checkpoint arrives with the run, and what is written at the end of
an epoch goes back with the epoch's event.
"""

import asyncio
import contextlib
import logging
import os
import platform
import threading
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnn_compare import __version__
from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_place, delete_files, run_folder
from rnn_compare.runs.events import Ended, EpochEnd, Event
from rnn_compare.sources import own_texts
from rnn_compare.training.local.fork_server import ENVIRONMENT
from rnn_compare.training.protocol import first_line
from rnn_compare.training.worker import job, worker_process

FETCHED = ("last.checkpoint", "last.npz", "best.npz", "last.keras", "best.keras")
"""In the order in which the engine writes them: the checkpoint, from which a run continues, comes first."""
FOLDER = "rnn-compare-worker"
WAIT_SECONDS, LEASE_SECONDS = 5.0, 30.0
"""How long a request for messages waits for one; time after which an attempt that nobody asks about is abandoned."""

Message = tuple[Event, dict[str, bytes]]
"""An event, and the new files that belong to it, by name."""

_attempts: dict[str, "_Attempt"] = {}
_training = threading.Lock()


class _Attempt:
    """One attempt at a run: its messages, until the engine has them."""

    def __init__(self, name: str, run: str, experiment: Experiment) -> None:
        self._name, self._run, self._experiment = name, run, experiment
        self._written: dict[str, int] = {}
        self._messages: dict[int, Message] = {}
        self._asked, self._count = time.monotonic(), 0
        self._new_files()
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._thread.start()

    def after(self, number: int) -> tuple[dict[int, Message], bool]:
        """Returns the messages after one, which the engine has, and whether no more will follow them."""
        self._asked = time.monotonic()
        has_ended = not self._thread.is_alive()
        self._messages = {own: message for own, message in self._messages.items() if own > number}
        return dict(self._messages), has_ended

    def forget(self) -> None:
        """Deletes the run's files, which the engine has."""
        with contextlib.suppress(OSError, UserError):
            delete_files(self._run)

    def _train(self) -> None:
        with _training:  # another program's run may be at work
            job.attempt_training(self._name, self._run, self._experiment, self._send, self._is_abandoned)

    def _is_abandoned(self) -> bool:
        return time.monotonic() - self._asked > LEASE_SECONDS

    def _send(self, event: Event) -> None:
        files = self._new_files() if isinstance(event, EpochEnd | Ended) else {}
        self._count += 1
        self._messages = self._messages | {self._count: (event, files)}

    def _new_files(self) -> dict[str, bytes]:
        files = {}
        for path in (run_folder(self._run) / name for name in FETCHED):
            with contextlib.suppress(FileNotFoundError):
                written = path.stat().st_mtime_ns
                if self._written.get(path.name) != written:
                    files[path.name], self._written[path.name] = path.read_bytes(), written
        return files


def versions() -> dict[str, str]:
    """Returns the versions that a worker and the engine must have in common; an empty one is not installed."""
    program = {"Python": platform.python_version(), "rnn_compare": __version__}
    return program | {name: _version(name) for name in ("keras", "tensorflow")}


def _version(name: str) -> str:
    for distribution in (name, f"{name}-cpu"):
        with contextlib.suppress(PackageNotFoundError):
            return version(distribution)
    return ""


async def prepare(folder: str) -> int:
    """Prepares the process for trainings and returns its id; ``folder`` is for files where no cache is named."""
    os.environ.update(ENVIRONMENT)
    cache = Path(os.environ.get(CACHE_VARIABLE) or folder).expanduser().absolute()
    if cache.name != FOLDER:  # a folder of its own within it, in case it is also the engine's
        os.environ[CACHE_VARIABLE] = str(cache / FOLDER)
    cache_place().mkdir(parents=True, exist_ok=True)
    logging.getLogger("distributed.worker").setLevel(logging.WARNING)  # it writes a line for every call
    await asyncio.to_thread(worker_process.prepare)
    return os.getpid()


async def start(
    attempt: str, run: str, experiment: Experiment, files: Mapping[str, bytes], texts: Mapping[str, bytes]
) -> str | None:
    """Starts an attempt at a run; returns why it cannot, in a sentence.

    Args:
        attempt, run, experiment: As in ``protocol.Workers.train``.
        files: From which it continues, and from no others, by name.
        texts: The user's own file of texts that it reads, by name.
    """

    def begin() -> None:
        delete_files(run)
        _write(run_folder(run), files)
        _write(own_texts.folder(), texts)
        for name in texts:
            own_texts.import_file(own_texts.folder() / name)
        _attempts[attempt] = _Attempt(attempt, run, experiment)

    try:
        await asyncio.to_thread(begin)
    except (OSError, UserError) as error:
        return f"Its cache folder cannot be used ({first_line(error)})."
    return None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        with whole_file(folder / name) as partial:
            partial.write_bytes(content)


async def messages(attempt: str, number: int) -> tuple[dict[int, Message], bool]:
    """Returns an attempt's messages after one, as soon as there are some, and whether the last one was before them.

    Raises ``KeyError`` if this process knows no such attempt.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        new, has_ended = _attempts[attempt].after(number)
        if has_ended and not new:
            _attempts.pop(attempt).forget()
        if new or has_ended or time.monotonic() > until:
            return new, has_ended and not new
        await asyncio.sleep(0.05)
