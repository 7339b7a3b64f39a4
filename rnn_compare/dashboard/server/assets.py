"""The pages' scripts and styles, which the server hands out itself.

A component's own JavaScript goes out with every message that it gets. As files of the server they are loaded once and
kept by the browser.
"""

import functools
import gzip
import hashlib
import importlib.resources
from pathlib import Path

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from rnn_compare.dashboard.server.own_addresses import FOLDER

PATH = f"{FOLDER}/{{version}}/{{name}}"
ASSETS = Path(__file__).parents[1] / "assets"


@functools.cache
def assets() -> dict[str, Path]:
    """Returns the served files by their name; Plotly's library is the one that the package carries."""
    plotly = Path(str(importlib.resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return {"plotly.min.js": plotly} | {path.name: path for path in ASSETS.iterdir() if path.is_file()}


@functools.cache
def _version() -> str:
    contents = hashlib.sha256()
    for name, path in sorted(assets().items()):
        contents.update(name.encode() + path.read_bytes())
    return contents.hexdigest()[:12]


def url(name: str) -> str:
    """Returns where a page finds an asset; it changes with any asset, so it can be kept for ever."""
    return f"{FOLDER}/{_version()}/{name}"


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
