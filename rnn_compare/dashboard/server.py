"""What the server does beside running pages: the engine starts with it, and scripts are served from here.

A component's own JavaScript goes out with every message that it gets, so the pages' scripts are
files of the server instead: a browser loads each once and keeps it.
"""

import contextlib
import functools
import gzip
import hashlib
import importlib
import importlib.resources
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.dashboard import access, live, services
from rnn_compare.dashboard.shield import Shield
from rnn_compare.errors import UserError

PREFIX = "/rnn-compare"
ASSETS = Path(__file__).parent / "assets"


@functools.cache
def assets() -> dict[str, Path]:
    """Returns the served files by their name; Plotly's library is the one that the package carries."""
    plotly = Path(str(importlib.resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return {"plotly.min.js": plotly} | {path.name: path for path in ASSETS.iterdir()}


@functools.cache
def _version() -> str:
    contents = hashlib.sha256()
    for name, path in sorted(assets().items()):
        contents.update(name.encode() + path.read_bytes())
    return contents.hexdigest()[:12]


def url(name: str) -> str:
    """Returns where a browser finds an asset; it changes with any asset, so it can be kept for ever."""
    return f"{PREFIX}/{_version()}/{name}"


@functools.cache
def _packed(name: str) -> bytes:
    # Once for all visitors: Plotly takes a quarter of a second to compress, and 200 phones ask for it at once.
    return gzip.compress(assets()[name].read_bytes(), compresslevel=6)


async def serve(request: Request) -> Response:
    """Answers with an asset, compressed."""
    name = request.path_params["name"]
    if name not in assets():
        return Response("There is no such file.", status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    media_type = {".js": "text/javascript", ".css": "text/css"}.get(assets()[name].suffix)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return FileResponse(assets()[name], media_type=media_type, headers=headers)
    content = await anyio.to_thread.run_sync(_packed, name)
    return Response(content, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})


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
                    headers.append("Link", f"<{url('plotly.min.js')}>; rel=preload; as=script")
            await send(message)

        await self.app(scope, receive, with_link)


MIDDLEWARE = [Middleware(Shield), Middleware(Preload)]
ROUTES = [Route(live.PATH, live.answer), Route(f"{PREFIX}/{{version}}/{{name}}", serve)]


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Starts the engine with the server, so that its workers are warm before anybody presses Train."""
    importlib.import_module("rnn_compare.dashboard.site")  # now, not when the first visitor waits for it
    print(access.described(), flush=True)
    with contextlib.suppress(UserError):  # every page says it in words, and tries again
        await anyio.to_thread.run_sync(services.get)
    yield {}
    await anyio.to_thread.run_sync(services.close)
