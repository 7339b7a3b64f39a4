"""What the server does while nobody asks it for anything: next to nothing, for days, on a laptop's battery."""

import asyncio

import uvicorn
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

from rnn_compare.server.tuning import connections, tcp_nodelay

TICK_SECONDS = 0.5
"""How often uvicorn looks whether it is to end and renews the date of its answers, and connections are looked at."""


def look_rarely() -> None:
    """Has the server look around twice a second instead of twenty times; called before it begins to.

    uvicorn looks ten times a second whether it was told to end, and Streamlit, twice five times, whether somebody has
    edited a ``config.toml``, whatever ``fileWatcherType`` says. Neither offers a setting. What was edited counts from
    the next start.
    """
    # mypy holds that no method is ever put in another's place: thus both exemptions.
    uvicorn.Server.main_loop = _main_loop  # type: ignore[assignment, method-assign]  # as said
    PollingPathWatcher._schedule = lambda _watcher: None  # type: ignore[assignment, method-assign]  # as said


async def _main_loop(server: uvicorn.Server) -> None:
    sockets = [each.fileno() for listens in server.servers for each in listens.sockets]
    tcp_nodelay.set_up(sockets, connections.at_once())
    while not await server.on_tick(0):
        connections.look(server)
        await asyncio.sleep(TICK_SECONDS)
