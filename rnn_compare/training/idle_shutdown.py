"""Idle shutdown: sends workers home that nobody needs, and has them fetched again."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator

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
