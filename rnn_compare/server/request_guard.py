"""Guard of all requests and websockets: refuses what no visitor's browser sends, and adds security headers."""

import logging
import os
import re
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it brings no types
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

from rnn_compare.server.access import cookies
from rnn_compare.server.app import App
from rnn_compare.server.process.connections import FULL
from rnn_compare.server.urls import is_loopback

HEALTH, METRICS = "/_stcore/health", "/_stcore/metrics"
EMBED_VARIABLE = "RNN_COMPARE_EMBED_IN"

_HOST_NAME = re.compile(r"(\[[^\]]*\]|[^:]*)(:\d*)?")
_EMBEDDER = re.compile(r"(https?://)?(\*\.)?[\w-]+(\.[\w-]+)*(:\d+)?|https?:|file:|\*")
_log = logging.getLogger(__name__)

ACCEPTED_MESSAGES = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "deferred_file", "dataframe_chunk"}
)
"""Messages that pages need. The others serve development: they clear caches, read the repository, write files."""
LONGEST_MESSAGE = 200_000
"""Bytes of a message: the values of all widgets, with the longest text that *Try a review* takes (80 kB at most)."""


class RequestGuard:
    """Middleware that refuses what no visitor's browser sends, and adds headers to answers.

    Visitors act over Streamlit's websocket, so the server accepts no forms, and no uploads except the presenter's texts
    (``limits.UploadGate``) and phones' messages (``join``). A server that only this machine can reach answers to this
    machine's names alone; otherwise any web site could point its own name here and pass for the page (DNS rebinding).
    """

    def __init__(self, server: ASGIApp, app: App) -> None:
        self.server, self.app = server, app
        self._headers = _headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self.server(scope, receive, send)
            return
        headers = Headers(scope=scope)
        allowed = _host_allowed(headers.get("host", ""))
        if scope["type"] == "websocket":
            connected = self.server if allowed and is_own_origin(headers) else WebSocketClose(1008)
            await connected(scope, accepted_messages(receive, send), send)
            return
        new = cookies.new_cookies(scope, self.app.access)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                for cookie in new:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await (_refusal(self.app, scope, allowed) or self.server)(scope, receive, marked)


def _refusal(app: App, scope: Scope, host_allowed: bool) -> PlainTextResponse | None:
    if not host_allowed:
        return PlainTextResponse(
            "This server listens on this machine only, as localhost and 127.0.0.1. Behind a proxy, add its name: "
            "--server.allowedHosts NAME.",
            status_code=421,
        )
    method, path = scope["method"], scope["path"]
    if app.connections.is_full() and not path.endswith(HEALTH):
        return PlainTextResponse(FULL, 503, {"Connection": "close", "Retry-After": "5"})
    if path.rstrip("/").endswith(METRICS):
        return PlainTextResponse("This server publishes no metrics.", status_code=404)
    if method not in ("GET", "HEAD", "OPTIONS") and not (
        app.admits(method, path) or app.upload_gate.admits(method, path)
    ):
        return PlainTextResponse("This server accepts data only over its websocket.", status_code=405)
    return None


def for_this_machine_only() -> bool:
    """Returns whether only this machine can reach the server."""
    # With a list of allowed names, Streamlit checks websockets itself.
    return not st.get_option("server.allowedHosts") and is_loopback(st.get_option("server.address") or "0.0.0.0")


def _host_allowed(host: str) -> bool:
    if not for_this_machine_only():
        return True
    match = _HOST_NAME.fullmatch(host)
    return match is not None and is_loopback(match[1])


def _headers() -> dict[str, str]:
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        # A foreign page with this one in a frame could trick its visitors into clicking Train or Delete.
        "Content-Security-Policy": f"frame-ancestors {' '.join(_embedders())}; object-src 'none'; base-uri 'self'",
    }


def _embedders() -> list[str]:
    sites = os.environ.get(EMBED_VARIABLE, "").split()
    if wrong := [name for name in sites if not _EMBEDDER.fullmatch(name)]:
        _log.warning("%s has %r, which is not a site: no site may embed the page.", EMBED_VARIABLE, wrong[0])
        sites = []
    return ["'self'", *sites]


def is_own_origin(headers: Headers) -> bool:
    """Returns whether a handshake comes from a page of this server, with its port, which Streamlit does not compare.

    A proxy's ``X-Forwarded-Host`` is trusted too, since no page can make a browser send it.
    """
    origin = headers.get("origin")
    if origin is None or not config.get_option("server.enableCORS"):
        return True
    try:
        site = urlsplit(origin)
    except ValueError:  # not a URL
        return False
    names = [name.strip() for name in f"{headers.get('host', '')},{headers.get('x-forwarded-host', '')}".split(",")]
    names += [f"{name}:{headers['x-forwarded-port']}" for name in names if "x-forwarded-port" in headers]
    names += [urlsplit(entry).netloc for entry in config.get_option("server.corsAllowedOrigins")]
    if config.is_manually_set("browser.serverAddress"):
        address = config.get_option("browser.serverAddress")
        names += [address, f"{address}:{config.get_option('browser.serverPort')}"]
    port = {"http": "80", "https": "443"}.get(site.scheme, "")
    if _with_port(site.netloc, port) in {_with_port(name, port) for name in names if name}:
        return True
    _log.warning("Pages of %r may not connect. If it is this one, set server.corsAllowedOrigins.", origin[:200])
    return False


def accepted_messages(receive: Receive, send: Send) -> Receive:
    """Returns a function that receives a browser's messages, without those for the development of an app.

    A message that no page sends, a text or a very long one, ends the connection.
    """

    async def receive_accepted() -> Message:
        while (message := await receive())["type"] == "websocket.receive":
            sent = message.get("bytes")
            if sent is None or len(sent) > LONGEST_MESSAGE:
                code = 1003 if sent is None else 1009  # RFC 6455: a kind that is not accepted, too big
                await send({"type": "websocket.close", "code": code})
                return {"type": "websocket.disconnect", "code": code}
            if _is_accepted(sent):
                break
        return message

    return receive_accepted


def _is_accepted(message: bytes) -> bool:
    sent = BackMsg()
    try:
        sent.ParseFromString(message)
    except DecodeError:  # Streamlit closes the connection
        return True
    kind: str | None = sent.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = sent.backend_operation_request.WhichOneof("payload")
    return kind is None or kind in ACCEPTED_MESSAGES


def _with_port(name: str, port: str) -> str:
    return name.lower() if name.rpartition(":")[2].isdecimal() else f"{name.lower()}:{port}"
