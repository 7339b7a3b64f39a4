"""Fails with uvicorn 0.54.0: see uvicorn_silent_connections.md."""

import asyncio
from typing import Any

import uvicorn

KEEP_ALIVE_SECONDS = 1


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers nothing: no request is complete."""


async def is_closed(server: uvicorn.Server, beginning: bytes) -> bool:
    """Returns whether the server closes a connection on which only this is sent."""
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    try:
        return await asyncio.wait_for(reader.read(), 2 * KEEP_ALIVE_SECONDS) == b""
    except TimeoutError:
        return False
    finally:
        writer.close()


def test_a_connection_without_a_complete_request_is_closed() -> None:
    async def closed() -> tuple[bool, bool]:
        server = uvicorn.Server(
            uvicorn.Config(
                application, port=0, lifespan="off", log_level="critical", timeout_keep_alive=KEEP_ALIVE_SECONDS
            )
        )
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        silent, begun = await asyncio.gather(
            is_closed(server, b""), is_closed(server, b"GET / HTTP/1.1\r\nHost: here\r\n")
        )
        server.should_exit = True
        await serving
        return silent, begun

    assert asyncio.run(closed()) == (True, True), "silent connections stay open for ever"
