"""The pages' scripts and styles, and Streamlit's own: handed out from memory, compressed once, and announced early.

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
import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.server.urls import FOLDER, base_path

PATH = f"{FOLDER}/{{version}}/{{name:path}}"
ASSETS = Path(__file__).parents[1] / "dashboard" / "assets"
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
_STREAMLIT_IMPORT = re.compile(r'\b(?:from|import)"\./([\w.~-]+\.js)"')
ROOT = Path(streamlit.__file__).parent / "static"
"""Holds Streamlit's page, and below ``static/`` the files whose names tell their content."""

WIDGETS = ("Html", "Selectbox", "ButtonGroup", "Slider", "Multiselect", "NumberInput", "Checkbox", "Button")
"""What a first page is made of, as Streamlit's scripts for it are called."""
SHEETS = ("common/streamlit.css", "common/theme.css", "pages/compare.css")
_HEAD_ENDS = b"</head>"
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


class StreamlitFiles:
    """Hands out the files of Streamlit's pages from memory; all else it leaves to the server behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files = {
            f"{base_path()}/{path.relative_to(ROOT).as_posix()}": path
            for path in (ROOT / "static").rglob("*")
            if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for one of them."""
        path = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        app = self.app if path is None else await answer(path, Headers(scope=scope))
        await app(scope, receive, send)


def streamlit_modules(*parts: str) -> list[str]:
    """Returns the addresses, seen from the first page, of Streamlit's scripts for parts of a page, such as ``Slider``.

    With all that these import, but for what the page names itself. A part that this version lacks is passed over.
    """
    scripts = ROOT / "static" / "js"
    page = (ROOT / "index.html").read_text(encoding="utf-8")
    names = [path.name for part in parts for path in sorted(scripts.glob(f"{part}.*.js"))]
    for name in names:
        imports = _STREAMLIT_IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
        names += [module for module in dict.fromkeys(imports) if module not in names and module not in page]
    return [f"./static/js/{name}" for name in names]


class Preload:
    """Has browsers fetch Plotly, the board and the widgets of the first page along with Streamlit's own first scripts.

    What a script imports is known once it is here, and which widgets there are once the page's script has run: what a
    first page needs would come in ten rounds, one after the other. It is told in the page, not in its headers, of which
    a proxy takes four kilobytes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds links to the first page; all else it leaves as it is."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == f"{base_path()}/":
            await self.app(_whole(scope), receive, _Rewritten(send))
        else:
            await self.app(scope, receive, send)


class _Rewritten:
    """Sends a page with the links in its head."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Takes what the server says of the page, and sends it once the page is whole."""
        if message["type"] == "http.response.start":
            if Headers(scope=message).get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = self._body.replace(_HEAD_ENDS, links() + _HEAD_ENDS, 1)
            headers = MutableHeaders(scope=self._start)
            headers["content-length"] = str(len(page))
            for header in ("etag", "last-modified"):  # Streamlit's, which know nothing of the links
                del headers[header]
            await self._send(self._start)
            message = {**message, "body": page}
        await self._send(message)


def _whole(scope: Scope) -> Scope:
    """Returns a request that asks for the whole page, whatever the browser has of it."""
    conditions = (b"if-none-match", b"if-modified-since", b"range", b"if-range")
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in conditions]}


@functools.cache
def links() -> bytes:
    """Returns the links, as HTML; their addresses are seen from the first page."""
    tags = [
        # The parts of the page come one by one: each finds its place before the page itself brings these styles.
        *(f'<link rel="stylesheet" href="{url(sheet)}">' for sheet in SHEETS),
        # Last: five megabytes, which are read when the controls stand there.
        f'<link rel="preload" as="script" fetchpriority="low" href="{url("plotly.min.js")}">',
        f'<link rel="preload" as="style" href="{url("board/board.css")}">',
        *(f'<link rel="modulepreload" href="{url(module)}">' for module in modules("board/board.js")),
        *(
            f'<link rel="modulepreload" crossorigin href="{module}">'
            for module in streamlit_modules(*WIDGETS, "BidiComponent")
        ),
    ]
    return "".join(tags).encode()
