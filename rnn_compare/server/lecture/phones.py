"""Requests of phones: the page's files, a stream of events, answers, reviews and trained networks."""

import functools
import hashlib
from collections.abc import Callable, Sequence

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from rnn_compare.database import NotSaved
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.classroom.journal import Journal
from rnn_compare.server.access import cookies
from rnn_compare.server.access.limits import RateLimit, whole_seconds
from rnn_compare.server.lecture.handout import Handout, TaskFile
from rnn_compare.server.lecture.page_files import PageFiles
from rnn_compare.server.lecture.requests import NOT_STORED, Refused, event_stream, refusal, require_own_page, values_of
from rnn_compare.server.lecture.stream import Streams
from rnn_compare.server.process.connections import Connections
from rnn_compare.services.services import Services

PATH = "join"
MOST_PAGES = 8
"""Pages that a device may have open; each holds a connection."""
AT_ONCE, PER_SECOND = 30, 1.0
"""Messages of one device."""

NO_ROOM = "The server is full. Your phone keeps trying; follow the wall meanwhile."

MESSAGES: dict[str, tuple[Callable[..., object], Sequence[str], Sequence[str]]] = {
    "answer": (Classroom.answer, ("question", "round", "answer"), ("confidence",)),
    "review": (Classroom.send_review, ("text",), ()),
    "row": (Classroom.take_row, ("row",), ()),
    "trained": (Classroom.send_network, ("cell", "seed", "right", "correct"), ()),
}
"""What stores each kind of message; its fields in JSON, and those that may be missing."""


class Phones:
    """The requests of a class's phones.

    Args:
        classroom: Returns the class; raises ``UserError`` if its record cannot be used.
        running: Returns the server's services if they have started.
        connections: The open connections, which limit the number of phones.
        streams: The stream of events.

    Attributes:
        pages: Paths that phones read, with their handlers.
        posts: Paths that phones send messages to, with their handlers.
    """

    def __init__(
        self,
        classroom: Callable[[], Classroom],
        running: Callable[[], Services | None],
        connections: Connections,
        streams: Streams,
    ) -> None:
        self._classroom, self._connections, self._streams = classroom, connections, streams
        self.sending = RateLimit(AT_ONCE, PER_SECOND)
        # A slow disk blocks only the one thread that writes the record.
        self._recording = anyio.CapacityLimiter(1)
        self._numbers: dict[tuple[object, str], int] = {}
        files = PageFiles(PATH)
        self.pages = (
            (f"{PATH}/events", self.events),
            (f"{PATH}/networks", Handout(classroom, running).answer),
            (f"{PATH}/task", TaskFile(classroom).answer),
            *files.pages,
        )
        self.posts = tuple((f"{PATH}/{name}", functools.partial(self._take, *MESSAGES[name])) for name in MESSAGES)

    async def events(self, request: Request) -> Response:
        """Answers with a device's stream of server-sent events."""
        try:
            if self._streams.is_closed:
                raise Refused(503, "The server is shutting down.")
            if self._connections.is_full(for_phones=True):
                raise Refused(503, NO_ROOM)
            device, stream = _device(request), await self._streams.current()
            classroom = stream.classroom
            if not classroom.has(device):
                await self._record(classroom.join, device)
            if classroom.pages.count(device) >= MOST_PAGES:
                raise Refused(429, "This browser has too many of these pages open. Close some and reload.")
        except (Refused, UserError) as error:
            return refusal(error, 503)
        return event_stream(request, stream.of_device(device))

    async def _take(
        self, store: Callable[..., object], fields: Sequence[str], optional: Sequence[str], request: Request
    ) -> Response:
        """Stores a message: see ``MESSAGES``; one may have a number, which grows with each that a phone sends."""
        try:
            require_own_page(request)
            device = _device(request)
            if seconds := self.sending.take(device):
                raise Refused(429, f"Too many requests. Try again in {whole_seconds(seconds)}.")
            *values, number = await values_of(request, fields, (*optional, "number"))
            if type(number) is not int and number is not None:
                raise Refused(400, "The number of a message must be a whole number.")
            classroom = await anyio.to_thread.run_sync(self._classroom)
            await self._record(self._store_in_order, number, store, classroom, device, *values)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except (Refused, UserError) as error:
            return refusal(error, 503 if isinstance(error, NotSaved) else 409)
        return JSONResponse({"kept": True}, headers=NOT_STORED)

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
            with anyio.fail_after(Journal.busy_seconds):
                await anyio.to_thread.run_sync(call, *arguments, limiter=self._recording)
        except TimeoutError:
            raise Refused(503, "The server could not save it. Try again.") from None


def _device(request: Request) -> str:
    """Returns a device's id, from which its cookie cannot be derived."""
    token = cookies.browser_id(request.cookies.get(cookies.NAME))
    if token is None:
        raise Refused(403, "Your browser sent no cookie. Allow cookies and reload the page.")
    return hashlib.sha256(f"class {token}".encode()).hexdigest()[:24]
