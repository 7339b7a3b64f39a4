"""Names of other libraries that they do not document, and that this server uses: a release without them fails here."""

import asyncio
import contextlib
import gc
import importlib.util
import logging
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from streamlit import config, runtime
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from rnn_compare.server import asgi
from rnn_compare.server.access.rules import Access
from rnn_compare.server.process import connections
from rnn_compare.server.process.connections import Connections
from tests.kit.servers import free_port
from tests.kit.waiting import PATIENCE


async def _application(_scope: Any, _receive: Any, _send: Any) -> None: ...


def test_uvicorns_server_and_its_connections_have_what_the_watch_over_them_reads() -> None:
    async def made() -> None:
        config = uvicorn.Config(_application)
        config.load()
        server = uvicorn.Server(config)
        assert any(item is server for item in gc.get_objects())  # a comparison would ask weak references, too
        assert server.server_state.connections == set()
        protocols: dict[Any, bool] = {AutoHTTPProtocol: True, AutoWebSocketsProtocol: False}
        for protocol, has_requests in protocols.items():
            connection = protocol(config=config, server_state=server.server_state, app_state={})
            assert connection.transport is None
            assert hasattr(connection, "timeout_keep_alive_task") == has_requests
            assert hasattr(connection, "cycle") == has_requests

    asyncio.run(made())


def test_a_silent_connection_is_closed_after_a_start_that_took_longer_than_the_watch_waits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(connections, "SILENT_SECONDS", 0.05)

    @contextlib.asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(Connections().watch())
        await asyncio.sleep(0.1)  # as long as a first start takes in its recordings
        yield
        watch.cancel()

    async def received() -> bytes:
        config = uvicorn.Config(Starlette(lifespan=lifespan), port=free_port(), log_level="critical")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection("127.0.0.1", config.port)
        silence = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        server.should_exit = True
        await serving
        return silence

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(received()) == b""
    assert "silent connections" not in caplog.text


def test_a_connection_that_is_opened_right_after_the_start_sends_small_answers_at_once() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(Connections().watch())
        yield
        watch.cancel()

    async def option() -> int:
        with socket.socket() as bound:  # as Streamlit binds it; asyncio does not recognize it as TCP
            bound.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(Starlette(lifespan=lifespan), log_level="critical"))
            serving = asyncio.create_task(server.serve([bound]))
            while not server.started:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            _, writer = await asyncio.open_connection(*bound.getsockname())
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
            [connection] = server.server_state.connections
            accepted = connection.transport.get_extra_info("socket")
            value: int = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            writer.close()
            server.should_exit = True
            await serving
            return value

    assert asyncio.run(option())


def test_without_them_the_server_runs_and_the_log_says_what_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    server = uvicorn.Server(uvicorn.Config(_application))
    server.started = True  # and has no sockets
    with caplog.at_level(logging.WARNING):
        asyncio.run(Connections().watch())
    assert "silent connections stay open" in caplog.text


def test_streamlit_has_the_names_that_pages_the_guard_and_uploads_use() -> None:
    assert importlib.util.find_spec("streamlit.material_icon_names")
    assert callable(config.set_option)
    assert callable(config.is_manually_set)
    assert {"state", "uploaded_file_mgr", "is_active_session"} <= set(dir(runtime.Runtime))
    assert runtime.RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED


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
