"""A visitor's open page, without a browser: Streamlit's protocol over a websocket, and the board's news."""

import asyncio
import time
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from rnn_compare.server import live
from rnn_compare.services.board import View

FETCH_SECONDS = 1.25
"""The interval of assets/board/board.js while something trains."""
JOIN_SECONDS = 8.0
"""Period over which visitors arrive."""


class Visitor:
    """One open page.

    Args:
        url: The server's address.
        query: The query of the page's address.
        page: Its path, such as ``runs``; empty for the first.
    """

    def __init__(self, url: str, query: str = "", page: str = "") -> None:
        self._host = url.removeprefix("http://")
        self._query, self._page = query, page
        self.ticks: list[float] = []
        self.opened = 0.0
        self.buttons: dict[str, str] = {}
        self._fragment, self._interval = "", 1.0

    async def watch(self, seconds: float) -> None:
        """Opens the page, and fetches the news until the time is over."""
        start = time.monotonic()
        async with self.open() as connection:
            await self.rerun(connection)
            self.opened = time.monotonic() - start
            await asyncio.gather(self._fetch_news(start + seconds), self._refresh(connection, start + seconds))

    def open(self) -> Any:
        """Returns the connection, to be used in a ``with``."""
        address = f"ws://{self._host}/_stcore/stream"
        return connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None, open_timeout=60
        )

    async def rerun(self, connection: ClientConnection, *pressed: str, fragment: str = "") -> None:
        """Runs the page's script, or one fragment, and reads its messages to the end."""
        request = BackMsg()
        request.rerun_script.query_string = self._query
        request.rerun_script.page_name = self._page
        request.rerun_script.fragment_id = fragment
        request.rerun_script.is_auto_rerun = bool(fragment)
        request.rerun_script.widget_states.widgets.extend(WidgetState(id=id, trigger_value=True) for id in pressed)
        await connection.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(bytes(await connection.recv()))  # type: ignore[arg-type]  # never text
            match message.WhichOneof("type"):
                case "auto_rerun":
                    self._fragment, self._interval = message.auto_rerun.fragment_id, message.auto_rerun.interval
                case "delta" if message.delta.new_element.WhichOneof("type") == "button":
                    button = message.delta.new_element.button
                    self.buttons[button.label] = button.id
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return

    async def _refresh(self, connection: ClientConnection, until: float) -> None:
        while time.monotonic() + self._interval < until:
            await asyncio.sleep(self._interval)
            await self.rerun(connection, fragment=self._fragment)

    async def _fetch_news(self, until: float) -> None:
        host, _, port = self._host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        request = f"GET /{live.url([], View())} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: gzip\r\n"
        tag = ""
        while time.monotonic() < until:
            await asyncio.sleep(FETCH_SECONDS)
            start = time.perf_counter()
            writer.write(f"{request}If-None-Match: {tag}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
            await reader.readexactly(int(headers.get("content-length", 0)))
            self.ticks.append(time.perf_counter() - start)
            tag = headers["etag"]
        writer.close()


async def watch_together(url: str, count: int, seconds: float) -> list[Visitor]:
    """Lets visitors arrive one after the other and watch; returns them."""

    async def arrive(visitor: Visitor, after: float) -> None:
        await asyncio.sleep(after)
        await visitor.watch(seconds + JOIN_SECONDS - after)

    visitors = [Visitor(url) for _ in range(count)]
    await asyncio.gather(*(arrive(visitor, JOIN_SECONDS * i / count) for i, visitor in enumerate(visitors)))
    return visitors
