"""Requests of phones: the page's files, a stream of events, answers, reviews and trained networks."""

import functools
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from rnn_compare.browser.joining import joined
from rnn_compare.database import NotSaved
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.server.access import cookies
from rnn_compare.server.access.limits import RateLimit, whole_seconds
from rnn_compare.server.assets import gzipped, pack
from rnn_compare.server.phones.broadcast import Broadcast
from rnn_compare.server.phones.handout import Handout, TaskFile
from rnn_compare.server.process.connections import Connections
from rnn_compare.server.services import Services
from rnn_compare.server.urls import base_path

PATH = "join"
FILES = Path(__file__).parent / "page"
BROWSER = Path(__file__).parents[2] / "browser"
CELL_STYLES = BROWSER / "drawing" / "cell" / "cell.css"
WORKER = BROWSER / "arithmetic" / "training" / "class_worker.js"
LARGEST = 8192
"""Bytes of a phone's message."""
MOST_PAGES = 8
"""Pages that a device may have open; each holds a connection."""
AT_ONCE, PER_SECOND = 30, 1.0
"""Messages of one device."""

BODY_SECONDS = 10.0
"""Time in which a whole message must arrive."""
NO_ROOM = "The server is full. Your phone keeps trying; follow the wall meanwhile."

MESSAGES: dict[str, tuple[Callable[..., object], Sequence[str], Sequence[str]]] = {
    "answer": (Classroom.answer, ("question", "round", "answer"), ("confidence",)),
    "review": (Classroom.send_review, ("text",), ()),
    "row": (Classroom.take_row, ("row",), ()),
    "trained": (Classroom.send_network, ("cell", "seed", "right", "correct"), ()),
}
"""What stores each kind of message; its fields in JSON, and those that may be missing."""

_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
_NOT_STORED = {"Cache-Control": "no-store"}


class _Refused(Exception):  # noqa: N818  # an answer, not an error of the program
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Phones:
    """The requests of a class's phones.

    Args:
        classroom: Returns the class; raises ``UserError`` if its record cannot be used.
        running: Returns the server's services if they have started.
        connections: The open connections, which limit the number of phones.

    Attributes:
        pages: Paths that phones read, with their handlers.
        posts: Paths that phones send messages to, with their handlers.
    """

    def __init__(
        self, classroom: Callable[[], Classroom], running: Callable[[], Services | None], connections: Connections
    ) -> None:
        self._classroom, self._running, self._connections = classroom, running, connections
        self.sending = RateLimit(AT_ONCE, PER_SECOND)
        # A slow disk blocks only the one thread that writes the record.
        self._recording = anyio.CapacityLimiter(1)
        self._numbers: dict[tuple[object, str], int] = {}
        self._broadcast: Broadcast | None = None
        self._is_closed = False
        self.pages = (
            (PATH, _file),
            (f"{PATH}/", _without_slash),
            (f"{PATH}/events", self.events),
            (f"{PATH}/version", self.version),
            (f"{PATH}/networks", Handout(classroom, running).answer),
            (f"{PATH}/task", TaskFile(classroom).answer),
            (f"{PATH}/{{name}}", _file),  # last, since it matches every name
        )
        self.posts = tuple((f"{PATH}/{name}", functools.partial(self._take, *MESSAGES[name])) for name in MESSAGES)

    def admits(self, method: str, path: str) -> bool:
        """Returns whether a request is a phone's message."""
        return method == "POST" and path in {f"{base_path()}/{name}" for name, _ in self.posts}

    def close(self) -> None:
        """Ends the phones' connections, which would keep the server from stopping. Thread-safe."""
        self._is_closed = True
        if self._broadcast is not None:
            self._broadcast.close()

    async def events(self, request: Request) -> Response:
        """Answers with a device's stream of server-sent events."""
        try:
            if self._is_closed:
                raise _Refused(503, "The server is shutting down.")
            if self._connections.is_full(for_phones=True):
                raise _Refused(503, NO_ROOM)
            device = _device(request)
            classroom = await anyio.to_thread.run_sync(self._classroom)
            if not classroom.has(device):
                await self._record(classroom.join, device)
            if classroom.pages.count(device) >= MOST_PAGES:
                raise _Refused(429, "This browser has too many of these pages open. Close some and reload.")
        except (_Refused, UserError) as error:
            return _refusal(error, 503)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(headers=headers, media_type="text/event-stream")
        events = self._shared(classroom).events(device)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def version(self, _request: Request) -> Response:
        """Answers with the version of the lecture's state, with which a wall compares what it shows."""
        try:
            classroom = await anyio.to_thread.run_sync(self._classroom)
        except UserError as error:
            return _refusal(error, 503)
        return JSONResponse(classroom.state().version, headers=_NOT_STORED)

    async def _take(
        self, store: Callable[..., object], fields: Sequence[str], optional: Sequence[str], request: Request
    ) -> Response:
        """Stores a message: see ``MESSAGES``; one may have a number, which grows with each that a phone sends."""
        try:
            _require_own_page(request)
            device = _device(request)
            if seconds := self.sending.take(device):
                raise _Refused(429, f"Too many requests. Try again in {whole_seconds(seconds)}.")
            *values, number = await _values(request, fields, (*optional, "number"))
            if type(number) is not int and number is not None:
                raise _Refused(400, "The number of a message must be a whole number.")
            classroom = await anyio.to_thread.run_sync(self._classroom)
            await self._record(self._store_in_order, number, store, classroom, device, *values)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except (_Refused, UserError) as error:
            return _refusal(error, 503 if isinstance(error, NotSaved) else 409)
        return JSONResponse({"kept": True}, headers=_NOT_STORED)

    def _store_in_order(
        self, number: int | None, store: Callable[..., object], classroom: Classroom, device: str, *values: object
    ) -> None:
        """Stores a message unless a later one of its kind and device is stored; only one thread at a time calls it."""
        last = self._numbers.get((store, device), 0)
        if number is not None and number < last:
            raise UserError("You have sent another one since, which counts.")
        store(classroom, device, *values)
        self._numbers[store, device] = number or last

    async def _record(self, call: Callable[..., object], *arguments: object) -> None:
        try:
            with anyio.fail_after(ClassroomRecord.busy_seconds):
                await anyio.to_thread.run_sync(call, *arguments, limiter=self._recording)
        except TimeoutError:
            raise _Refused(503, "The server could not save it. Try again.") from None

    def _shared(self, classroom: Classroom) -> Broadcast:
        if self._broadcast is None or not self._broadcast.serves(classroom):
            if self._broadcast is not None:
                self._broadcast.close()  # its phones reconnect
            self._broadcast = Broadcast(classroom, self._running)
        return self._broadcast


