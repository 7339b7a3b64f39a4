"""Requests to an application in this process: the whole App of a server, or one part of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

from rnn_compare.server import asgi
from rnn_compare.server.app import App

HERE = "127.0.0.1"


def served(app: App) -> ASGIApp:
    """Returns an App's own routes behind its middleware, without Streamlit."""
    return Starlette(routes=asgi.routes(app), middleware=asgi.middleware(app))


async def answered(
    application: ASGIApp,
    method: str,
    path: str,
    client: str = HERE,
    headers: Mapping[str, str | None] | None = None,
    **sent: Any,
) -> httpx.Response:
    """Returns what a page is answered; headers that are None are left out."""
    usual: dict[str, str | None] = {"Origin": f"http://{HERE}"}
    if "content" in sent:
        usual["Content-Type"] = "application/json"
    named = {name: value for name, value in (usual | dict(headers or {})).items() if value is not None}
    transport = httpx.ASGITransport(application, client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}") as browser:
        return await browser.request(method, path, headers=named, **sent)


def ask(app: App, method: str, path: str, **sent: Any) -> httpx.Response:
    """Returns what an App answers; the streams that it has opened end with the request."""

    async def answer() -> httpx.Response:
        response = await answered(served(app), method, path, **sent)
        if app.streams._stream:
            app.streams._stream.close()
            app.streams._stream = None
        return response

    return asyncio.run(answer())
