"""The live board's message, made once for all viewers, and the address from which browsers fetch it.

Streamlit would run a page's script for each viewer's refresh, on the processor that trains. A fetched message has a few
hundred bytes, or says that nothing changed.
"""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.charts.curves.registry import known as known_charts
from rnn_compare.errors import UserError
from rnn_compare.server.board import board_message
from rnn_compare.server.board.board_message import View
from rnn_compare.server.known_baselines import BaselineResults, lines
from rnn_compare.server.services import HIDDEN_NOTICE, Services, Snapshot
from rnn_compare.server.shown_runs import MAX_SHOWN, all_hidden, chosen
from rnn_compare.server.urls import FOLDER
from rnn_compare.sources import own_texts

PATH = f"{FOLDER}/live"
LONGEST_QUERY = 2000
SWITCHES = ("marks", "baselines", "gap")
HINT = "Press Train: the curves grow here"

_Answer = tuple[str, bytes]


def message(services: Services, names: Sequence[str], view: View, snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Returns the board's message for a link's names (see ``shown_runs``); it must not be changed."""
    of_runs = snapshot or services.snapshot()
    return of_runs.cached(("message", tuple(names), view), lambda snapshot: _build(services, snapshot, names, view))


def url(names: Sequence[str], view: View) -> str:
    """Returns the address of the board's message, relative to a page."""
    switches = {name: int(getattr(view, name)) for name in SWITCHES}
    return f"{PATH}?{urlencode({'show': ','.join(names), 'charts': ','.join(view.charts), **switches})}"


class LiveAnswers:
    """Answers to browsers that follow the board, made one at a time.

    Args:
        services: Returns the server's services; raises ``UserError`` if they cannot start.
        running: Returns them if they have started, without waiting.
    """

    def __init__(self, services: Callable[[], Services], running: Callable[[], Services | None]) -> None:
        self._services, self._running = services, running
        self._making = anyio.CapacityLimiter(1)
        self._under_way: dict[tuple[tuple[str, ...], View], asyncio.Task[_Answer]] = {}

    async def answer(self, request: Request) -> Response:
        """Answers with the board's message as JSON, or with 304 if the browser has it."""
        if len(request.url.query) > LONGEST_QUERY:
            return Response("Too long.", status_code=414)
        names = [run for run in request.query_params.get("show", "").split(",") if run][:MAX_SHOWN]
        switches = {name: request.query_params.get(name) == "1" for name in SWITCHES}
        view = View(known_charts(request.query_params.get("charts", "").split(",")), **switches)
        try:
            tag, content = await self._answer(tuple(names), view)
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

    async def _answer(self, names: tuple[str, ...], view: View) -> _Answer:
        """Returns an answer's tag and content from the cache, or makes them in a thread, once for all that wait."""
        services = self._running()
        if services and (fresh := services.valid_snapshot) and (content := fresh.get(("answer", names, view))):
            answer: _Answer = content
            return answer
        task = self._under_way.get((names, view))
        if task is None:
            made = anyio.to_thread.run_sync(self._build_answer, names, view, limiter=self._making)
            task = self._under_way[names, view] = asyncio.ensure_future(made)
            task.add_done_callback(lambda _: self._under_way.pop((names, view)))
        return await asyncio.shield(task)

    def _build_answer(self, names: tuple[str, ...], view: View) -> _Answer:
        services = self._services()
        return services.snapshot().cached(
            ("answer", names, view), lambda snapshot: _packed(message(services, names, view, snapshot))
        )


def _build(services: Services, snapshot: Snapshot, names: Sequence[str], view: View) -> dict[str, Any]:
    if all_hidden(snapshot, names):
        return board_message.message([], {}, view, HIDDEN_NOTICE)
    runs = chosen(services.charted_runs(snapshot), names)
    results = services.baselines.look_up(runs) if view.baselines else BaselineResults()
    findings = services.findings(snapshot, runs)
    starts = services.start_times(snapshot)
    history = services.history(snapshot)
    texts = next(filter(None, map(own_texts.find_card, names)), None)
    hint = f"{texts.title}. {HINT}" if texts else HINT
    return board_message.message(runs, starts, view, hint, history, findings, lines(results.baselines), results.remark)


def _packed(values: dict[str, Any]) -> _Answer:
    content = json.dumps(values, separators=(",", ":")).encode()
    return f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"', gzip.compress(content, compresslevel=1)
