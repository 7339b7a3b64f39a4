"""Speed of this machine: measured at the first start by its idle workers, and stored."""

import contextlib
import statistics
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rnn_compare.errors import UserError
from rnn_compare.runs.estimate import Speed, store_speed, stored_speed
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count
from rnn_compare.training.worker import worker_process

MEASUREMENTS = 3
"""The fastest counts: another program that runs for a moment makes a measurement slow, and nothing makes one fast."""
PAUSE_SECONDS = 2.0
"""Time between measurements, and between checks while the workers are busy."""
STEP_SECONDS = 0.5
ANSWER_SECONDS = 60.0


class MachineSpeed:
    """The speed of the machine that the engine trains on. Thread-safe."""

    def __init__(self, engine: Engine, store: RunStore) -> None:
        self._engine, self._store = engine, store
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        # Workers of a cluster have a machine each and do not slow each other down; its runs show the pace.
        self._workers = 1 if engine.scheduler else worker_count()
        self._known = None if engine.scheduler else stored_speed(self._workers)

    @property
    def current(self) -> Speed:
        """The speed measured so far, or the default."""
        return self._known or Speed(workers=self._workers)

    def measure_once(self, after: Callable[[], object] = lambda: None) -> None:
        """Starts a thread that measures as soon as the workers are idle, unless the speed is known.

        ``after`` returns once nothing else keeps the machine busy.
        """
        if self._known is None and self._engine.scheduler is None:
            self._thread = threading.Thread(target=self._measure, args=(after,), name="machine speed", daemon=True)
            self._thread.start()

    def wait(self, timeout: float) -> None:
        """Waits until the speed is measured or the measurement is given up."""
        if self._thread is not None:
            self._thread.join(timeout)

    def close(self) -> None:
        """Gives up what is not measured yet."""
        self._closing.set()

    def _measure(self, after: Callable[[], object]) -> None:
        after()
        count = 0
        while count < MEASUREMENTS and not self._closing.wait(PAUSE_SECONDS):
            if self._engine.state.phase != "ready":
                continue
            with contextlib.suppress(UserError):  # a worker was lost: try again
                if speed := measure(self._engine, self._store, self._workers):
                    best, count = self._known or speed, count + 1
                    alone, together = min(best.alone, speed.alone), min(best.together, speed.together)
                    self._known = Speed(alone, together, self._workers)
        if self._known:
            with contextlib.suppress(OSError, UserError):  # a full disk: the next start measures again
                store_speed(self._known)


def measure(engine: Engine, store: RunStore, workers: int) -> Speed | None:
    """Returns this machine's speed with one worker and with all of them at work; None if they are not idle.

    Raises ``UserError`` if a worker does not answer.
    """

    def step(at_once: int) -> float:
        return engine.ask(worker_process.step, STEP_SECONDS, at_once, timeout=ANSWER_SECONDS)

    if store.unfinished(engine.owner) or len(engine.workers()) < workers:
        return None
    alone = step(1)
    with ThreadPoolExecutor(workers) as pool:
        together = statistics.fmean(pool.map(step, [workers] * workers))
    if store.unfinished(engine.owner):  # a run started meanwhile
        return None
    return Speed(alone, max(alone, together), workers)
