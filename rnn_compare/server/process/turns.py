"""Turns of page scripts, of which few run at a time."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

AT_ONCE, TURN_SECONDS = 2, 1.0
LOOK_SECONDS, COME_SECONDS = 0.002, 0.02
"""Interval between looks whether a script may be started, and the longest wait for one that was."""


class ScriptTurns:
    """Makes page scripts and fragments run at most ``AT_ONCE`` at a time. Thread-safe.

    Each script is a thread, and Python runs one thread at a time. When all pages of a class redraw at once, the event
    loop, which phones and pages wait for, would compete with hundreds of threads. A script that has run for
    ``TURN_SECONDS`` is waiting for something, such as a worker, and no longer counts.

    Starting a thread makes the event loop wait as well, so no more are started than can soon have a turn.
    """

    def __init__(self) -> None:
        self._turn_ended = threading.Condition()
        self._began: dict[int, float] = {}  # by thread
        self._waiting = 0
        self._come, self._come_before = 0, -1  # scripts so far, and when the last message was let through
        self._let_through = 0.0
        self._door = asyncio.Lock()  # first come, first served

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a turn, which lasts as long as the ``with`` block; a block within it is part of the same turn."""
        thread = threading.get_ident()
        if thread in self._began:
            yield
            return
        with self._turn_ended:
            self._come += 1
            self._waiting += 1
            while sum(time.monotonic() - at < TURN_SECONDS for at in self._began.values()) >= AT_ONCE:
                self._turn_ended.wait(TURN_SECONDS)
            self._waiting -= 1
            self._began[thread] = time.monotonic()
        try:
            yield
        finally:
            with self._turn_ended:
                del self._began[thread]
                self._turn_ended.notify()

    async def may_start(self) -> None:
        """Waits, in the event loop, until a message may start a script: once the last one's has come, and few wait.

        Each message waits a little more than ``TURN_SECONDS`` at most, and for those before it.
        """
        async with self._door:
            until = self._let_through + COME_SECONDS
            while self._come == self._come_before and time.monotonic() < until:
                await asyncio.sleep(LOOK_SECONDS)
            until = time.monotonic() + TURN_SECONDS
            while self._waiting >= AT_ONCE and time.monotonic() < until:
                await asyncio.sleep(LOOK_SECONDS)
            self._come_before, self._let_through = self._come, time.monotonic()
