"""Session cookies, which no script can read, that identify a visitor's browser and the presenter's sign-in."""

import re
import secrets

import streamlit as st
from starlette.requests import Request
from starlette.types import Scope

from rnn_compare.server.access import sign_in_token
from rnn_compare.server.access.rules import Access
from rnn_compare.server.urls import base_path

NAME, PRESENTER = "rnn_compare_visitor", "rnn_compare_presenter"
SIGN_IN_HEADER = "X-Sign-In"
"""Request header with which a signed-in page asks for its token as a cookie."""

_BROWSER = "browser"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def token(cookie: object) -> str | None:
    """Returns a cookie's value if it has the form of this server's tokens."""
    return cookie if isinstance(cookie, str) and _TOKEN.fullmatch(cookie) else None


def of_this_page() -> str:
    """Returns the token of this page's browser; without cookies, one for this session only."""
    return str(st.session_state.setdefault(_BROWSER, token(st.context.cookies.get(NAME)) or secrets.token_hex(16)))


def new(scope: Scope, access: Access) -> list[str]:
    """Returns the `Set-Cookie` headers for a browser without a token, or with a new sign-in.

    Streamlit's page requests the server's health before it connects, so its websocket sends the cookies; a phone
    requests its page.
    """
    request, cookies = Request(scope), {}
    browser, sign_in = token(request.cookies.get(NAME)), request.headers.get(SIGN_IN_HEADER)
    if scope["path"].endswith(("/_stcore/health", "/join")) and not browser:
        cookies[NAME] = secrets.token_hex(16)
    if browser and sign_in and sign_in_token.valid_until(sign_in, browser, access.rule().password):
        cookies[PRESENTER] = sign_in
    secure = "; Secure" if scope["scheme"] == "https" else ""
    rest = f"Path={base_path() or '/'}; HttpOnly; SameSite=Lax{secure}"
    return [f"{name}={value}; {rest}" for name, value in cookies.items()]
