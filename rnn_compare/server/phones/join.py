"""The page for phones at `/join`: its files, its event stream, and the routes for answers and reviews."""

import functools
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.classroom_record import BUSY_SECONDS, NotKept
from rnn_compare.server.access import visitor_cookie
from rnn_compare.server.access.rate_limit import RateLimit, whole_seconds
from rnn_compare.server.phones import handout
from rnn_compare.server.phones.broadcast import Broadcast
from rnn_compare.server.phones.handout import Handout
from rnn_compare.server.services import Services
from rnn_compare.server.tuning import Connections
from rnn_compare.server.urls import base_path

PATH = "join"
FILES = Path(__file__).parent / "page"
LARGEST = 8192
"""Bytes that a phone may send at once."""
MOST_PAGES = 8
"""That one device may have open: each holds a connection."""
AT_ONCE, PER_SECOND = 30, 1.0
"""Messages of one device: a finger that cannot make up its mind sends fewer."""

BODY_SECONDS = 10.0
"""In which all of a message has come."""
NO_ROOM = "The server is full. Your phone keeps trying; follow the wall meanwhile."

_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
_NOT_STORED = {"Cache-Control": "no-store"}


class _Refused(Exception):  # noqa: N818  # an answer, not an error of the program
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def page(request: Request) -> Response:
    """Answers with the page."""
    return _file("join.html", request)


async def without_slash(_request: Request) -> Response:
    """Leads to the page, beside which its files are found."""
    return RedirectResponse(f"../{PATH}", status_code=308)


async def file(request: Request) -> Response:
    """Answers with one of the page's files."""
    return _file(request.path_params["name"], request)


class Phones:
    """The phones of a class: their requests, and the news that all of them are sent.

    Args:
        classroom: Returns the class; raises ``UserError`` if its record cannot be used.
        connections: Tells whether there is room for another phone.

    Attributes:
        pages: Addresses that answer, and what does.
        posts: Addresses that a phone sends something to.
    """

    def __init__(
        self, classroom: Callable[[], Classroom], running: Callable[[], Services | None], connections: Connections
    ) -> None:
        self._classroom, self._running, self._connections = classroom, running, connections
        self.sending = RateLimit(AT_ONCE, PER_SECOND)
        # One thread writes the class's record: where the disk is slow, others are there for all else.
        self._recording = anyio.CapacityLimiter(1)
        self._broadcast: Broadcast | None = None
        self._is_closed = False
        self._handout = Handout(classroom, running)
        self.pages = (
            (PATH, page),
            (f"{PATH}/", without_slash),
            (f"{PATH}/events", self.events),
            (handout.PATH, self._handout.answer),
            (f"{PATH}/{{name}}", file),  # last: every name fits it
        )
        self.posts = ((f"{PATH}/answer", self.answer), (f"{PATH}/review", self.review))

    def admits(self, method: str, path: str) -> bool:
        """Tells whether a request is one of those by which a phone sends something."""
        return method == "POST" and path in {f"{base_path()}/{name}" for name, _ in self.posts}

    def close(self) -> None:
        """Ends the phones' connections for good: they would keep the server from ending. From whichever thread."""
        self._is_closed = True
        if self._broadcast is not None:
            self._broadcast.close()

    async def events(self, request: Request) -> Response:
        """Answers with what phones are told, for as long as the phone listens."""
        try:
            if self._is_closed:
                raise _Refused(503, "The server is shutting down.")
            if self._connections.is_full(for_phones=True):
                raise _Refused(503, NO_ROOM)
            device = _device(request)
            classroom = await anyio.to_thread.run_sync(self._classroom)
            if not classroom.has(device):
                await self._record(classroom.join, device)
            if classroom.pages_of(device) >= MOST_PAGES:
                raise _Refused(429, "This browser has too many of these pages open. Close some and reload.")
        except _Refused as refused:
            return _said(str(refused), refused.status)
        except UserError as error:
            return _said(str(error), 503)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type="text/event-stream")
        return StreamingResponse(
            self._shared(classroom).events(device), media_type="text/event-stream", headers=headers
        )

    async def answer(self, request: Request) -> Response:
        """Takes an answer: ``{"question": id, "round": number, "answer": …}``."""

        def take(classroom: Classroom, device: str, sent: dict[str, Any]) -> None:
            classroom.answer(device, sent["question"], sent["round"], sent["answer"])

        return await self._take(request, {"question", "round", "answer"}, take)

    async def review(self, request: Request) -> Response:
        """Takes a review: ``{"text": …}``."""

        def take(classroom: Classroom, device: str, sent: dict[str, Any]) -> None:
            classroom.send_review(device, sent["text"])

        return await self._take(request, {"text"}, take)

    async def _take(
        self, request: Request, fields: set[str], take: Callable[[Classroom, str, dict[str, Any]], None]
    ) -> Response:
        try:
            _require_own_page(request)
            device = _device(request)
            if seconds := self.sending.take(device):
                raise _Refused(429, f"Too many requests. Try again in {whole_seconds(seconds)}.")
            sent = await _json(request, fields)
            classroom = await anyio.to_thread.run_sync(self._classroom)
            await self._record(take, classroom, device, sent)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except _Refused as refused:
            return _said(str(refused), refused.status)
        except UserError as error:
            return _said(str(error), 503 if isinstance(error, NotKept) else 409)
        return JSONResponse({"kept": True}, headers=_NOT_STORED)

    async def _record(self, call: Callable[..., object], *arguments: object) -> None:
        try:
            with anyio.fail_after(BUSY_SECONDS):
                await anyio.to_thread.run_sync(call, *arguments, limiter=self._recording)
        except TimeoutError:
            raise _Refused(503, "The server could not save it. Try again.") from None

    def _shared(self, classroom: Classroom) -> Broadcast:
        if self._broadcast is None or not self._broadcast.serves(classroom):
            if self._broadcast is not None:
                self._broadcast.close()  # its phones come again
            self._broadcast = Broadcast(classroom, self._running)
        return self._broadcast


