"""Supervision of workers: detection of hanging ones, back-off after failed starts, rest when nobody needs them."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from rnn_compare.paths import worker_log

LONGEST_STEP = 5.0
"""Maximum seconds that one look adds: after a longer gap this process was asleep or stopped, with its workers."""


class Silence:
    """Measures how long each worker has been silent while this process was awake."""

    def __init__(self) -> None:
        self._last_seen: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._looked: float | None = None

    def longer_than(self, seconds: float, last_seen: Mapping[str, float], now: float) -> list[str]:
        """Returns the workers that have been silent for longer, and restarts their count.

        Args:
            last_seen: Time of each worker's last message, by any clock.
            now: Seconds by a clock that nobody sets.

        Example:
            >>> silence = Silence()
            >>> [silence.longer_than(8, {"one": 1.0, "other": at}, at) for at in (0.0, 5.0, 10.0, 15.0)]
            [[], [], ['one'], []]
        """
        step = 0.0 if self._looked is None else min(now - self._looked, LONGEST_STEP)
        self._looked = now
        self._silent = {
            worker: self._silent.get(worker, 0.0) + step if self._last_seen.get(worker) == at else 0.0
            for worker, at in last_seen.items()
        }
        self._last_seen = dict(last_seen)
        hung = [worker for worker, silent in self._silent.items() if silent > seconds]
        self._silent |= dict.fromkeys(hung, 0.0)
        return hung


FIRST_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""Wait before the second start, and the longest wait; the waits grow."""
REPORTED_AFTER = 3
"""Failed starts before the problem is reported."""


class Starts:
    """Back-off after failed starts of workers, by a clock that nobody sets.

    Attributes:
        reason: The error that the last failed start reported; empty if it could not.

    Example:
        >>> starts = Starts(now=0.0)
        >>> [starts.is_due(some_failed=True, some_there=False, now=at) for at in (1.0, 2.0, 3.0, 6.0)]
        [False, True, False, True]
        >>> starts.problem is None, starts.is_due(True, False, now=12.0), starts.problem is None
        (True, True, False)
    """

    def __init__(self, now: float) -> None:
        self.reason = ""
        self._last = now
        self._count = 1

    def is_due(self, some_failed: bool, some_there: bool, now: float) -> bool:
        """Returns whether to start the failed workers again; called regularly."""
        if some_there:
            self._count = 1
        if not some_failed or now - self._last < min(FIRST_SECONDS * self._count, LONGEST_SECONDS):
            return False
        self._last = now
        self._count += 1
        return True

    @property
    def problem(self) -> str | None:
        """The problem in a sentence, after several starts without success."""
        if self._count <= REPORTED_AFTER:
            return None
        if self.reason:
            return f"The workers cannot start ({self.reason}); trying again. The workers' log: {worker_log()}."
        return (
            "The workers crash at start; restarting them. Often TensorFlow does not support this processor: try "
            f"`python -c 'import tensorflow'`. The workers' log: {worker_log()}."
        )


REST_SECONDS = 300.0
"""Time that unused workers stay alive: each takes half a gigabyte."""


class Rest:
    """Decides when unused workers end and when they start again. Any thread may call it.

    Args:
        somebody_there: Whether somebody may soon want a worker, as while a page is open.
        clock: Seconds, by a clock that nobody sets.
    """

    def __init__(self, somebody_there: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._somebody_there, self._clock = somebody_there, clock
        self._last_use = clock()
        self._start = math.inf
        self._users = 0
        self._lock = threading.Lock()

    @property
    def is_ending(self) -> bool:
        """Whether resting workers will soon start again."""
        return self._start < math.inf

    def want(self, after: float = 0.0) -> None:
        """Requests a worker; a resting one starts after so many seconds, so that an opening page loads first."""
        with self._lock:
            self._last_use = self._clock() + after
            self._start = min(self._start, self._last_use)  # a page that opens does not delay a training

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keeps the workers alive meanwhile."""
        self.want()
        with self._lock:
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1

    def is_due(self, resting: bool, idle: bool) -> bool:
        """Returns whether the workers should rest now, given whether they rest and whether they have nothing to do."""
        with self._lock:
            now = self._clock()
            if resting:
                return now < self._start
            self._start = math.inf
            if not idle or self._users or self._somebody_there():
                self._last_use = now
            return now - self._last_use > REST_SECONDS
