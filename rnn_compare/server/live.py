"""The address from which browsers fetch the live board's message.

Streamlit would run a page's script for each viewer's refresh, on the processor that trains. A message is made once for
all viewers; a fetched one has a few hundred bytes, or says that nothing changed.
"""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from rnn_compare.charts.curves.curve_chart import shown_charts
from rnn_compare.errors import UserError
from rnn_compare.server.assets import Packed, gzipped
from rnn_compare.server.urls import FOLDER
from rnn_compare.services.board import View, message
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import MAX_SHOWN, Snapshot

PATH = f"{FOLDER}/live"
LONGEST_QUERY = 2000
SWITCHES = ("baselines", "gap")


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
        self._under_way: dict[tuple[tuple[str, ...], View], asyncio.Task[Packed]] = {}

    async def answer(self, request: Request) -> Response:
        """Answers with the board's message as JSON, or with 304 if the browser has it."""
        if len(request.url.query) > LONGEST_QUERY:
            return Response("Too long.", status_code=414)
        names = [run for run in request.query_params.get("show", "").split(",") if run][:MAX_SHOWN]
        switches = {name: request.query_params.get(name) == "1" for name in SWITCHES}
        view = View(shown_charts(request.query_params.get("charts", "").split(",")), **switches)
        try:
            content, tag = await self._answer(tuple(names), view)
        except UserError as error:
            return Response(str(error), status_code=503)
        return await gzipped(request, content, tag, "application/json")

    async def _answer(self, names: tuple[str, ...], view: View) -> Packed:
        """Returns an answer from the cache, or makes it in a thread, once for all that wait."""
        services = self._running()
        if services and (fresh := services.valid_snapshot) and (content := fresh.get(("answer", names, view))):
            answer: Packed = content
            return answer
        task = self._under_way.get((names, view))
        if task is None:
            made = anyio.to_thread.run_sync(self._build_answer, names, view, limiter=self._making)
            task = self._under_way[names, view] = asyncio.ensure_future(made)
            task.add_done_callback(lambda _: self._under_way.pop((names, view)))
        return await asyncio.shield(task)

    def _build_answer(self, names: tuple[str, ...], view: View) -> Packed:
        services = self._services()

        def build(snapshot: Snapshot) -> Packed:
            content = json.dumps(message(services, names, view, snapshot), separators=(",", ":")).encode()
            tag = hashlib.blake2b(content, digest_size=8).hexdigest()
            return gzip.compress(content, compresslevel=1), f'"{tag}"'

        return services.snapshot().cached(("answer", names, view), build)
