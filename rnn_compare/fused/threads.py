"""The threads that a training may use: as many as are allowed at the moment, each taking the next piece of work."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 8
"""More would find nothing to do: a batch has fewer blocks."""
ALONE = 50
"""Calls whose work the caller does alone after a wait for another thread that took longer than the work: that one has
no core of its own just now, and on a busy machine each wait is a turn of everybody else's."""

_pool = ThreadPoolExecutor(MOST, thread_name_prefix="rows")
_allowed = 1
_within = threading.local()
"""Number of threads that may share the work of a thread that is itself one of several."""
_alone_for = 0
"""Calls whose work the caller will still do alone."""


def allow(count: int) -> None:
    """Has pieces of work shared by this many threads from now on, the caller's own among them."""
    global _allowed, _alone_for  # one number for the process, as the processor's cores are
    _allowed, _alone_for = max(1, min(count, MOST)), 0


def allowed() -> int:
    """Returns how many threads share the work: of what is shared already, those that are left for each piece."""
    return min(_allowed, getattr(_within, "allowed", MOST))


def for_each(work: Callable[[T], None], pieces: Iterable[T], worth_sharing: bool = True) -> None:
    """Does the work for each piece and returns when all is done.

    Which thread does which piece is left to chance, so no result may depend on it.

    Args:
        work: What to do with a piece.
        pieces: What to process.
        worth_sharing: Whether it takes much longer than handing it over does, a tenth of a millisecond.

    Raises:
        Exception: The first that the work has raised.
    """
    global _alone_for
    waiting = list(pieces)
    helping = min(allowed(), len(waiting)) - 1 if worth_sharing else 0
    if helping > 0 and _alone_for > 0:
        _alone_for -= 1
        helping = 0
    if helping > 0:
        _share(work, waiting, helping)
        return
    for piece in waiting:
        work(piece)


def collect(work: Callable[[T], R], pieces: Sequence[T], worth_sharing: bool = True) -> list[R]:
    """Does the work for each piece as ``for_each`` does, and returns what it came to, in the pieces' order."""
    results: dict[int, R] = {}
    for_each(lambda which: results.update({which: work(pieces[which])}), range(len(pieces)), worth_sharing)
    return [results[which] for which in range(len(pieces))]


def _share(work: Callable[[T], None], waiting: Sequence[T], helping: int) -> None:
    global _alone_for
    numbers, taking = itertools.count(), threading.Lock()
    share = max(1, allowed() // (helping + 1))

    def take() -> None:
        before, _within.allowed = getattr(_within, "allowed", MOST), share
        try:
            while True:
                with taking:
                    which = next(numbers)
                if which >= len(waiting):
                    return
                work(waiting[which])
        finally:
            _within.allowed = before

    began = time.perf_counter()
    helpers: list[Future[None]] = [_pool.submit(take) for _ in range(helping)]
    try:
        take()
    finally:
        done = time.perf_counter()
        for helper in helpers:
            helper.cancel()  # one that no core was free for
    for helper in helpers:
        if not helper.cancelled():
            helper.result()
    if time.perf_counter() - done > done - began:
        _alone_for = ALONE
