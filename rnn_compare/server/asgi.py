"""The ASGI parts of `app.py`: the server's start and end, its routes and its middleware."""

import asyncio
import contextlib
import gc
import importlib
import inspect
import logging
import signal
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.errors import UserError
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.server import assets, live
from rnn_compare.server.access import rules
from rnn_compare.server.app import App
from rnn_compare.server.assets import StreamlitFiles
from rnn_compare.server.process import log
from rnn_compare.server.request_guard import RequestGuard
from rnn_compare.server.urls import base_path, page_url

IMPORTED_AT_START = (
    "scipy.special",
    "streamlit.material_icon_names",
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
)
"""Modules of others that the first visitor would otherwise wait for: statistics for verdicts, Streamlit's icons."""

REDIRECTED = {"compare": "./", "sweep": "./", "cluster": "./runs"}
"""Addresses that lead elsewhere: that of *Compare*, which Streamlit serves at ``/`` only, and of former pages."""


@contextlib.asynccontextmanager
async def lifespan(app: App, _server: object) -> AsyncIterator[dict[str, object]]:
    """Starts the engine with the server, so that its workers are ready before anyone presses Train."""
    app.connections.raise_limit()
    app.turns.loop = asyncio.get_running_loop()
    watch = asyncio.create_task(app.connections.watch())
    sys.setswitchinterval(0.0005)  # the event loop waits this long for each message it sends; the default is 0.005 s
    prepare()
    print(app.access.described(), flush=True)
    with contextlib.suppress(UserError):  # every page reports it and tries again
        await anyio.to_thread.run_sync(app.services)
    gc.freeze()  # collecting what exists by now would stop the whole server for a tenth of a second
    if not st.get_option("server.headless"):  # Streamlit does this for a script, but not for an `st.App`
        await anyio.to_thread.run_sync(webbrowser.open, page_url())
    with log.guarded(), _on_termination(app.streams.close):
        yield {}
    watch.cancel()
    await anyio.to_thread.run_sync(app.close)


def prepare() -> None:
    """Imports in advance what the first visitor would wait for."""
    importlib.import_module("rnn_compare.dashboard.site")
    for module in IMPORTED_AT_START:
        try:
            importlib.import_module(module)
        except ImportError as error:
            logging.getLogger(__name__).warning("The first visitor waits for a module: %s.", error)
    all_baselines()  # imports the file of each
    all_metrics()
    # Streamlit calls this with its first element. The first call looks up the file of every module.
    inspect.stack()


@contextlib.contextmanager
def _on_termination(call: Callable[[], None]) -> Iterator[None]:
    """Calls a function on SIGINT and SIGTERM, before the server waits for open connections."""
    if threading.current_thread() is not threading.main_thread():  # a server within a test
        yield
        return
    handlers: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: object) -> None:
        call()
        if callable(handler := handlers[number]):
            handler(number, frame)

    for number in handlers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def middleware(app: App) -> list[Middleware]:
    """Returns the middleware of every request, the outermost first."""
    return [Middleware(RequestGuard, app), Middleware(StreamlitFiles)]


def routes(app: App) -> list[Route]:
    """Returns this program's own routes; Streamlit does not add its base path to them."""
    lecture = (*app.presenter.pages, *app.phones.pages)
    pages = ((live.PATH, app.live.answer), (assets.PATH, assets.serve), *lecture)
    return [
        *(Route(f"{base_path()}/{path}", _redirected) for path in REDIRECTED),
        Route(f"{base_path()}/{rules.PATH}", app.access.answer),
        *(Route(f"{base_path()}/{path}", answer) for path, answer in pages),
        *(Route(f"{base_path()}/{path}", answer, methods=["POST"]) for path, answer in app.posts),
    ]


async def _redirected(request: Request) -> RedirectResponse:
    address = REDIRECTED[request.url.path.rpartition("/")[2]]
    return RedirectResponse(f"{address}?{request.url.query}" if request.url.query else address)
