"""Threads that do something at the same moment, for what a lock must hold together."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.kit.waiting import PATIENCE

T = TypeVar("T")


def at_once(call: Callable[[int], T], threads: int = 8, switch_seconds: float = 1e-6) -> list[T]:
    """Calls a function with 0, 1, 2 … in as many threads, which begin together and interrupt each other all the time.

    Returns the results; an exception of a call is raised.
    """
    together, usual = threading.Barrier(threads, timeout=PATIENCE), sys.getswitchinterval()

    def begin(number: int) -> T:
        together.wait()
        return call(number)

    sys.setswitchinterval(switch_seconds)
    try:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(begin, range(threads)))
    finally:
        sys.setswitchinterval(usual)
