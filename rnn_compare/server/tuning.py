"""Open connections and their limit; and changes to uvicorn, Streamlit and logging for which neither offers a setting.

An open page or phone holds descriptors, and a process has only so many: with the last one gone it can open no file and
take no visitor. So phones are turned away before that, in words, and the wall goes on.
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
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

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
    loop that ``look_rarely`` puts in the place of uvicorn's own.
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
        self._silent = {
            connection: self._silent.get(connection, now) for connection in there if _awaits_a_request(connection)
        }
        for connection, began in self._silent.items():
            if now - began > SILENT_SECONDS:
                connection.transport.close()

    def is_full(self, for_phones: bool = False) -> bool:
        """Tells whether there is no room for a further connection, or none for a phone's."""
        there = len(self._server.server_state.connections) if self._server else 0
        return there > self._room - for_phones * FOR_PAGES * self._most


def _awaits_a_request(connection: Any) -> bool:
    """Tells whether part of a request has come, or nothing at all; uvicorn itself ends those that rest after one."""
    if not hasattr(connection, "timeout_keep_alive_task"):  # a websocket
        return False
    is_idle = connection.cycle is None or connection.cycle.response_complete
    return is_idle and connection.timeout_keep_alive_task is None


TICK_SECONDS = 0.5
"""How often uvicorn looks whether it is to end and renews the date of its answers, and connections are looked at."""
SCRIPTS_AT_ONCE, TURN_SECONDS = 2, 1.0
GONE_MS = 45_000
"""After so long without a word a phone has left the network: the system itself would wait for a quarter of an hour."""
LOG_SECONDS = 60.0
MOST_WARNINGS = 1000
"""Different warnings that are remembered."""


def look_rarely(connections: Connections) -> None:
    """Has the server look around twice a second instead of twenty times; called before it begins to.

    uvicorn looks ten times a second whether it was told to end, and Streamlit, twice five times, whether somebody has
    edited a ``config.toml``, whatever ``fileWatcherType`` says. Neither offers a setting. What was edited counts from
    the next start.
    """

    async def main_loop(server: uvicorn.Server) -> None:
        sockets = [listening.fileno() for listens in server.servers for listening in listens.sockets]
        set_up_sockets(sockets, connections.at_once())
        while not await server.on_tick(0):
            connections.look(server)
            await asyncio.sleep(TICK_SECONDS)

    uvicorn.Server.main_loop = main_loop  # type: ignore[assignment, method-assign]  # no setting for it
    PollingPathWatcher._schedule = lambda _watcher: None  # type: ignore[assignment, method-assign]  # no setting for it


def set_up_sockets(descriptors: Iterable[int], backlog: int) -> None:
    """Has all that is written to a connection sent at once, and few connections wait to be taken.

    Streamlit binds its socket in a way by which asyncio does not take it for one of TCP, and leaves it as it is: an
    answer's body then waits until the browser has acknowledged the headers, which it does 40 ms later (Nagle's
    algorithm, RFC 896, and delayed acknowledgements). A first page is more than a hundred answers. New connections
    inherit what is set here. asyncio takes all of the backlog in one go, a descriptor each.
    """
    for descriptor in descriptors:
        with socket.socket(fileno=os.dup(descriptor)) as listening:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
            listening.listen(backlog)


def take_turns() -> None:
    """Has pages' scripts, and their fragments, run a few at a time from now on.

    Each is a thread that computes, and Python lets one thread compute at once. Where a hall's pages all draw anew in
    one moment, the event loop, which phones and all pages wait for, would be one of two hundred; so it is one of three.
    A script that has run for ``TURN_SECONDS`` waits for something, such as a worker, and no longer counts.
    """
    sys.setswitchinterval(0.0005)  # the loop waits as long at each message that it sends: by default 0.005 s
    # Starting a thread waits until it runs, so another thread than the event loop's does that.
    starter, freed, since = ThreadPoolExecutor(1, "scripts' start"), threading.Condition(), dict[int, float]()
    start, run = ScriptRunner.start, ScriptRunner._run_script

    def has_room() -> bool:
        return sum(time.monotonic() - began < TURN_SECONDS for began in since.values()) < SCRIPTS_AT_ONCE

    def run_in_turn(self: ScriptRunner, rerun_data: RerunData) -> None:
        with freed:
            while not has_room():
                freed.wait(TURN_SECONDS)
            since[threading.get_ident()] = time.monotonic()
        try:
            run(self, rerun_data)
        finally:
            with freed:
                del since[threading.get_ident()]
                freed.notify()

    def begin(self: ScriptRunner) -> None:
        try:
            start(self)
        except Exception:  # most likely no thread is left; a future would keep it to itself
            logging.getLogger(__name__).exception("A page's script could not be started.")
            # Else the session would leave all that follows to this one, and wait for ever.
            self.on_event.send(self, event=ScriptRunnerEvent.SHUTDOWN, client_state=None)

    ScriptRunner._run_script = run_in_turn  # type: ignore[method-assign]  # no setting for it
    ScriptRunner.start = lambda self: starter.submit(begin, self)  # type: ignore[assignment, method-assign]  # as above


class Seldom(logging.Filter):
    """Lets a warning through at most once a minute, the next time with how often it came meanwhile.

    A storm of errors must not fill the disk, nor keep the server busy.
    """

    def __init__(self) -> None:
        super().__init__()
        self._logged: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether a record is logged; called by `logging`."""
        message, now = record.getMessage(), time.monotonic()
        key = message.partition("\n")[0], repr(record.exc_info and record.exc_info[1])
        at, more = self._logged.get(key, (-LOG_SECONDS, 0))
        is_new = now - at >= LOG_SECONDS or record.levelno < logging.WARNING
        if is_new and more:
            record.msg, record.args = f"{message}\n({more:,} more like it since the last.)", None
        if len(self._logged) >= MOST_WARNINGS:
            self._logged.clear()
        self._logged[key] = (now, 0) if is_new else (at, more + 1)
        return is_new
