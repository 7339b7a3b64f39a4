"""Guard of Streamlit's websocket: messages that a browser may send, and origins that may open it."""

import logging
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it brings no types
from starlette.datastructures import Headers
from starlette.types import Message, Receive
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

TAKEN = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "deferred_file", "dataframe_chunk"}
)
"""What pages need. All else serves development: it clears caches, reads the repository, writes files."""
_log = logging.getLogger(__name__)


def is_own_origin(headers: Headers) -> bool:
    """Tells whether a handshake comes from a page of this very server: Streamlit compares no ports.

    A proxy's ``X-Forwarded-Host`` counts as well: no page can have a browser send it.
    """
    origin = headers.get("origin")
    if origin is None or not config.get_option("server.enableCORS"):
        return True
    try:
        site = urlsplit(origin)
    except ValueError:  # no address at all
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


def without_development(receive: Receive) -> Receive:
    """Returns what hands on all messages of a browser but those that serve the development of an app."""

    async def taken() -> Message:
        while not _is_taken(message := await receive()):
            pass
        return message

    return taken


def _is_taken(message: Message) -> bool:
    sent = BackMsg()
    try:
        sent.ParseFromString(message.get("bytes") or b"")
    except DecodeError:  # Streamlit closes the connection
        return True
    kind: str | None = sent.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = sent.backend_operation_request.WhichOneof("payload")
    return kind is None or kind in TAKEN


def _with_port(name: str, port: str) -> str:
    return name.lower() if name.rpartition(":")[2].isdecimal() else f"{name.lower()}:{port}"
