"""Rate limit by visitor: a token bucket for each, which refills with time."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_VISITORS = 10_000
"""Buckets that are kept; whoever came back least recently is forgotten first, and so begins anew."""


class RateLimit:
    """Lets everybody do something a number of times at once, and from then on at a steady pace.

    May be used from any thread.

    Args:
        at_once: Turns in a full bucket.
        per_second: Turns that come back each second.
        now: Tells the time in seconds; it must never go back.

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
        """Takes one turn of a visitor: returns 0.0 if there was one, else the seconds until there is one again."""
        with self._lock:
            now = self._now()
            turns, since = self._buckets.get(visitor, (float(self.at_once), now))
            turns = min(self.at_once, turns + (now - since) * self._per_second)
            missing = max(0.0, 1.0 - turns)
            self._buckets[visitor] = (turns if missing else turns - 1.0, now)
            self._buckets.move_to_end(visitor)
            if len(self._buckets) > MOST_VISITORS:
                self._buckets.popitem(last=False)
            return missing / self._per_second


def whole_seconds(seconds: float) -> str:
    """Returns how long to wait, in seconds that can be counted.

    Example:
        >>> whole_seconds(0.2), whole_seconds(11.3)
        ('1 s', '12 s')
    """
    return f"{max(1, math.ceil(seconds))} s"
