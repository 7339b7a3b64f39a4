"""Limit on open connections, and the closing of silent ones.

An open page or phone holds descriptors, and a process has only so many: with the last one gone it can open no file and
take no visitor. So phones are turned away before that, in words, and the wall goes on.
"""

import asyncio
import math
import sys
import time
from typing import Any

import psutil
import uvicorn
from streamlit.runtime import app_session

if sys.platform != "win32":
    import resource

FULL = "The server has no room for more connections at the moment. Try again in a few seconds."
KEPT_FREE, FOR_PAGES = 1 / 8, 1 / 8
"""Shares of the descriptors: for files and what comes all at once; and, of the others, for pages rather than phones."""
SILENT_SECONDS = 10.0
"""After so long without a whole request a connection is closed."""
ENDLESS = 10_240
"""Descriptors where the system names no limit: macOS gives no more."""


class Connections:
    """The connections of this process: how many there is room for, and which are silent.

    One does for the process, whoever owns it: descriptors are counted by process, and :meth:`look` is called by the
    loop that ``patches.look_rarely`` puts in the place of uvicorn's own.
    """

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._most = self._room = math.inf  # descriptors that there may be, connections that leave enough of them free
        self._silent: dict[Any, float] = {}

    def spare_descriptors(self) -> None:
        """Gets the process as many descriptors as its system lets it have, and has a page take two instead of five.

        Streamlit makes an event loop for each session, for libraries that ask for one; no script runs it. It is three
        descriptors, and one loop does for all.
        """
        if sys.platform != "win32":
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            self._most = ENDLESS if hard == resource.RLIM_INFINITY else hard
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self._most, hard))
            except (OSError, ValueError):
                self._most = soft
        loop = asyncio.new_event_loop()
        shared = property(lambda _session: loop, lambda _session, own: own.close())
        app_session.AppSession._script_event_loop = shared  # type: ignore[assignment]  # Streamlit has no setting for it
        app_session._close_script_event_loop = lambda loop: None  # noqa: ARG005  # one session's end is not all's

    def at_once(self) -> int:
        """Returns how many connections may come in one go."""
        return int(min(2048, KEPT_FREE / 2 * self._most))

    def look(self, server: uvicorn.Server) -> None:
        """Looks how many connections there is room for, and closes silent ones; to be called every moment."""
        self._server, there, now = server, server.server_state.connections, time.monotonic()
        if sys.platform != "win32":
            self._room = (1 - KEPT_FREE) * self._most - (psutil.Process().num_fds() - len(there))
        since = {connection: self._silent.get(connection, now) for connection in there if _awaits_a_request(connection)}
        self._silent.clear()
        self._silent.update(since)
        for connection, began in since.items():
            if now - began > SILENT_SECONDS:
                connection.transport.close()

    def is_full(self, for_phones: bool = False) -> bool:
        """Tells whether there is no room for a further connection, or none for a phone's."""
        return (
            self._server is not None
            and len(self._server.server_state.connections) > self._room - for_phones * FOR_PAGES * self._most
        )


def _awaits_a_request(connection: Any) -> bool:
    """Tells whether part of a request has come, or nothing at all; uvicorn itself ends those that rest after one."""
    if not hasattr(connection, "timeout_keep_alive_task"):  # a websocket
        return False
    is_idle = connection.cycle is None or connection.cycle.response_complete
    return is_idle and connection.timeout_keep_alive_task is None
