"""Preload links, by which browsers learn early what a page needs."""

import functools

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.server.files import assets, streamlit_files
from rnn_compare.server.urls import base_path

WIDGETS = ("Html", "Selectbox", "ButtonGroup", "Slider", "Multiselect", "NumberInput", "Checkbox", "Button")
"""What a first page is made of, as Streamlit's scripts for it are called."""
SHEETS = ("common/streamlit.css", "common/theme.css", "pages/compare.css")
_HEAD_ENDS = b"</head>"


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
        *(
            f'<link rel="modulepreload" crossorigin href="{module}">'
            for module in streamlit_files.modules(*WIDGETS, "BidiComponent")
        ),
    ]
    return "".join(tags).encode()