def _device(request: Request) -> str:
    """Returns what tells a device from others; its cookie cannot be read from it."""
    token = visitor_cookie.token(request.cookies.get(visitor_cookie.NAME))
    if token is None:
        raise _Refused(403, "Your browser sent no cookie. Allow cookies and reload the page.")
    return hashlib.sha256(f"class {token}".encode()).hexdigest()[:24]


def _require_own_page(request: Request) -> None:
    site = request.headers.get("Sec-Fetch-Site")  # only over https, or on the machine itself
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    if site != "same-origin" and (site is not None or not origin or origin != request.headers.get("Host")):
        raise _Refused(403, "Only this server's own page may send this.")


async def _json(request: Request, fields: set[str]) -> dict[str, Any]:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refused(415, "Only JSON is accepted here.")
    content = b""
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for part in request.stream():
                content += part
                if len(content) > LARGEST:
                    raise _Refused(413, f"Too long: the limit is {LARGEST:,} bytes.")
    except TimeoutError:
        raise _Refused(408, "The request was incomplete. Send it again.") from None
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or sent.keys() != fields:
        raise _Refused(400, f"Expected JSON with {' and '.join(sorted(fields))}.")
    return sent


@functools.cache
def _contents() -> dict[str, tuple[bytes, str]]:
    files = {path.name: path.read_bytes() for path in FILES.iterdir()}
    return {name: (content, f'"{hashlib.sha256(content).hexdigest()[:16]}"') for name, content in files.items()}


def _file(name: str, request: Request) -> Response:
    if name not in _contents():
        return Response("No such file.", status_code=404)
    content, tag = _contents()[name]
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


def _said(sentence: str, status: int) -> Response:
    end = {"Connection": "close"} if status in (408, 503) else {}
    return JSONResponse({"said": sentence}, status_code=status, headers=_NOT_STORED | end)
