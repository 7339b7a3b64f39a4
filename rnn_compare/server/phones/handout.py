"""The page that reads, for phones: available while the presenter offers it, and made once for all."""

import gzip
import hashlib
from collections.abc import AsyncIterator, Callable

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.server.services import Services

PATH = "join/networks"
CHUNK = 2**16
"""Bytes sent at a time, so that a thousand slow phones do not hold a thousand copies."""


class Handout:
    """The networks of the current step as one file."""

    def __init__(self, classroom: Callable[[], Classroom], running: Callable[[], Services | None]) -> None:
        self._classroom, self._running = classroom, running
        self._one = anyio.CapacityLimiter(1)
        self._made_of: tuple[object, ...] = ()
        self._packed, self._tag = b"", ""

    async def answer(self, request: Request) -> Response:
        """Answers with the file, or with 404 if the presenter does not offer it."""
        try:
            packed, tag = await anyio.to_thread.run_sync(self._page, limiter=self._one)
        except UserError as error:
            return PlainTextResponse(str(error), 404, {"Cache-Control": "no-store"})
        return await gzipped(request, packed, tag, "text/html; charset=utf-8")

    def _page(self) -> tuple[bytes, str]:
        """Returns the gzipped file and its tag; it is made again for other networks, epochs or statuses."""
        services, state = self._running(), self._classroom().state()
        if services is None or not state.networks_offered:
            raise UserError("The networks are not offered now. Ask the presenter.")
        charted = services.snapshot().charted
        runs = [run for run in charted if run.id in state.runs and run.has_weights and not state.hides(run)]
        result = services.classroom().class_of(services.classroom().number())
        if not runs and result is None:
            raise UserError("These networks cannot be taken along yet. Wait for the first epoch.")
        newest = result, *((run.id, run.status, len(run.epochs)) for run in runs)
        if newest != self._made_of:
            with services.reporting:
                page = html(gather(services.store, [run.id for run in runs], services.evidence, result)).encode()
            self._packed, self._tag = gzip.compress(page, mtime=0), f'"{hashlib.sha256(page).hexdigest()[:16]}"'
            self._made_of = newest
        return self._packed, self._tag


async def gzipped(request: Request, packed: bytes, tag: str, media_type: str) -> Response:
    """Returns a gzipped file as an answer, or 304 to a phone that has the file of this tag."""
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    else:
        packed = await anyio.to_thread.run_sync(gzip.decompress, packed)
    return StreamingResponse(_chunks(packed), media_type=media_type, headers=headers)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
