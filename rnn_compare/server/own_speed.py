"""Speed of this machine: measured once, when the workers are idle, and stored."""

import contextlib
import threading
from collections.abc import Callable

from rnn_compare.errors import UserError
from rnn_compare.runs.estimate import Speed, keep_speed, measured_speed
from rnn_compare.runs.store import RunStore
from rnn_compare.training import calibrating
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count

LOOK_SECONDS = 2.0
"""How often it looks whether the workers are idle, until they were."""


class OwnSpeed:
    """The speed of the machine that the engine trains on. Any thread may ask."""

    def __init__(self, engine: Engine, store: RunStore) -> None:
        self._engine, self._store = engine, store
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        # On a cluster each worker has a machine of its own: nobody slows another down, and runs teach their pace.
        self._workers = 1 if engine.scheduler else worker_count()
        self._known = None if engine.scheduler else measured_speed(self._workers)

    @property
    def now(self) -> Speed:
        """What is known by now."""
        return self._known or Speed(workers=self._workers)

    def measure_once(self, after: Callable[[], object] = lambda: None) -> None:
        """Has it measured as soon as the workers are ready and idle, unless it is known. Returns at once.

        Args:
            after: Waits for what else keeps the machine busy.
        """
        if self._known is None and self._engine.scheduler is None:
            self._thread = threading.Thread(target=self._measure, args=(after,), name="own speed", daemon=True)
            self._thread.start()

    def wait(self, timeout: float) -> None:
        """Waits until it is measured or given up."""
        if self._thread is not None:
            self._thread.join(timeout)

    def close(self) -> None:
        """Gives up what is not measured yet."""
        self._closing.set()

    def _measure(self, after: Callable[[], object]) -> None:
        after()
        while self._known is None and not self._closing.wait(LOOK_SECONDS):
            if self._engine.state.phase != "ready":
                continue
            with contextlib.suppress(UserError):  # a worker was lost: the next time
                self._known = calibrating.measured(self._engine, self._store, self._workers)
        if self._known:
            with contextlib.suppress(OSError, UserError):  # a full disk: it is measured anew at the next start
                keep_speed(self._known)
