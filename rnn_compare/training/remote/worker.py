"""Functions that the engine calls in a cluster's worker, which has the program installed.

The worker shares no files with the engine: a run's checkpoint arrives with the run, and what is written at the end of
an epoch goes back with the epoch's event.
"""

import asyncio
import contextlib
import ctypes
import functools
import hashlib
import logging
import os
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

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
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -2, -3, -8  # malloc.h

Message = tuple[Event, dict[str, bytes]]
"""An event, and the new files that belong to it, by name."""

_attempts: dict[str, "_Attempt"] = {}
_training = threading.Lock()


class _Attempt:
    """One attempt at a run: its messages, until the engine has them."""

    def __init__(self, name: str, run: str, experiment: Experiment) -> None:
        self._name, self._run, self._experiment = name, run, experiment
        self._versions: dict[str, int] = {}
        self._asked = time.monotonic()
        self._messages: dict[int, Message] = {}
        self._count = 0
        self._thread = threading.Thread(target=self._train, daemon=True)

    def start(self, files: dict[str, bytes]) -> None:
        """Continues from the files of an earlier attempt, and no others."""
        delete_files(self._run)
        for name, content in files.items():
            with whole_file(run_folder(self._run) / name) as partial:
                partial.write_bytes(content)
        self._new_files()
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
                if self._versions.get(path.name) != written:
                    files[path.name], self._versions[path.name] = path.read_bytes(), written
        return files


@functools.cache
def program() -> str:
    """Returns a hash of the program's modules."""
    root, content = Path(__file__).parents[2], hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] not in ("dashboard", "page", "server"):
            content.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return content.hexdigest()[:12]


def versions() -> dict[str, str]:
    """Returns the versions that a worker and the engine must have in common; an empty one is not installed."""
    return {"program": program()} | {name: _version(name) for name in ("keras", "tensorflow")}


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
    # glibc has read the environment already, but accepts these later.
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
        mallopt(_M_TOP_PAD, 1 << 26)
    await asyncio.to_thread(worker_process.prepare)
    return os.getpid()


async def start(
    attempt: str, run: str, experiment: Experiment, files: dict[str, bytes], texts: dict[str, bytes]
) -> str | None:
    """Starts an attempt at a run; returns why it cannot, in a sentence.

    Args:
        attempt, run, experiment: As in ``protocol.Workers.train``.
        files: From which it continues, by name.
        texts: The user's own file of texts that it reads, by name.
    """

    def begin() -> None:
        for name, content in texts.items():
            with whole_file(path := own_texts.folder() / name) as partial:
                partial.write_bytes(content)
            own_texts.import_file(path)
        _attempts[attempt] = _Attempt(attempt, run, experiment)
        _attempts[attempt].start(files)

    try:
        await asyncio.to_thread(begin)
    except (OSError, UserError) as error:
        return f"Its cache folder cannot be used ({first_line(error)})."
    return None


async def messages(attempt: str, number: int) -> tuple[dict[int, Message], bool]:
    """Returns an attempt's messages after one, as soon as there are some, and whether the last one was before them.

    Raises ``KeyError`` if this process knows no such attempt.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        new, has_ended = _attempts[attempt].after(number)
        if new or has_ended or time.monotonic() > until:
            if has_ended and not new:
                _attempts.pop(attempt).forget()
            return new, has_ended and not new
        await asyncio.sleep(0.05)
