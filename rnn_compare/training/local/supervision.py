"""Detection of workers that hang, back-off for workers that fail to start, and rest for those that nobody needs."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from rnn_compare.paths import worker_log

LONGEST_STEP = 5.0
"""Seconds that one look may add. After more this process was asleep itself, or stopped, and its workers with it."""


class Silence:
    """Counts how long each worker has said nothing while this process was there to hear it.

    When a worker was last heard is told by its scheduler's clock, which may be set: all that counts is whether it has
    changed.
    """

    def __init__(self) -> None:
        self._heard: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._looked: float | None = None

    def longer_than(self, seconds: float, heard: Mapping[str, float], now: float) -> list[str]:
        """Returns the workers that have been silent for longer; their silence then begins anew.

        They were last heard by whatever clock; ``now`` is by one that nobody sets.

        Example:
            >>> silence = Silence()
            >>> [silence.longer_than(8, {"one": 1.0, "other": at}, at) for at in (0.0, 5.0, 10.0, 15.0)]
            [[], [], ['one'], []]
        """
        step = 0.0 if self._looked is None else min(now - self._looked, LONGEST_STEP)
        self._looked = now
        self._silent = {
            worker: self._silent.get(worker, 0.0) + step if self._heard.get(worker) == at else 0.0
            for worker, at in heard.items()
        }
        self._heard = dict(heard)
        hung = [worker for worker, silent in self._silent.items() if silent > seconds]
        self._silent |= dict.fromkeys(hung, 0.0)
        return hung


FIRST_SECONDS, LONGEST_SECONDS = 2.0, 60.0
"""Wait before the second start, and the longest before any: the waits grow, for something may be wrong."""
TOLD_AFTER = 3
"""Starts in vain after which it is said: one or two may be bad luck."""


class Starts:
    """Counts how often workers were started in vain, by a clock that nobody sets.

    Example:
        >>> starts = Starts(now=0.0)
        >>> [starts.is_due(some_failed=True, some_there=False, now=at) for at in (1.0, 2.0, 3.0, 6.0)]
        [False, True, False, True]
        >>> starts.problem is None, starts.is_due(True, False, now=12.0), starts.problem is None
        (True, True, False)
    """

    def __init__(self, now: float) -> None:
        self._last = now
        self._count = 1

    def is_due(self, some_failed: bool, some_there: bool, now: float) -> bool:
        """Tells whether to start those again that failed; called again and again."""
        if some_there:
            self._count = 1
        if not some_failed or now - self._last < min(FIRST_SECONDS * self._count, LONGEST_SECONDS):
            return False
        self._last = now
        self._count += 1
        return True

    @property
    def problem(self) -> str | None:
        """The problem in a sentence, once none has come up a few times."""
        if self._count <= TOLD_AFTER:
            return None
        return (
            "The workers crash at start; restarting them. Often TensorFlow does not support this processor: try "
            f"`python -c 'import tensorflow'`. The workers' log: {worker_log()}."
        )


REST_SECONDS = 300.0
"""Seconds for which unused workers are kept warm: each holds half a gigabyte."""


class Rest:
    """Tells the engine whether its workers are wanted. Any thread may call it.

    Args:
        somebody_there: Tells whether somebody may soon want a worker, as while a page is open.
        clock: Seconds, by a clock that nobody sets.

    Example:
        >>> seconds = iter([0.0, 10.0, 400.0, 400.0, 401.0, 403.0])
        >>> rest = Rest(lambda: False, lambda: next(seconds))
        >>> rest.is_due(idle=True), rest.is_due(idle=True)
        (False, True)
        >>> rest.want(after=3.0)
        >>> rest.is_due(idle=True), rest.is_due(idle=True)
        (True, False)
    """

    def __init__(self, somebody_there: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._somebody_there = somebody_there
        self._clock = clock
        self._wanted = clock()
        """The time at which somebody last wanted them; in the future if they are to be there only then."""
        self._resting = False
        self._keeping = 0
        self._lock = threading.Lock()

    @property
    def is_ending(self) -> bool:
        """Whether workers that rest are to come back soon."""
        return self._resting and self._wanted > -math.inf

    def want(self, after: float = 0.0) -> None:
        """Notes that a worker is wanted, after so many seconds if it rests: a page that opens has the machine first."""
        with self._lock:
            at = self._clock() + after
            # A page that opens does not put off a training that was asked for.
            self._wanted = min(self._wanted, at) if self.is_ending else at

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Wants a worker meanwhile, as somebody does who has asked one something."""
        self.want()
        with self._lock:
            self._keeping += 1
        try:
            yield
        finally:
            with self._lock:
                self._keeping -= 1

    def is_due(self, idle: bool) -> bool:
        """Tells whether the workers are to rest now; called again and again."""
        with self._lock:
            now = self._clock()
            if self._resting:
                self._resting = not (self.is_ending and now >= self._wanted)
            else:
                if not idle or self._keeping or self._somebody_there():
                    self._wanted = now
                self._resting = now - self._wanted > REST_SECONDS
                if self._resting:
                    self._wanted = -math.inf
            return self._resting
