"""The open connections of the server: their limit, the sockets' options, and the end of silent ones.

Every open page and phone uses file descriptors. A process that runs out of them can neither open a file nor accept a
visitor, so phones are refused first, with a message.
"""

import asyncio
import gc
import logging
import math
import os
import socket
import sys
import time
from collections.abc import Iterable
from typing import Any

import psutil
import uvicorn

if sys.platform != "win32":
    import resource

FULL = "The server has no room for more connections at the moment. Try again in a few seconds."
RESERVED, FOR_PAGES = 1 / 8, 1 / 8
"""Shares of the descriptors kept for files and bursts of connections, and for pages rather than phones."""
SILENT_SECONDS = 10.0
"""A connection without a complete request is closed after this time."""
MACOS_DESCRIPTORS = 10_240
"""The limit of macOS, which reports none."""
START_SECONDS, LOOK_SECONDS, COUNT_SECONDS = 0.01, 0.5, 0.02
"""Intervals between looks for a server that listens, for silent connections, and at least, between counts."""
GONE_MS = 45_000
"""A phone that acknowledges nothing for this long has left the network; the system's default is 15 minutes."""

_log = logging.getLogger(__name__)


class Connections:
    """The open connections of this process and their limit.

    One object per process, since descriptors are counted per process.
    """

    def __init__(self) -> None:
        self._descriptors = math.inf
        self._counted = (-math.inf, 0)

    def raise_limit(self) -> None:
        """Raises the process's limit of descriptors as far as the system allows."""
        if sys.platform != "win32":
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            self._descriptors = MACOS_DESCRIPTORS if hard == resource.RLIM_INFINITY else hard
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self._descriptors, hard))
            except (OSError, ValueError):
                self._descriptors = soft

    def backlog(self) -> int:
        """Returns how many new connections may wait at once."""
        return int(min(2048, RESERVED / 2 * self._descriptors))

    def is_full(self, for_phones: bool = False) -> bool:
        """Returns whether no further connection is accepted, or no further phone."""
        at, used = self._counted
        if sys.platform != "win32" and time.monotonic() - at > COUNT_SECONDS:
            self._counted = _, used = time.monotonic(), psutil.Process().num_fds()
        return used > (1 - RESERVED - for_phones * FOR_PAGES) * self._descriptors

    async def watch(self) -> None:
        """Closes silent connections until it is cancelled; create its task while the server starts."""
        # Neither uvicorn nor Streamlit hands over the running server, and none has an option for a silent connection.
        servers = [item for item in gc.get_objects() if issubclass(type(item), uvicorn.Server)]
        try:
            while not (listening := [server for server in servers if server.started and not server.should_exit]):
                if not servers:
                    raise LookupError("no server")
                # It listens after the lifespan's start, which may take seconds; a connection keeps the options that its
                # listener had when it was accepted, so these must be set before the first visitor is there.
                await asyncio.sleep(START_SECONDS)
            listeners = [listener for server in listening for group in server.servers for listener in group.sockets]
            set_up_sockets([listener.fileno() for listener in listeners], self.backlog())
            since: dict[Any, float] = {}
            while True:
                now = time.monotonic()
                connections = [item for server in listening for item in server.server_state.connections]
                since = {connection: since.get(connection, now) for connection in filter(_is_silent, connections)}
                for connection, at in since.items():
                    if now - at > SILENT_SECONDS:
                        connection.transport.close()
                await asyncio.sleep(LOOK_SECONDS)
        except (AttributeError, LookupError) as error:
            _log.warning("uvicorn has changed (%s): silent connections stay open, and answers may take 44 ms.", error)


def _is_silent(connection: Any) -> bool:
    """Returns whether no complete request has arrived; uvicorn itself closes connections that idle after one."""
    if not hasattr(connection, "timeout_keep_alive_task"):  # a websocket
        return False
    is_idle = connection.cycle is None or connection.cycle.response_complete
    return is_idle and connection.timeout_keep_alive_task is None


def set_up_sockets(descriptors: Iterable[int], backlog: int) -> None:
    """Disables Nagle's algorithm on listening sockets, drops lost phones early, and limits the backlog.

    asyncio does not recognize the socket that Streamlit binds as TCP and leaves Nagle's algorithm on (RFC 896): the
    body of an answer then waits 40 ms until the browser acknowledges the headers, and a first page is more than a
    hundred answers. New connections inherit these options. asyncio accepts the whole backlog at once.
    """
    for descriptor in descriptors:
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
            listener.listen(backlog)
