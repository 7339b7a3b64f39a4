"""Streamlit's own files from memory, and its first page with links by which browsers learn early what it needs."""

import functools
import re
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.server.files import assets
from rnn_compare.server.urls import base_path

_IMPORT = re.compile(r'\b(?:from|import)"\./([\w.~-]+\.js)"')
ROOT = Path(streamlit.__file__).parent / "static"
"""Holds Streamlit's page, and below ``static/`` the files whose names tell their content."""

WIDGETS = ("Html", "Selectbox", "ButtonGroup", "Slider", "Multiselect", "NumberInput", "Checkbox", "Button")
"""What a first page is made of, as Streamlit's scripts for it are called."""
SHEETS = ("common/streamlit.css", "common/theme.css", "pages/compare.css")
_HEAD_ENDS = b"</head>"


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
        app = self.app if path is None else await assets.answer(path, Headers(scope=scope))
        await app(scope, receive, send)


def modules(*parts: str) -> list[str]:
    """Returns the addresses, seen from the first page, of Streamlit's scripts for some parts of a page.

    Args:
        parts: Names such as ``Slider``; one that this version of Streamlit does not know is passed over.

    Returns:
        Their scripts and all that these import, but for what the page names itself.
    """
    scripts = ROOT / "static" / "js"
    page = (ROOT / "index.html").read_text(encoding="utf-8")
    names = [path.name for part in parts for path in sorted(scripts.glob(f"{part}.*.js"))]
    for name in names:
        imports = _IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
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
        *(f'<link rel="stylesheet" href="{assets.url(sheet)}">' for sheet in SHEETS),
        # Last: five megabytes, which are read when the controls stand there.
        f'<link rel="preload" as="script" fetchpriority="low" href="{assets.url("plotly.min.js")}">',
        f'<link rel="preload" as="style" href="{assets.url("board/board.css")}">',
        *(f'<link rel="modulepreload" href="{assets.url(module)}">' for module in assets.modules("board/board.js")),
        *(f'<link rel="modulepreload" crossorigin href="{module}">' for module in modules(*WIDGETS, "BidiComponent")),
    ]
    return "".join(tags).encode()