def _device(request: Request) -> str:
    """Returns a device's id, from which its cookie cannot be derived."""
    token = cookies.browser_id(request.cookies.get(cookies.NAME))
    if token is None:
        raise _Refused(403, "Your browser sent no cookie. Allow cookies and reload the page.")
    return hashlib.sha256(f"class {token}".encode()).hexdigest()[:24]


def _require_own_page(request: Request) -> None:
    site = request.headers.get("Sec-Fetch-Site")  # sent only over https or on the machine itself
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    if site != "same-origin" and (site is not None or not origin or origin != request.headers.get("Host")):
        raise _Refused(403, "Only this server's own page may send this.")


async def _values(request: Request, fields: Sequence[str], optional: Sequence[str]) -> list[Any]:
    """Returns the values of these fields, and no others, of a message in JSON; None for an absent optional one."""
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
    if not isinstance(sent, dict) or sent.keys() - set(optional) != set(fields):
        raise _Refused(400, f"Expected JSON with {' and '.join(sorted(fields))}.")
    return [sent.get(field) for field in (*fields, *optional)]


@functools.cache
def contents() -> dict[str, tuple[bytes, str]]:
    """Returns the page's files by name, gzipped, each with its tag; its scripts are joined, for one request a phone."""
    files = {name: (FILES / name).read_bytes() for name in ("join.html", "join.css")}
    files["join.css"] += CELL_STYLES.read_bytes()
    files["join.js"] = _COMMENT.sub("", joined(FILES / "join.js")).encode()  # a tenth less for each phone
    files["worker.js"] = f"{joined(WORKER)}page.listen(self);\n".encode()
    return {name: pack(content) for name, content in files.items()}


async def _file(request: Request) -> Response:
    name = request.path_params.get("name", "join.html")
    if name not in contents():
        return Response("No such file.", status_code=404)
    return await gzipped(request, *contents()[name], _TYPES[Path(name).suffix])


async def _without_slash(_request: Request) -> Response:
    """Redirects to the page, whose files have relative addresses."""
    return RedirectResponse(f"../{PATH}", status_code=308)


def _refusal(error: Exception, status: int) -> Response:
    """Returns an error's sentence as JSON, with its own status or this one."""
    status = error.status if isinstance(error, _Refused) else status
    end = {"Connection": "close"} if status in (408, 503) else {}
    return JSONResponse({"said": str(error)}, status_code=status, headers=_NOT_STORED | end)
