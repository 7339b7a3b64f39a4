"""Names of other libraries that they do not document, and that this server uses: a release without them fails here."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from streamlit import config

from rnn_compare.server import asgi
from rnn_compare.server.access.rules import Access
from rnn_compare.server.process import connections
from rnn_compare.server.process.connections import Connections
from tests.kit.waiting import PATIENCE

USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", socket.TCP_NODELAY)
"""Where the system has it."""


@contextlib.asynccontextmanager
async def served(start_seconds: float) -> AsyncIterator[tuple[uvicorn.Server, Any]]:
    """A server under watch on a socket as Streamlit binds it, whose start takes so long; and where it listens."""

    @contextlib.asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(Connections().watch())
        await asyncio.sleep(start_seconds)
        yield
        watch.cancel()

    with socket.socket() as bound:  # asyncio does not recognize it as TCP
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Starlette(lifespan=lifespan), log_level="critical"))
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield server, bound.getsockname()
        server.should_exit = True
        await serving


def test_a_silent_connection_is_closed_after_a_start_that_took_longer_than_the_watch_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.05)

    async def received() -> bytes:
        async with served(start_seconds=0.1) as (_, address):  # as long as a first start takes in its recordings
            reader, writer = await asyncio.open_connection(*address)
            silence = await asyncio.wait_for(reader.read(), PATIENCE)
            writer.close()
            return silence

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(received()) == b""
    assert "silent connections" not in caplog.text


def test_a_server_that_has_started_wakes_only_for_looks_at_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", PATIENCE)
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.05)

    async def wait() -> None:
        async with served(start_seconds=0.0) as (_, address):
            reader, writer = await asyncio.open_connection(*address)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.5)  # closed only at a second look
            writer.close()

    asyncio.run(wait())


def test_a_connection_that_is_opened_right_after_the_start_sends_small_answers_at_once() -> None:
    async def options() -> list[int]:
        async with served(start_seconds=0.0) as (server, address):
            await asyncio.sleep(0.1)
            _, writer = await asyncio.open_connection(*address)
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            [connection] = server.server_state.connections
            accepted = connection.transport.get_extra_info("socket")
            writer.close()
            return [accepted.getsockopt(socket.IPPROTO_TCP, name) for name in (socket.TCP_NODELAY, USER_TIMEOUT)]

    at_once, gone = asyncio.run(options())
    assert at_once
    assert gone == connections.GONE_MS or USER_TIMEOUT == socket.TCP_NODELAY


def test_without_them_the_server_runs_and_the_log_says_what_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    server = uvicorn.Server(uvicorn.Config(Starlette()))
    server.started = True  # and has no sockets
    with caplog.at_level(logging.WARNING):
        asyncio.run(Connections().watch())
    assert "silent connections stay open" in caplog.text


def test_without_its_list_of_icons_the_server_starts_and_the_first_visitor_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "streamlit.material_icon_names", None)
    with caplog.at_level(logging.WARNING):
        asgi.prepare()
    assert "The first visitor waits for a module: import of streamlit.material_icon_names" in caplog.text


def test_without_a_way_to_set_its_options_it_reads_the_secrets_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(config, "set_option")
    with caplog.at_level(logging.WARNING):
        assert Access().for_streamlit() == {}
    assert "Streamlit reads the secrets file too" in caplog.text
