"""A pool of threads for a training: as many as currently allowed, each taking the next piece of work."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MAX_THREADS = 8
"""More would be idle: a batch has fewer blocks."""
CALLS_ALONE = 50
"""Calls that run in the caller's thread alone after a wait for another thread took longer than the work: that thread
has no core at the moment, and on a busy machine each wait lets all other processes run first."""

_pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="rows")
_allowed = 1
_within = threading.local()
"""``allowed``: the number of threads that may share the work of one of several threads."""
_calls_alone = 0
"""Calls that still run in the caller's thread alone."""


def allow(count: int) -> None:
    """Sets the number of threads for all later calls, including the caller's."""
    global _allowed, _calls_alone  # one number for the process, which shares the cores
    _allowed, _calls_alone = max(1, min(count, MAX_THREADS)), 0


def allowed() -> int:
    """Returns the number of threads for a call; within a piece of shared work, its share of the threads."""
    return min(_allowed, getattr(_within, "allowed", MAX_THREADS))


def for_each(work: Callable[[T], None], pieces: Iterable[T], worth_sharing: bool = True) -> None:
    """Calls a function for each piece of work, in several threads, and returns when all are done.

    Threads take the pieces at random, so no result may depend on which does which.

    Args:
        work: The function.
        pieces: Its arguments.
        worth_sharing: Whether it takes much longer than the overhead of a thread, a tenth of a millisecond.

    Raises:
        Exception: The first exception of the function.
    """
    global _calls_alone
    waiting = list(pieces)
    helping = min(allowed(), len(waiting)) - 1 if worth_sharing else 0
    if helping > 0 and _calls_alone > 0:
        _calls_alone -= 1
        helping = 0
    if helping > 0:
        _share(work, waiting, helping)
        return
    for piece in waiting:
        work(piece)


def collect(work: Callable[[T], R], pieces: Sequence[T], worth_sharing: bool = True) -> list[R]:
    """Returns the function's results for all pieces, in their order; otherwise as ``for_each``."""
    results: dict[int, R] = {}
    for_each(lambda k: results.update({k: work(pieces[k])}), range(len(pieces)), worth_sharing)
    return [results[k] for k in range(len(pieces))]


def _share(work: Callable[[T], None], waiting: Sequence[T], helping: int) -> None:
    global _calls_alone
    numbers, lock = itertools.count(), threading.Lock()
    share = max(1, allowed() // (helping + 1))

    def take() -> None:
        before, _within.allowed = getattr(_within, "allowed", MAX_THREADS), share
        try:
            while True:
                with lock:
                    k = next(numbers)
                if k >= len(waiting):
                    return
                work(waiting[k])
        finally:
            _within.allowed = before

    start = time.perf_counter()
    helpers: list[Future[None]] = [_pool.submit(take) for _ in range(helping)]
    try:
        take()
    finally:
        done = time.perf_counter()
        for helper in helpers:
            helper.cancel()  # one that has not started, as no core was free
    for helper in helpers:
        if not helper.cancelled():
            helper.result()
    if time.perf_counter() - done > done - start:
        _calls_alone = CALLS_ALONE
