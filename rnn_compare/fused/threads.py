"""The threads that a training may use: as many as are allowed at the moment, each taking the next piece of work."""

import itertools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

MOST = 8
"""More would find nothing to do: a batch has fewer blocks."""

_pool = ThreadPoolExecutor(MOST, thread_name_prefix="rows")
_allowed = 1


def allow(count: int) -> None:
    """Has pieces of work shared by this many threads from now on, the caller's own among them."""
    global _allowed  # one number for the process, as the processor's cores are
    _allowed = max(1, min(count, MOST))


def allowed() -> int:
    """Returns how many threads share the work."""
    return _allowed


def for_each(work: Callable[[T], None], pieces: Iterable[T]) -> None:
    """Does the work for each piece and returns when all is done.

    Which thread does which piece is left to chance, so no result may depend on it.

    Raises:
        Exception: The first that the work has raised.
    """
    waiting = list(pieces)
    helpers: list[Future[None]] = []
    taken, taking = itertools.count(), threading.Lock()

    def take() -> None:
        while True:
            with taking:
                which = next(taken)
            if which >= len(waiting):
                return
            work(waiting[which])

    helpers = [_pool.submit(take) for _ in range(min(_allowed, len(waiting)) - 1)]
    try:
        take()
    finally:
        for helper in helpers:
            helper.cancel()  # one that no core was free for
    for helper in helpers:
        if not helper.cancelled():
            helper.result()
