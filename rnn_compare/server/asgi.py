"""The ASGI parts that `app.py` hands to Streamlit: start and end of the server with its workers, routes, middleware."""

import contextlib
import gc
import importlib
import inspect
import logging
import signal
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

from rnn_compare.errors import UserError
from rnn_compare.server import assets, tuning
from rnn_compare.server.app import App
from rnn_compare.server.assets import Preload, StreamlitFiles
from rnn_compare.server.board import live
from rnn_compare.server.request_guard import RequestGuard
from rnn_compare.server.urls import base_path, page_url

BEFOREHAND = (
    "rnn_compare.dashboard.site",
    "scipy.special",
    "streamlit.material_icon_names",
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
)
"""What is imported before the first visitor would wait for it: the pages, what their verdicts are computed with, and
what Streamlit looks at icons with."""


@contextlib.asynccontextmanager
async def lifespan(app: App, _server: object) -> AsyncIterator[dict[str, object]]:
    """Starts the engine with the server, so that its workers are warm before anybody presses Train."""
    app.connections.spare_descriptors()
    tuning.take_turns()
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(tuning.Seldom())
    tuning.look_rarely(app.connections)
    prepare()
    print(app.access.described(), flush=True)
    with contextlib.suppress(UserError):  # every page says it in words, and tries again
        await anyio.to_thread.run_sync(app.services)
    gc.freeze()  # what is there stays: looking through it for garbage stops the whole server for a tenth of a second
    if not st.get_option("server.headless"):  # Streamlit does it for a script, but not for an `st.App`
        await anyio.to_thread.run_sync(webbrowser.open, page_url())
    with _before_the_end(app.phones.close):
        yield {}
    await anyio.to_thread.run_sync(app.close)


def prepare() -> None:
    """Does beforehand what the first visitor would wait for."""
    for module in BEFOREHAND:
        importlib.import_module(module)
    # Streamlit asks for the stack with its first element. Python then looks for the file of every module, only once.
    inspect.stack()


@contextlib.contextmanager
def _before_the_end(call: Callable[[], None]) -> Iterator[None]:
    """Has a function called when the process is told to end: the server itself first waits for open connections."""
    if threading.current_thread() is not threading.main_thread():  # a server within a test
        yield
        return
    before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: object) -> None:
        call()
        if callable(then := before[signal.Signals(number)]):
            then(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def middleware(app: App) -> list[Middleware]:
    """Returns what every request goes through, the outermost first."""
    return [Middleware(RequestGuard, app), Middleware(StreamlitFiles), Middleware(Preload)]


def routes(app: App) -> list[Route]:
    """Returns the addresses that are this program's own; Streamlit adds no base path to them."""
    pages = ((live.PATH, app.live.answer), (assets.PATH, assets.serve), *app.phones.pages)
    return [
        Route(f"{base_path()}/compare", _to_the_first_page),
        *(Route(f"{base_path()}/{path}", answer) for path, answer in pages),
        *(Route(f"{base_path()}/{path}", take, methods=["POST"]) for path, take in app.phones.posts),
    ]


async def _to_the_first_page(request: Request) -> RedirectResponse:
    """Sends on whoever types what the menu calls Compare: Streamlit knows its first page by ``/`` alone."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")
