"""What all pages share: one record and one engine for the whole server."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.paths import cache_folder
from rnn_compare.runs import estimate, queue
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count

SNAPSHOT_SECONDS = 0.4
"""How old what a page shows may be: what all viewers see alike is read once, not once a viewer."""

FIRST_PAGE_SECONDS = 3.0
"""What the first visitor's page has the machine to itself before the workers import TensorFlow."""

_lock = threading.Lock()
_services: "Services | None" = None


@dataclass
class Services:
    """The record of runs and the engine that trains."""

    store: RunStore
    engine: Engine

    def __post_init__(self) -> None:
        self._snapshot_lock = threading.Lock()
        self._snapshot: tuple[float, list[Run]] = (0.0, [])
        self._made: dict[Hashable, Any] = {}

    @property
    def is_stale(self) -> bool:
        """Whether the next to ask for runs will have to read the record."""
        return time.monotonic() - self._snapshot[0] > SNAPSHOT_SECONDS

    def runs(self) -> list[Run]:
        """Returns all runs, oldest first, as they were at most ``SNAPSHOT_SECONDS`` ago."""
        with self._snapshot_lock:
            if self.is_stale:
                self._snapshot = (time.monotonic(), self.store.runs())
                self._made = {}
            return self._snapshot[1]

    def once(self, key: Hashable, make: Callable[[list[Run]], Any]) -> Any:
        """Returns what is made of all runs, made once for all viewers until there are newer runs to make it of.

        Args:
            key: Tells it from other things made of the same runs.
            make: Makes it; what it returns must not be changed.
        """
        runs = self.runs()
        made = self._made
        if key not in made:
            made[key] = make(runs)
        return made[key]

    @property
    def at_once(self) -> int:
        """How many networks can train at once: on this machine, or on the cluster as far as its workers are ready."""
        if self.engine.scheduler is None:
            return worker_count()
        try:
            return max(1, sum(worker.ready for worker in self.engine.workers()))
        except UserError:
            return 1

    def starts(self) -> dict[str, float]:
        """Returns the runs that wait for this server, the next first, and the seconds until each will start."""
        starts: dict[str, float] = self.once("starts", self._starts)
        return starts

    def _starts(self, runs: list[Run]) -> dict[str, float]:
        own = [run for run in runs if run.owner == self.engine.owner]
        running = [run for run in own if run.status is Status.RUNNING]
        return estimate.starts(queue.line(own), running, runs, self.at_once)

    def refresh(self) -> None:
        """Makes the next reading see what was just written."""
        with self._snapshot_lock:
            self._snapshot = (0.0, [])


def get_services() -> Services:
    """Returns the server's services, begun at the first call.

    Raises:
        UserError: If the cache folder or the record cannot be used; the next call tries again.
    """
    global _services
    with _lock:
        if _services is None:
            store = RunStore(cache_folder() / "runs.db")
            engine = Engine(store, origin="page")
            engine.start(after=FIRST_PAGE_SECONDS)
            _services = Services(store, engine)
        return _services


def running_services() -> Services | None:
    """Returns the server's services if they have begun."""
    return _services


def close_services() -> None:
    """Ends the engine and its workers."""
    global _services
    with _lock:
        if _services is not None:
            _services.engine.close()
            _services.store.close()
        _services = None
