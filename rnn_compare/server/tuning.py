"""Limits on open connections, and changes to uvicorn, Streamlit and logging that neither offers as a setting.

Every open page and phone uses file descriptors. A process that runs out of them can neither open a file nor accept a
visitor, so phones are refused first, with a message.
"""

import asyncio
import logging
import math
import os
import socket
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import uvicorn
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

if sys.platform != "win32":
    import resource

FULL = "The server has no room for more connections at the moment. Try again in a few seconds."
RESERVED, FOR_PAGES = 1 / 8, 1 / 8
"""Shares of the descriptors kept for files and bursts of connections, and for pages rather than phones."""
SILENT_SECONDS = 10.0
"""A connection without a complete request is closed after this time."""
MACOS_DESCRIPTORS = 10_240
"""The limit of macOS, which reports none."""
TICK_SECONDS = 0.5
"""Interval at which uvicorn checks whether to stop, updates the date of its answers, and connections are checked."""
GONE_MS = 45_000
"""A phone that acknowledges nothing for this long has left the network; the system's default is 15 minutes."""
SCRIPTS_AT_ONCE, TURN_SECONDS = 2, 1.0


class Connections:
    """The open connections of this process and their limit.

    One object per process, since descriptors are counted per process. The server's loop calls :meth:`check`.
    """

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._descriptors = self._limit = math.inf
        self._silent_since: dict[Any, float] = {}

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

    def check(self, server: uvicorn.Server) -> None:
        """Updates the limit of connections and closes silent ones."""
        self._server, connections, now = server, server.server_state.connections, time.monotonic()
        if sys.platform != "win32":
            others = psutil.Process().num_fds() - len(connections)
            self._limit = (1 - RESERVED) * self._descriptors - others
        self._silent_since = {
            connection: self._silent_since.get(connection, now) for connection in filter(_is_silent, connections)
        }
        for connection, since in self._silent_since.items():
            if now - since > SILENT_SECONDS:
                connection.transport.close()

    def is_full(self, for_phones: bool = False) -> bool:
        """Returns whether no further connection is accepted, or no further phone."""
        count = len(self._server.server_state.connections) if self._server else 0
        return count > self._limit - for_phones * FOR_PAGES * self._descriptors


def _is_silent(connection: Any) -> bool:
    """Returns whether no complete request has arrived; uvicorn itself closes connections that idle after one."""
    if not hasattr(connection, "timeout_keep_alive_task"):  # a websocket
        return False
    is_idle = connection.cycle is None or connection.cycle.response_complete
    return is_idle and connection.timeout_keep_alive_task is None


def share_event_loop() -> None:
    """Makes all of Streamlit's sessions share one event loop, which saves three descriptors per page.

    Streamlit creates a loop per session for libraries that ask for one; scripts never run it.
    """
    loop = asyncio.new_event_loop()
    shared = property(lambda _session: loop, lambda _session, own: own.close())
    app_session.AppSession._script_event_loop = shared  # type: ignore[assignment]  # Streamlit has no setting for it
    app_session._close_script_event_loop = lambda loop: None  # noqa: ARG005  # other sessions still use it


def poll_less(connections: Connections) -> None:
    """Makes the server poll twice a second instead of twenty times. Call before it starts to serve.

    uvicorn checks ten times a second whether to stop.
    """

    async def main_loop(server: uvicorn.Server) -> None:
        sockets = [listener.fileno() for group in server.servers for listener in group.sockets]
        set_up_sockets(sockets, connections.backlog())
        while not await server.on_tick(0):
            connections.check(server)
            await asyncio.sleep(TICK_SECONDS)

    uvicorn.Server.main_loop = main_loop  # type: ignore[assignment, method-assign]  # no setting for it


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


def limit_scripts() -> None:
    """Makes page scripts and fragments run at most ``SCRIPTS_AT_ONCE`` at a time.

    Each script is a thread, and Python runs one thread at a time. When all pages of a class redraw at once, the event
    loop, which phones and pages wait for, would compete with hundreds of threads. A script that has run for
    ``TURN_SECONDS`` is waiting for something, such as a worker, and no longer counts.
    """
    sys.setswitchinterval(0.0005)  # the event loop waits this long for each message it sends; the default is 0.005 s
    # Starting a thread blocks until it runs, so the event loop leaves that to another thread.
    starter, turn_ended = ThreadPoolExecutor(1, "start of scripts"), threading.Condition()
    start, run = ScriptRunner.start, ScriptRunner._run_script
    began: dict[int, float] = {}  # by thread

    def run_in_turn(self: ScriptRunner, rerun_data: RerunData) -> None:
        with turn_ended:
            while sum(time.monotonic() - at < TURN_SECONDS for at in began.values()) >= SCRIPTS_AT_ONCE:
                turn_ended.wait(TURN_SECONDS)
            began[threading.get_ident()] = time.monotonic()
        try:
            run(self, rerun_data)
        finally:
            with turn_ended:
                del began[threading.get_ident()]
                turn_ended.notify()

    def start_or_shut_down(self: ScriptRunner) -> None:
        try:
            start(self)
        except Exception:  # most likely no thread is available; the future would hide it
            logging.getLogger(__name__).exception("A page's script could not be started.")
            # Otherwise the session would wait for this script forever.
            self.on_event.send(self, event=ScriptRunnerEvent.SHUTDOWN, client_state=None)

    ScriptRunner._run_script = run_in_turn  # type: ignore[method-assign]  # no setting for it
    ScriptRunner.start = lambda self: starter.submit(start_or_shut_down, self)  # type: ignore[assignment, method-assign]  # as above
