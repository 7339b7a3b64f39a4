"""Requests of the presenter's pages: files, streams of events, presses, a lecture to read, and answers as CSV."""

import functools
import os
import re
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import segno
import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from rnn_compare.database import NotSaved
from rnn_compare.errors import UserError
from rnn_compare.lecture import look_through, presses
from rnn_compare.lecture.lecture_file import read_all
from rnn_compare.lecture.message import Message
from rnn_compare.lecture.scene import Scene, current_scene
from rnn_compare.lecture.steps import home
from rnn_compare.server.access import leading
from rnn_compare.server.access.limits import RateLimit, whole_seconds
from rnn_compare.server.access.rules import Access
from rnn_compare.server.lecture.page_files import PageFiles
from rnn_compare.server.lecture.requests import NOT_STORED, Refused, event_stream, refusal, require_own_page, values_of
from rnn_compare.server.lecture.stream import BEAT, Audience, Stream, Streams, as_event
from rnn_compare.server.urls import JUPYTER_VARIABLE, address, own_address, page_url

PRESS = "stage/press"
LOOK_THROUGH = "stage/lecture/"
LONGEST_ADDRESS = 300
"""Characters of a page's own address."""
CLIENT = re.compile(r"[\w-]{1,64}", re.ASCII)
LARGEST_NUMBER = 2**53
"""Of a press: the largest that JavaScript counts to."""


class Presenter:
    """The requests of the presenter's pages. Every one but for files is refused for anybody else.

    Args:
        access: The rule by which the presenter is known.
        streams: The stream of events.

    Attributes:
        pages: Paths with their handlers.
        posts: Paths that pages send presses to, with their handlers.
    """

    def __init__(self, access: Access, streams: Streams) -> None:
        self._access, self._streams = access, streams
        self._pressing = anyio.CapacityLimiter(1)  # one after the other
        self._refused: dict[str, int] = {}  # whoever is told of it presses again: a late repetition would be one more
        self._mover = ""  # the client whose press was the last
        self._rate = RateLimit(at_once=40, per_second=4.0)
        self.pages = (
            ("wall/events", functools.partial(self._events, "wall")),
            ("notes/events", functools.partial(self._events, "notes")),
            ("stage/answers.csv", self._answers),
            (f"{LOOK_THROUGH}{{lecture}}", self._look_through),
            *PageFiles("wall").pages,
            *PageFiles("notes").pages,
        )
        self.posts = ((PRESS, self._press),)

    async def _events(self, audience: Audience, request: Request) -> Response:
        """Answers with a page's stream of server-sent events."""
        try:
            self._require(request)
            if self._streams.is_closed:
                raise Refused(503, "The server is shutting down.")
            stream = await self._streams.current()
        except (Refused, UserError) as error:
            return refusal(error, 503)
        at = _page_address(request.query_params.get("at", ""))
        own = functools.partial(_own_event, stream, at) if audience == "wall" else lambda: b""
        events = stream.events(audience, own, lambda: BEAT if leading.why_not(request, self._access) else b"")
        return event_stream(request, events)

    async def _answers(self, request: Request) -> Response:
        """Answers with all answers of all lectures."""
        try:
            self._require(request)
            classroom = (await self._streams.current()).classroom
            content = await anyio.to_thread.run_sync(classroom.export_csv)
        except (Refused, UserError) as error:
            return refusal(error, 503)
        headers = NOT_STORED | {"Content-Disposition": 'attachment; filename="answers.csv"'}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    async def _look_through(self, request: Request) -> Response:
        """Answers with a lecture to be read before it is begun."""
        try:
            self._require(request)
            lectures, _ = await anyio.to_thread.run_sync(read_all)
            by_name = {lecture.name: lecture for lecture in lectures}
            if (lecture := by_name.get(request.path_params["lecture"])) is None:
                raise Refused(404, "There is no such lecture.")
        except Refused as error:
            return refusal(error, 503)
        return HTMLResponse(look_through.page(lecture), headers=NOT_STORED)

    async def _press(self, request: Request) -> Response:
        """Carries out a press once, whoever sends it again."""
        try:
            require_own_page(request)
            self._require(request)
            if seconds := self._rate.take("presenter"):
                raise Refused(429, f"Too many presses. Try again in {whole_seconds(seconds)}.")
            names = ("client", "number", "press"), ("value", "place")
            client, number, name, value, place = await values_of(request, *names)
            is_known = isinstance(client, str) and CLIENT.fullmatch(client)
            if not is_known or type(number) is not int or not 0 < number <= LARGEST_NUMBER:
                raise Refused(400, "A press has the id of its page and a number from 1.")
            stream = await self._streams.current()
            arguments = stream, client, number, str(name), value, place
            await anyio.to_thread.run_sync(self._carry_out, *arguments, limiter=self._pressing)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except (Refused, UserError) as error:
            return refusal(error, 503 if isinstance(error, NotSaved) else 409)
        return JSONResponse({"kept": True}, headers=NOT_STORED)

    def _carry_out(self, stream: Stream, client: str, number: int, name: str, value: object, place: object) -> None:
        stage = stream.stage()
        if stage is None:
            raise Refused(503, "The server is still starting. Try again in a moment.")
        if number <= self._refused.get(client, 0):
            raise UserError("This press could not be saved. Press again.")
        try:
            is_new = stream.classroom.take_press(client, number)
        except NotSaved:
            self._refused[client] = number
            raise
        # Of two people who press next in one moment the second means the step that has gone.
        may_be_late = name in presses.MOVES and place is not None and client != self._mover
        scene = current_scene(stage) if may_be_late else None
        if not is_new or (scene and scene.place != place):
            return
        presses.press(stage, name, value)
        if name != "trained":  # which the wall sends by itself
            self._mover = client

    def _require(self, request: Request) -> None:
        if reason := leading.why_not(request, self._access):
            raise Refused(403, reason)


def _own_event(stream: Stream, at: str) -> bytes:
    return as_event("own", codes(stream.latest.scene, at))


def codes(scene: Scene | None, at: str) -> Message:
    """Returns the addresses that phones can open, as a wall was opened at ``at``, and their codes."""
    is_home = scene is not None and scene.step.kind is home.STEP
    return {"join": _code(at, "join"), "home": _code(at, home.path(scene)) if scene and is_home else None}


def _code(at: str, path: str) -> dict[str, str]:
    own = address(
        at.rpartition("/")[0],
        st.get_option("server.address") or "",
        st.get_option("server.port"),
        bool(st.get_option("server.sslCertFile")),
        own_address(),
    )
    url = f"{own or page_url()}/{path}"
    is_reached = own and JUPYTER_VARIABLE not in os.environ
    # Nobody types the names of runs, and a shorter address leads elsewhere.
    typed = "" if "?" in path and is_reached else url.partition("://")[2].partition("?")[0].rstrip("/")
    return {"address": typed, "code": _image(url) if is_reached else ""}


@functools.lru_cache(maxsize=16)
def _image(url: str) -> str:
    code = segno.make(url, micro=False, error="m")
    return str(code.svg_data_uri(border=4, dark="#000000", light="#ffffff", scale=8))


def _page_address(at: str) -> str:
    """Returns the address at which a page says that it was opened; "" if it is none."""
    try:
        parts = urlsplit(at[:LONGEST_ADDRESS])
    except ValueError:
        return ""
    return parts.geturl() if parts.scheme in ("http", "https") else ""
