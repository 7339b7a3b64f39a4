"""Session cookies, which no script can read: a visitor's browser, and the presenter's sign-in with the pass.

The token of a sign-in is signed for one browser and one pass and valid for some hours. Each signed-in browser has a key
in the cache folder that only the server's user can read. So a restarted server accepts its tokens, and removing the key
signs the browser out in all its tabs.
"""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import time
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.types import Scope

from rnn_compare.atomic import whole_file
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
    """Returns a new token; raises ``OSError`` if the browser's key cannot be written."""
    key, now = _key_file(browser), time.time()
    for old in key.parent.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # another sign-in has removed or renamed it
            if old.stat().st_mtime < now - VALID_SECONDS:
                old.unlink()
    if not key.exists():
        with whole_file(key) as partial:
            partial.touch(0o600)
            partial.write_bytes(secrets.token_bytes(32))
    os.utime(key, (now, now))
    return _signed(browser, password, int(now) + VALID_SECONDS)


def sign_in_expiry(token: str, browser: str, password: str) -> int:
    """Returns when a token expires, in seconds since 1970; 0 if it is not valid."""
    try:
        expiry = int(token.partition(".")[0])
        is_signed = hmac.compare_digest(token.encode(), _signed(browser, password, expiry).encode())
    except (ValueError, OSError):  # no number, or no key: signed out, or the cache was removed
        return 0
    return expiry if is_signed and time.time() < expiry else 0


def revoke_sign_in(browser: str) -> None:
    """Invalidates all tokens of a browser."""
    _key_file(browser).unlink(missing_ok=True)


def _signed(browser: str, password: str, expiry: int) -> str:
    key = hmac.digest(_key_file(browser).read_bytes(), password.encode(), "sha256")
    return f"{expiry}.{hmac.digest(key, f'{browser} {expiry}'.encode(), 'sha256').hex()}"


def _key_file(browser: str) -> Path:
    return cache_place() / "presenter" / hashlib.sha256(browser.encode()).hexdigest()
