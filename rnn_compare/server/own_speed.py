"""Speed of this machine: measured once, by its own workers when they are idle, and stored."""

import contextlib
import statistics
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rnn_compare.errors import UserError
from rnn_compare.runs.estimate import Speed, keep_speed, measured_speed
from rnn_compare.runs.store import RunStore
from rnn_compare.training.engine import Engine
from rnn_compare.training.local.cluster import worker_count
from rnn_compare.training.worker import worker_process

LOOK_SECONDS = 2.0
"""How often it looks whether the workers are idle, until they were."""
STEP_SECONDS = 1.5
ANSWER_SECONDS = 60.0


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

        ``after`` waits for what else keeps the machine busy.
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
                self._known = measured(self._engine, self._store, self._workers)
        if self._known:
            with contextlib.suppress(OSError, UserError):  # a full disk: it is measured anew at the next start
                keep_speed(self._known)


def measured(engine: Engine, store: RunStore, workers: int) -> Speed | None:
    """Returns how fast this machine is with one worker at work and with all of them; None where they are not idle.

    Raises ``UserError`` if a worker does not answer.
    """

    def step(at_once: int) -> float:
        return engine.ask(worker_process.step, STEP_SECONDS, at_once, timeout=ANSWER_SECONDS)

    if store.unfinished(engine.owner) or len(engine.workers()) < workers:
        return None
    alone = step(1)
    with ThreadPoolExecutor(workers) as side_by_side:
        together = statistics.fmean(side_by_side.map(step, [workers] * workers))
    if store.unfinished(engine.owner):  # a run came between
        return None
    return Speed(alone, max(alone, together), workers)
