"""What all pages share: one record and one engine for the whole server."""

import threading
import time
from dataclasses import dataclass

from rnn_compare.paths import cache_folder
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine

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

    def runs(self) -> list[Run]:
        """Returns all runs, oldest first, as they were at most ``SNAPSHOT_SECONDS`` ago."""
        with self._snapshot_lock:
            if time.monotonic() - self._snapshot[0] > SNAPSHOT_SECONDS:
                self._snapshot = (time.monotonic(), self.store.runs())
            return self._snapshot[1]

    def refresh(self) -> None:
        """Makes the next reading see what was just written."""
        with self._snapshot_lock:
            self._snapshot = (0.0, [])


def get() -> Services:
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


def close() -> None:
    """Ends the engine and its workers."""
    global _services
    with _lock:
        if _services is not None:
            _services.engine.close()
            _services.store.close()
        _services = None
