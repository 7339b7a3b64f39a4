"""Session cookies, which no script can read: a visitor's browser, and the presenter's sign-in with the pass.

The token of a sign-in is a random number, valid for one browser and one pass, for some hours. An empty file in the
cache folder records it: its name holds the end, and proofs of the browser and of the token. So a restarted server
accepts the token, removing a browser's files signs it out in all its tabs, and who reads the folder learns no token.
"""

import hashlib
import hmac
import re
import secrets
import time
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.types import Scope

from rnn_compare.paths import cache_place
from rnn_compare.server.access.rules import Access
from rnn_compare.server.urls import base_path

NAME, PRESENTER = "rnn_compare_visitor", "rnn_compare_presenter"
SIGN_IN_HEADER = "X-Sign-In"
"""Request header with which a signed-in page asks for its token as a cookie."""

VALID_SECONDS = 12 * 3600
_BROWSER = "browser"
_BROWSER_ID = re.compile(r"[0-9a-f]{32}")


def browser_id(cookie: object) -> str | None:
    """Returns a cookie's value if it has the form of this server's ids of browsers."""
    return cookie if isinstance(cookie, str) and _BROWSER_ID.fullmatch(cookie) else None


def browser_of_page() -> str:
    """Returns the id of this page's browser; without cookies, one for this session only."""
    return str(st.session_state.setdefault(_BROWSER, browser_id(st.context.cookies.get(NAME)) or secrets.token_hex(16)))


def new_cookies(scope: Scope, access: Access) -> list[str]:
    """Returns the `Set-Cookie` headers for a browser without an id, or with a new sign-in.

    Streamlit's page requests the server's health before it connects, so its websocket sends the cookies; a phone
    requests its page.
    """
    request, cookies = Request(scope), {}
    browser, sign_in = browser_id(request.cookies.get(NAME)), request.headers.get(SIGN_IN_HEADER)
    if scope["path"].endswith(("/_stcore/health", "/join", "/wall", "/notes")) and not browser:
        cookies[NAME] = secrets.token_hex(16)
    if browser and sign_in and sign_in_expiry(sign_in, browser, access.rule().secret):
        cookies[PRESENTER] = sign_in
    secure = "; Secure" if scope["scheme"] == "https" else ""
    rest = f"Path={base_path() or '/'}; HttpOnly; SameSite=Lax{secure}"
    return [f"{name}={value}; {rest}" for name, value in cookies.items()]


def issue_sign_in(browser: str, password: str) -> str:
    """Returns a new token, and forgets sign-ins that have expired; raises ``OSError`` if it cannot be recorded."""
    now = int(time.time())
    token = f"{now + VALID_SECONDS}.{secrets.token_hex(32)}"
    record = _record(browser, token, password)
    record.parent.mkdir(parents=True, exist_ok=True)
    for other in record.parent.iterdir():
        if other.name < f"until-{now}":  # so are the keys of version 0.1.0, whose names were hexadecimal
            other.unlink(missing_ok=True)
    record.touch()
    return token


def sign_in_expiry(token: str, browser: str, password: str) -> int:
    """Returns when a token expires, in seconds since 1970; 0 if it is not valid."""
    try:
        expiry = int(token.partition(".")[0])
        return expiry if time.time() < expiry and _record(browser, token, password).exists() else 0
    except (ValueError, OSError):  # made up, or the folder cannot be read
        return 0


def revoke_sign_in(browser: str) -> None:
    """Invalidates all tokens of a browser."""
    for record in _record(browser).parent.glob(f"until-*{_record(browser).suffix}"):
        record.unlink(missing_ok=True)


def _record(browser: str, token: str = "", password: str = "") -> Path:
    """Returns the file of a sign-in; its suffix is the browser's, and nobody finds token or pass from its name."""
    proof = hmac.digest(token.encode(), f"{browser} {password}".encode(), "sha256").hex()
    suffix = hashlib.sha256(browser.encode()).hexdigest()
    return cache_place() / "presenter" / f"until-{token.partition('.')[0]}-{proof}.{suffix}"
