"""Changes to uvicorn, Streamlit and logging for which neither offers a setting; made before the server begins."""

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Iterable

import uvicorn
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

from rnn_compare.server.tuning.connections import Connections

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
    inherit what is set here.

    Args:
        descriptors: Of the sockets.
        backlog: How many may wait: asyncio takes all of them in one go, a descriptor each.
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
    freed, since = threading.Condition(), dict[int, float]()
    run = ScriptRunner._run_script

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

    ScriptRunner._run_script = run_in_turn  # type: ignore[method-assign]  # no setting for it


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
