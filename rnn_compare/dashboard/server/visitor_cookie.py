"""The cookie that tells one visitor's browser from another's: a random value, gone when the browser is closed."""

import re
import secrets

from starlette.requests import Request
from starlette.types import Scope

from rnn_compare.dashboard.server.own_addresses import base_path

NAME = "rnn_compare_visitor"

_TOKEN = re.compile(r"[0-9a-f]{32}")


def token(cookie: object) -> str | None:
    """Returns a cookie's value if it is one that this server may have given out."""
    return cookie if isinstance(cookie, str) and _TOKEN.fullmatch(cookie) else None


def new(scope: Scope) -> str | None:
    """Returns the `Set-Cookie` header for a browser that has none.

    Streamlit's page asks for its health each time before it connects, so that the websocket brings the cookie along;
    a phone asks for its page.
    """
    request = Request(scope)
    if not scope["path"].endswith(("/_stcore/health", "/join")) or token(request.cookies.get(NAME)):
        return None
    secure = "; Secure" if scope["scheme"] == "https" else ""
    return f"{NAME}={secrets.token_hex(16)}; Path={base_path() or '/'}; HttpOnly; SameSite=Lax{secure}"
