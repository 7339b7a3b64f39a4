"""Names of other libraries that they do not document, and that this server uses: a release without them fails here."""

import asyncio
import gc
import logging
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from rnn_compare.server.process import connections
from rnn_compare.server.process.connections import Connections


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


def test_without_them_the_server_runs_and_the_log_says_what_is_lost(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.0)
    server = uvicorn.Server(uvicorn.Config(_application))
    del server.server_state.connections
    with caplog.at_level(logging.WARNING):
        asyncio.run(Connections().watch())
    assert "silent connections stay open" in caplog.text
