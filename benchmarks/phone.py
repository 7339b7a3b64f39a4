"""A phone of the class, or a wall, without a browser: its page, its events, its answers and reviews."""

import asyncio
import contextlib
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from rnn_compare.server.lecture.page_files import contents

PATIENCE = 60.0
"""Longest time, in seconds, that a phone waits for anything."""
LONGEST_PAUSE = 2.5
"""Seconds until a page that lost its connection tries again, at most (``lecture/pages/common/line.js``)."""


class Phone:
    """One phone.

    Args:
        url: The server's address.
        page: The page that it opens: ``join`` or, for a presenter on this machine, ``wall``.

    Attributes:
        own: The last message to this phone alone.
        counts: On a wall, the numbers of answers that it was told, each with the time.
        lost: How often it lost its connection, or was refused one.
    """

    def __init__(self, url: str, page: str = "join") -> None:
        self._page = page
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._cookie = ""
        self._listener: asyncio.Task[None] | None = None
        self._state = b""
        self.own: dict[str, Any] = {}
        self.counts: list[tuple[float, int]] = []
        self.lost = 0
        self._changed = asyncio.Condition()

    async def join(self) -> None:
        """Fetches the page and its files, and listens until the lecture's state has arrived."""
        head, _ = await self._request([("GET", self._page, b"")])
        self._cookie = re.findall(rb"set-cookie: ([^;]*)", head, re.IGNORECASE)[0].decode()
        files = (name for name in contents(self._page) if not name.endswith(".html"))
        await self._request([("GET", f"{self._page}/{name}", b"") for name in files])
        self._listener = asyncio.create_task(self._listen())
        await self.wait_for_state(bool)

    async def wait_for_state(self, condition: Callable[[bytes], object]) -> float:
        """Returns the time at which the lecture's state met a condition."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: condition(self._state)), PATIENCE)
        return time.perf_counter()

    async def send(self, kind: str, message: object) -> None:
        """Sends an ``answer``, a ``review`` or what was ``trained``; like the page, once more if the server is busy."""
        head, body = await self._request([("POST", f"join/{kind}", json.dumps(message).encode())])
        if b" 503 " in head.partition(b"\r\n")[0]:
            await asyncio.sleep(random.uniform(0.5, 1.5))
            await self.send(kind, message)
        elif b"kept" not in body:
            raise SystemExit(f"A phone was refused: {body!r}")

    async def fetch(self, *paths: str) -> None:
        """Fetches files as a browser does, compressed."""
        await self._request([("GET", path, b"") for path in paths], "Accept-Encoding: gzip\r\n")

    async def download(self) -> tuple[float, int, bytes]:
        """Returns the seconds that the download of the networks took, its bytes and its tag."""
        start = time.perf_counter()
        head, body = await self._request([("GET", "join/networks", b"")], "Accept-Encoding: gzip\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise SystemExit(f"A phone got no networks: {body!r}")
        return time.perf_counter() - start, len(body), re.findall(rb"etag: (\S+)", head, re.IGNORECASE)[0]

    async def leave(self) -> None:
        """Closes the page."""
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def _request(self, requests: Sequence[tuple[str, str, bytes]], more: str = "") -> tuple[bytes, bytes]:
        """Sends requests over one connection, one after the other; returns the last answer's head and body."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        for method, path, body in requests:
            sizes = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(self._head(method, path, more + sizes))
            writer.write(body)
            head = await reader.readuntil(b"\r\n\r\n")
            size = re.findall(rb"content-length: (\d+)", head, re.IGNORECASE)
            if b"transfer-encoding: chunked" in head.lower():
                body = await _chunks(reader)
            else:
                body = await reader.readexactly(int(size[0]) if size else 0)
        writer.close()
        return head, body

    async def _listen(self) -> None:
        """Follows the events, and connects again as pages do."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._follow()
            self.lost += 1
            await asyncio.sleep(random.uniform(0.2, LONGEST_PAUSE))

    async def _follow(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(self._head("GET", f"{self._page}/events", ""))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.partition(b"\r\n")[0]:
                return
            while True:
                event = await reader.readuntil(b"\n\n")
                if b"event: counts" in event:
                    counts = json.loads(event.partition(b"data: ")[2])
                    self.counts.append((time.perf_counter(), counts["answered"]))
                if b"event: own" in event:
                    self.own = json.loads(event.partition(b"data: ")[2])
                if b"event: state" in event:
                    async with self._changed:
                        self._state = event
                        self._changed.notify_all()
        finally:
            writer.close()

    def _head(self, method: str, path: str, more: str) -> bytes:
        host = f"{self._host}:{self._port}"
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        return f"{method} /{path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{cookie}{more}\r\n".encode()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body
