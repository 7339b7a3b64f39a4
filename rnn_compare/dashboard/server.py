"""What the server does beside running pages: the engine starts with it, and scripts are served from here.

A component's own JavaScript goes out with every message that it gets, so the pages' scripts are
files of the server instead: a browser loads each once and keeps it.
"""

import contextlib
import functools
import hashlib
import importlib.resources
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from rnn_compare.dashboard import services
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


async def serve(request: Request) -> Response:
    """Answers with an asset."""
    path = assets().get(request.path_params["name"])
    if path is None:
        return Response("There is no such file.", status_code=404)
    media_type = {".js": "text/javascript", ".css": "text/css"}.get(path.suffix)
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTES = [Route(f"{PREFIX}/{{version}}/{{name}}", serve)]


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, Any]]:
    """Starts the engine with the server, so that its workers are warm before anybody presses Train."""
    with contextlib.suppress(UserError):  # every page says it in words, and tries again
        await anyio.to_thread.run_sync(services.get)
    yield {}
    await anyio.to_thread.run_sync(services.close)
