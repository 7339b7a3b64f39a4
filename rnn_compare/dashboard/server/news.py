"""What the live board shows, made once for all viewers: on a page's first drawing, and when its browser asks for news.

Streamlit runs a page's script for every viewer's tick, on the processor that also trains. So browsers fetch the board's
message from here: a few hundred bytes, or the word that nothing is new.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.charts.curves.registry import SHOWN_FIRST, known
from rnn_compare.dashboard.components import board
from rnn_compare.dashboard.server.own_addresses import FOLDER
from rnn_compare.dashboard.services import Services, Snapshot, get_services, running_services
from rnn_compare.dashboard.shown_runs import chosen
from rnn_compare.errors import UserError
from rnn_compare.experiment import MAX_COMPARED

PATH = f"{FOLDER}/live"
LONGEST_QUERY = 1000
HINT = "Press Train: the curves grow here"

_reading = anyio.Lock()


def message(
    services: Services, named: Sequence[str], marks: bool, charts: Sequence[str] = SHOWN_FIRST
) -> dict[str, Any]:
    """Returns what the board draws (see ``board.message``); it must not be changed.

    Args:
        services: The server's.
        named: Ids of the runs that a page's link names; none means the newest comparison.
        marks: Whether the lecture's figures are drawn.
        charts: Names of the charts that are drawn.
    """
    return _message(services, services.snapshot(), named, marks, charts)


def url(named: Sequence[str], marks: bool, charts: Sequence[str] = SHOWN_FIRST) -> str:
    """Returns where a page finds what is new of these runs."""
    return f"{PATH}?{urlencode({'show': ','.join(named), 'marks': int(marks), 'charts': ','.join(charts)})}"


async def answer(request: Request) -> Response:
    """Answers with the board's message as JSON, or with 304 where the browser has it already."""
    if len(request.url.query) > LONGEST_QUERY:
        return Response("That is too long.", status_code=414)
    named = [run for run in request.query_params.get("show", "").split(",") if run][:MAX_COMPARED]
    marks = request.query_params.get("marks") == "1"
    charts = known(request.query_params.get("charts", "").split(","))
    try:
        services = await _fresh()
        tag, content = services.snapshot().once(
            ("answer", tuple(named), marks, charts),
            lambda snapshot: _packed(_message(services, snapshot, named, marks, charts)),
        )
    except UserError as error:
        return Response(str(error), status_code=503)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        content = gzip.decompress(content)
    else:
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type="application/json", headers=headers)


def _message(
    services: Services, snapshot: Snapshot, named: Sequence[str], marks: bool, charts: Sequence[str]
) -> dict[str, Any]:
    return snapshot.once(
        ("message", tuple(named), marks, tuple(charts)),
        lambda snapshot: board.message(
            chosen(snapshot.runs, named), services.starts(snapshot), marks, HINT, charts, snapshot.runs
        ),
    )


async def _fresh() -> Services:
    """Returns the services with a fresh reading of the record, read by one request for all that come meanwhile."""
    services = running_services()
    if services is None or services.is_stale:
        async with _reading:
            services = await anyio.to_thread.run_sync(get_services)
            if services.is_stale:
                await anyio.to_thread.run_sync(services.runs)
    return services


def _packed(values: dict[str, Any]) -> tuple[str, bytes]:
    content = json.dumps(values, separators=(",", ":")).encode()
    return f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"', gzip.compress(content, compresslevel=1)
