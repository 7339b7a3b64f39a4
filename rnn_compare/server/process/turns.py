"""Turns of page scripts, of which few run at a time."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

AT_ONCE, TURN_SECONDS, SENDING_SECONDS = 2, 1.0, 5.0


class ScriptTurns:
    """Makes page scripts and fragments run at most ``AT_ONCE`` at a time. Thread-safe.

    Each script is a thread, and Python runs one thread at a time. When all pages of a class redraw at once, the event
    loop, which phones and pages wait for, would compete with hundreds of threads. A script that has run for
    ``TURN_SECONDS`` is waiting for something, such as a worker, and no longer counts.
    """

    loop: asyncio.AbstractEventLoop | None = None
    """The server's, once it runs."""

    def __init__(self) -> None:
        self._turn_ended = threading.Condition()
        self._began: dict[int, float] = {}  # by thread

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a turn, which lasts as long as the ``with`` block; a block within it is part of the same turn."""
        thread = threading.get_ident()
        if thread in self._began:
            yield
            return
        with self._turn_ended:
            while sum(time.monotonic() - at < TURN_SECONDS for at in [*self._began.values()]) >= AT_ONCE:
                self._turn_ended.wait(TURN_SECONDS)
            self._began[thread] = time.monotonic()
        try:
            yield
        finally:
            with self._turn_ended:
                del self._began[thread]
                self._turn_ended.notify()

    def wait_until_sent(self) -> None:
        """Waits until the event loop has taken all that this script has drawn.

        If a fragment ticks after the script's end but before that, Streamlit drops what the loop has not taken yet. The
        page keeps showing what it was before, while its fragments know the newer state and see nothing to do.
        """
        if self.loop is not None:
            taken = threading.Event()
            with contextlib.suppress(RuntimeError):  # the server has stopped
                self.loop.call_soon_threadsafe(taken.set)
                taken.wait(SENDING_SECONDS)
