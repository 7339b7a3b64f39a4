"""Rate limit per visitor, by token buckets."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_VISITORS = 10_000
"""Buckets in memory; the least recently used one is dropped first, so its visitor starts with a full one."""


class RateLimit:
    """A limit on how often each visitor may do something. Thread-safe.

    Args:
        at_once: Tokens in a full bucket.
        per_second: Tokens added per second.
        now: Returns a monotonic time in seconds.

    Example:
        >>> limit = RateLimit(at_once=2, per_second=0.5, now=lambda: 0.0)
        >>> [limit.take("me"), limit.take("me"), limit.take("me"), limit.take("you")]
        [0.0, 0.0, 2.0, 0.0]
    """

    def __init__(self, at_once: int, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self._per_second = per_second
        self._now = now
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, visitor: str) -> float:
        """Takes one of a visitor's tokens and returns 0.0, or returns the seconds until there is one."""
        with self._lock:
            now = self._now()
            tokens, since = self._buckets.get(visitor, (float(self.at_once), now))
            tokens = min(self.at_once, tokens + (now - since) * self._per_second)
            missing = max(0.0, 1.0 - tokens)
            self._buckets[visitor] = (tokens if missing else tokens - 1.0, now)
            self._buckets.move_to_end(visitor)
            if len(self._buckets) > MOST_VISITORS:
                self._buckets.popitem(last=False)
            return missing / self._per_second


def whole_seconds(seconds: float) -> str:
    """Returns a waiting time as text, in whole seconds.

    Example:
        >>> whole_seconds(0.2), whole_seconds(11.3)
        ('1 s', '12 s')
    """
    return f"{max(1, math.ceil(seconds))} s"
