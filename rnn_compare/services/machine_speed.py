"""Speed of this machine, measured at every start by an idle worker."""

import contextlib
import threading
from collections.abc import Callable

from rnn_compare.errors import UserError
from rnn_compare.runs.estimate import Speed
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
    """The speed of the machine that the engine trains on: ``current`` is the default until it is measured."""

    def __init__(self, engine: Engine, store: RunStore) -> None:
        self._engine, self._store = engine, store
        self._closing = threading.Event()
        # Workers of a cluster have a machine each and do not slow each other down; its runs show the pace.
        self.current = Speed(workers=1 if engine.scheduler else worker_count())

    def measure_once(self, after: Callable[[], object]) -> None:
        """Starts a thread that measures once ``after`` has returned and the workers are idle, unless on a cluster."""
        if self._engine.scheduler is None:
            threading.Thread(target=self.measure, args=(after,), name="machine speed", daemon=True).start()

    def close(self) -> None:
        """Gives up what is not measured yet."""
        self._closing.set()

    def measure(self, after: Callable[[], object]) -> None:
        """Measures as ``measure_once`` does, in this thread."""
        after()
        steps: list[float] = []
        while len(steps) < MEASUREMENTS and not self._closing.wait(PAUSE_SECONDS):
            if self._engine.state.phase != "ready" or self._store.unfinished(self._engine.owner):
                continue
            with contextlib.suppress(UserError):  # the worker was lost: try again
                step = self._engine.ask(worker_process.step, STEP_SECONDS, timeout=ANSWER_SECONDS)
                if not self._store.unfinished(self._engine.owner):  # else a run has started meanwhile
                    steps.append(step)
                    self.current = Speed(min(steps), self.current.workers)
