"""The pages' scripts and styles, which the server hands out itself, from its memory and compressed once.

A component's own JavaScript goes out with every message that it gets. As files of the server they are loaded once and
kept by the browser. A visitor's first page is more than a hundred of them: read from the disk for each visitor they
took half of the time until it was shown; sent as they are, they are four times as long.
"""

import functools
import gzip
import hashlib
import importlib.resources
import posixpath
import re
from pathlib import Path

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.server.urls import FOLDER

PATH = f"{FOLDER}/{{version}}/{{name:path}}"
ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
_IMPORT = re.compile(r'^(?:import|export)\b[^"]*?"(\.[\w./-]+\.js)";', re.MULTILINE)
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_COMPRESSED_ALREADY = (".png", ".woff2")
_contents: dict[tuple[Path, bool], bytes] = {}


@functools.cache
def assets() -> dict[str, Path]:
    """Returns the served files by name, such as ``board/board.js``; Plotly's library comes from its Python package."""
    plotly = Path(str(importlib.resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return {"plotly.min.js": plotly} | {
        path.relative_to(ASSETS).as_posix(): path for path in ASSETS.rglob("*") if path.is_file()
    }


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
def modules(script: str) -> list[str]:
    """Returns the names of a script and of all that it imports, and what these import."""
    names = [script]
    for name in names:
        imports = _IMPORT.findall(assets()[name].read_text(encoding="utf-8"))
        targets = dict.fromkeys(posixpath.normpath(f"{posixpath.dirname(name)}/{path}") for path in imports)
        names += [target for target in targets if target not in names]
    return names


async def serve(request: Request) -> Response:
    """Answers with an asset; only names that :func:`assets` lists lead to a file."""
    name = request.path_params["name"]
    if name not in assets():
        return Response("No such file.", status_code=404)
    return await answer(assets()[name], request.headers)


async def answer(path: Path, request: Headers) -> Response:
    """Returns a file as an answer that browsers keep for ever, so its address must change with its content."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    packed = False
    if path.suffix not in _COMPRESSED_ALREADY:
        headers["Vary"] = "Accept-Encoding"
        if packed := "gzip" in request.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
    content = _contents.get((path, packed)) or await anyio.to_thread.run_sync(content_of, path, packed)
    return Response(content, media_type=_TYPES.get(path.suffix), headers=headers)


def content_of(path: Path, packed: bool) -> bytes:
    """Returns a file's content, which is kept from now on: Plotly takes a quarter of a second to compress."""
    if (path, packed) not in _contents:
        content = path.read_bytes()
        _contents[path, packed] = gzip.compress(content, compresslevel=6) if packed else content
    return _contents[path, packed]
