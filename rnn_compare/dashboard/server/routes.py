"""What the server does beside running pages: the engine starts with it, and it has routes of its own."""

import contextlib
import importlib
from collections.abc import AsyncIterator
from typing import Any

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.dashboard import access
from rnn_compare.dashboard.server import assets, news
from rnn_compare.dashboard.server.request_guard import Shield
from rnn_compare.dashboard.services import close_services, get_services
from rnn_compare.errors import UserError


class Preload:
    """Has browsers fetch Plotly along with the page, while Streamlit's own scripts still load.

    Args:
        app: The server that this stands before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds a `Link` header to the page that draws charts at once."""

        async def with_link(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"] == "/" and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", f"<{assets.url('plotly.min.js')}>; rel=preload; as=script")
            await send(message)

        await self.app(scope, receive, with_link)


MIDDLEWARE = [Middleware(Shield), Middleware(Preload)]
ROUTES = [Route(news.PATH, news.answer), Route(assets.PATH, assets.serve)]


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Starts the engine with the server, so that its workers are warm before anybody presses Train."""
    importlib.import_module("rnn_compare.dashboard.site")  # now, not when the first visitor waits for it
    print(access.described(), flush=True)
    with contextlib.suppress(UserError):  # every page says it in words, and tries again
        await anyio.to_thread.run_sync(get_services)
    yield {}
    await anyio.to_thread.run_sync(close_services)
