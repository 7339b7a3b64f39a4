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
from collections import deque
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rnn_compare import __version__
from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE, cache_place, checkpoint_file, delete_files, run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Status
from rnn_compare.sources import own_texts
from rnn_compare.training.local.fork_server import ENVIRONMENT
from rnn_compare.training.protocol import first_line
from rnn_compare.training.worker import job, worker_process

FOLDER = "rnn-compare-worker"
INSTALL = "Install there the program that this machine has, as a wheel: docs/cluster.md."
WAIT_SECONDS, LEASE_SECONDS = 5.0, 30.0
"""How long a request for messages waits for one; time after which an attempt that nobody asks about is abandoned."""

Files = dict[str, bytes]
"""Contents of files by their names."""
SENT = ("last.checkpoint", "previous.checkpoint", "last.npz", "best.npz")
FETCHED = ("last.checkpoint", "last.npz", "best.npz", "last.keras", "best.keras")
"""The checkpoint, from which a run continues, is written first."""
Message = tuple[Event, Files]
"""An event, and the new files that belong to it."""

_attempts: dict[str, "_Attempt"] = {}
_training = threading.Lock()


class _Attempt(threading.Thread):
    """One attempt at a run: its messages, until the engine fetches them, and when it last asked for some."""

    def __init__(self, name: str, run: str, experiment: Experiment) -> None:
        super().__init__(name=name, daemon=True)
        self._run_id, self._experiment = run, experiment
        self._times = _times(run)
        self.messages: deque[Message] = deque()
        self.asked = time.monotonic()

    def run(self) -> None:
        """Trains; a run of another program may have to end first."""
        with _training:
            job.attempt_training(self.name, self._run_id, self._experiment, self._send, self._is_abandoned)

    def _is_abandoned(self) -> bool:
        return time.monotonic() - self.asked > LEASE_SECONDS

    def _send(self, event: Event) -> None:
        self.messages.append((event, self._new_files() if isinstance(event, EpochEnd | Ended) else {}))

    def _new_files(self) -> Files:
        """Returns the run's files that were written since the last call."""
        before, self._times = self._times, _times(self._run_id)
        return {path.name: path.read_bytes() for path, at in self._times.items() if at != before.get(path)}


def versions() -> dict[str, str]:
    """Returns the versions of what a worker and the engine must have in common."""
    installed = {"Python": platform.python_version(), "rnn_compare": __version__}
    for name in ("keras", "tensorflow", "tensorflow-cpu"):
        with contextlib.suppress(PackageNotFoundError):
            installed[name.removesuffix("-cpu")] = version(name)
    return installed


async def prepare(needed: Mapping[str, str], folder: str) -> int:
    """Prepares the process for trainings and returns its id; raises ``UserError`` if a version differs.

    Args:
        needed: The engine's versions; their first two numbers must be this process's.
        folder: For files where no cache is named.
    """
    for name, other in needed.items():
        own = versions().get(name, "not")
        if own.split(".")[:2] != other.split(".")[:2]:
            raise UserError(f"It has {name} {own}; {other} is needed. {INSTALL}")
    os.environ.update(ENVIRONMENT)
    cache = Path(os.environ.get(CACHE_VARIABLE) or folder).expanduser().absolute()
    if cache.name != FOLDER:  # a folder of its own within it, in case it is also the engine's
        os.environ[CACHE_VARIABLE] = str(cache / FOLDER)
    cache_place().mkdir(parents=True, exist_ok=True)
    logging.getLogger("distributed.worker").setLevel(logging.WARNING)  # it writes a line for every call
    await asyncio.to_thread(worker_process.prepare)
    return os.getpid()


def start(
    attempt: str, run: str, experiment: Experiment, sent: Files, texts: Files, packages: dict[str, str]
) -> str | None:
    """Starts an attempt at a run; returns why the worker cannot, in a sentence. The run fails if it lacks a part of it.

    Args:
        attempt, run, experiment: As in ``protocol.Workers.train``.
        sent, texts: From which it continues, and from no others; the user's own file of texts that it reads.
        packages: ``from_packages`` of the experiment at the engine.
    """
    try:
        delete_files(run)
        _write(run_folder(run), sent)
        _write(own_texts.folder(), texts)
        for name in texts:
            own_texts.import_file(own_texts.folder() / name)
    except (OSError, UserError) as error:
        return f"Its cache folder cannot be used ({first_line(error)})."
    _attempts[attempt] = _Attempt(attempt, run, experiment)
    if missing := packages.items() - experiment.from_packages.items():
        part, package = min(missing)
        reason = f"This worker has no {part} of {package}; install the package {package} there and restart it."
        _attempts[attempt].messages.append((Ended(run, Status.FAILED, reason, time.time()), {}))
    else:
        _attempts[attempt].start()
    return None


async def messages(attempt: str, run: str) -> list[Message] | None:
    """Returns an attempt's new messages as soon as there are some; none after a while, and None after its end.

    Raises ``KeyError`` if this process knows no such attempt.
    """
    trained = _attempts[attempt]
    until = time.monotonic() + WAIT_SECONDS
    while (now := time.monotonic()) < until:
        trained.asked, has_ended = now, not trained.is_alive()
        if trained.messages:
            return [trained.messages.popleft() for _ in range(len(trained.messages))]
        if has_ended:
            del _attempts[attempt]
            delete_files(run)  # the engine has them
            return None
        await asyncio.sleep(0.05)
    return []


def to_send(run: str, experiment: Experiment) -> tuple[Files, Files, dict[str, str]]:
    """Returns what ``start`` takes of a run: files to continue from, the user's own texts, and packages."""
    card = own_texts.find_card(experiment.dataset)
    texts = {Path(card.path).name: own_texts.content(card)} if card else {}
    files = {name: path.read_bytes() for name in SENT if (path := run_folder(run) / name).exists()}
    return files, texts, experiment.from_packages


def _times(run: str) -> dict[Path, int]:
    """Returns when the files that an engine fetches were written."""
    folder = run_folder(run)
    return {path: path.stat().st_mtime_ns for name in FETCHED if (path := folder / name).exists()}


def _write(folder: Path, files: Files) -> None:
    """Writes files, each completely or not at all; raises ``OSError``."""
    for name, content in files.items():
        with whole_file(folder / name) as partial:
            partial.write_bytes(content)


def keep(run: str, fetched: Files) -> None:
    """Writes the fetched files of a run; the previous checkpoint stays beside a new one. Raises ``OSError``."""
    last = checkpoint_file(run).name
    if last in fetched:
        checkpoint.put(run, fetched[last])
    _write(run_folder(run), {name: content for name, content in fetched.items() if name != last})
