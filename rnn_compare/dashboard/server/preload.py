"""Tells browsers early what the first page will need."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnn_compare.dashboard.server import assets
from rnn_compare.dashboard.server.own_addresses import base_path


class Preload:
    """Has browsers fetch Plotly and the board's style along with the page, while Streamlit's own scripts still load.

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
                if scope["path"] == f"{base_path()}/" and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", f"<{assets.url('plotly.min.js')}>; rel=preload; as=script")
                    headers.append("Link", f"<{assets.url('board.css')}>; rel=preload; as=style")
            await send(message)

        await self.app(scope, receive, with_link)
