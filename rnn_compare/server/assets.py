"""The pages' scripts and styles, and Streamlit's own: served from memory, compressed once, and announced early.

Streamlit sends a component's own JavaScript with every message. As files of the server, scripts are loaded once and
kept by the browser. A first page has more than a hundred of them: read from the disk for each visitor they took half
of its time; uncompressed they are four times as long.
"""

import functools
import gzip
import hashlib
import importlib.resources
import logging
import posixpath
import re
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import streamlit
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rnn_compare.server.urls import FOLDER, base_path

PATH = f"{FOLDER}/{{version}}/{{name:path}}"
PACKAGE = Path(__file__).parents[1]
_FOLDERS = ("browser", "dashboard/assets")
"""Those with scripts and styles that pages load."""
_IMPORT = re.compile(r'^(?:import|export)\b[^"]*?"(\.[\w./-]+\.js)";', re.MULTILINE)
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_COMPRESSED_ALREADY = (".png", ".woff2")
_STREAMLIT_IMPORT = re.compile(r'\b(?:from|import)"\./([\w.~-]+\.js)"')
ROOT = Path(streamlit.__file__).parent / "static"
"""Streamlit's page and, in ``static/``, files with a content hash in their names."""
INDEX = ROOT / "index.html"

WIDGETS = ("Html", "Selectbox", "ButtonGroup", "Slider", "Checkbox", "Button")
"""Names of Streamlit's scripts for the widgets of a first page."""
SHEETS = (
    *("dashboard/assets/common/streamlit.css", "browser/common/theme.css"),
    *("browser/common/parameters.css", "dashboard/assets/pages/compare.css"),
)
_BOARD = "dashboard/assets/board/board"
SCRIPTS = (f"{_BOARD}.js", *(f"dashboard/assets/common/{name}.js" for name in ("menu", "access")))
"""Scripts of components on a first page."""
_HEAD_ENDS = b"</head>"
_contents: dict[tuple[Path, bool], bytes] = {}
CHUNK = 2**16
"""Bytes of an answer sent at a time, so that a thousand slow phones do not hold a thousand copies."""

Packed = tuple[bytes, str]
"""A gzipped file and its tag."""


@functools.cache
def assets() -> dict[str, Path]:
    """Returns the served files by their place in the package, so that scripts import each other as they do there.

    Plotly's library is in its own Python package.
    """
    plotly = Path(str(importlib.resources.files("plotly"))) / "package_data" / "plotly.min.js"
    return {"plotly.min.js": plotly} | {
        path.relative_to(PACKAGE).as_posix(): path
        for folder in _FOLDERS
        for path in (PACKAGE / folder).rglob("*")
        if path.suffix in _TYPES
    }


@functools.cache
def _version() -> str:
    contents = hashlib.sha256()
    for name, path in sorted(assets().items()):
        contents.update(name.encode() + path.read_bytes())
    return contents.hexdigest()[:12]


def url(name: str) -> str:
    """Returns an asset's address relative to a page; it changes with every asset, so browsers may keep it forever."""
    return f"{FOLDER}/{_version()}/{name}"


@functools.cache
def modules(script: str) -> list[str]:
    """Returns the names of a script and of everything that it imports, directly or indirectly."""
    names = [script]
    for name in names:
        imports = _IMPORT.findall(assets()[name].read_text(encoding="utf-8"))
        targets = dict.fromkeys(posixpath.normpath(f"{posixpath.dirname(name)}/{path}") for path in imports)
        names += [target for target in targets if target not in names]
    return names


async def serve(request: Request) -> Response:
    """Answers with an asset of :func:`assets`."""
    name = request.path_params["name"]
    if name not in assets():
        return Response("No such file.", status_code=404)
    return await answer(assets()[name], request.headers)


async def answer(path: Path, request: Headers) -> Response:
    """Returns a file as an answer that browsers keep forever, except for Streamlit's page."""
    headers = {"Cache-Control": "no-cache" if path == INDEX else "public, max-age=31536000, immutable"}
    compressed = False
    if path.suffix not in _COMPRESSED_ALREADY:
        headers["Vary"] = "Accept-Encoding"
        if compressed := "gzip" in request.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
    content = _contents.get((path, compressed)) or await anyio.to_thread.run_sync(content_of, path, compressed)
    return Response(content, media_type=_TYPES.get(path.suffix), headers=headers)


def content_of(path: Path, compressed: bool) -> bytes:
    """Returns a file's content and keeps it in memory: Plotly takes a quarter of a second to compress."""
    if (path, compressed) not in _contents:
        content = path.read_bytes()
        if path == INDEX:
            content = content.replace(_HEAD_ENDS, links() + _HEAD_ENDS, 1)
        _contents[path, compressed] = gzip.compress(content, compresslevel=6) if compressed else content
    return _contents[path, compressed]


def pack(content: bytes) -> Packed:
    """Returns a file gzipped, with its tag."""
    return gzip.compress(content, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:16]}"'


async def gzipped(request: Request, packed: bytes, tag: str, media_type: str) -> Response:
    """Returns a gzipped file as an answer, or 304 to a browser that has the file of this tag."""
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    else:
        packed = await anyio.to_thread.run_sync(gzip.decompress, packed)
    if len(packed) <= CHUNK:
        return Response(packed, media_type=media_type, headers=headers)
    return StreamingResponse(_chunks(packed), media_type=media_type, headers=headers)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


class StreamlitFiles:
    """Middleware that answers with Streamlit's files, and the first page with links, from memory.

    A browser learns what a script imports once it has loaded it, and which widgets a page has once the page's script
    has run, so a first page would load in ten rounds. Links in its head name everything at once; in headers they would
    exceed the four kilobytes that proxies allow.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
        self._files = {f"{base_path()}/{path.relative_to(ROOT).as_posix()}": path for path in files}
        if INDEX.is_file():
            self._files[f"{base_path()}/"] = INDEX
        else:
            logging.getLogger(__name__).warning("Streamlit has moved its page: a first page loads in more rounds.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for one of these files; passes all others on."""
        path = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        app = self.app if path is None else await answer(path, Headers(scope=scope))
        await app(scope, receive, send)


def streamlit_modules(*parts: str) -> list[str]:
    """Returns the addresses of Streamlit's scripts for parts of a page, such as ``Slider``, and of their imports.

    They are relative to the first page, without those that it names itself. Parts unknown to this version are skipped.
    """
    scripts, page = ROOT / "static" / "js", INDEX.read_text(encoding="utf-8")
    names = [path.name for part in parts for path in sorted(scripts.glob(f"{part}.*.js"))]
    for name in names:
        imports = _STREAMLIT_IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
        names += [module for module in dict.fromkeys(imports) if module not in names and module not in page]
    return [f"./static/js/{name}" for name in names]


@functools.cache
def links() -> bytes:
    """Returns the links in the first page's head, as HTML with relative addresses."""
    tags = [
        # The parts of the page arrive one by one, and their styles must be there before the page itself brings them.
        *(f'<link rel="stylesheet" href="{url(sheet)}">' for sheet in SHEETS),
        # Low priority: five megabytes, which are read after the controls.
        f'<link rel="preload" as="script" fetchpriority="low" href="{url("plotly.min.js")}">',
        f'<link rel="preload" as="style" href="{url(f"{_BOARD}.css")}">',
        *(
            f'<link rel="modulepreload" href="{url(module)}">'
            for module in dict.fromkeys(module for script in SCRIPTS for module in modules(script))
        ),
        *(
            f'<link rel="modulepreload" crossorigin href="{module}">'
            for module in streamlit_modules(*WIDGETS, "BidiComponent")
        ),
    ]
    return "".join(tags).encode()
