"""Tokens of a sign-in with the pass, signed for one browser and one pass and valid for some hours.

Each signed-in browser has a key in the cache folder that only the server's user can read. So a restarted server accepts
its tokens, and removing the key signs the browser out in all its tabs.
"""

import hashlib
import hmac
import secrets
import time
from pathlib import Path

from rnn_compare.atomic import whole_file
from rnn_compare.paths import cache_place

VALID_SECONDS = 12 * 3600


def issue(browser: str, password: str) -> str:
    """Returns a new token; raises ``OSError`` if the browser's key cannot be written."""
    key = _key_file(browser)
    for old in key.parent.glob("*"):
        if old.stat().st_mtime < time.time() - VALID_SECONDS:
            old.unlink(missing_ok=True)
    if not key.exists():
        with whole_file(key) as partial:
            partial.touch(0o600)
            partial.write_bytes(secrets.token_bytes(32))
    key.touch()
    return _signed(browser, password, int(time.time()) + VALID_SECONDS)


def valid_until(token: str, browser: str, password: str) -> int:
    """Returns when a token expires, in seconds since 1970; 0 if it is not valid."""
    try:
        expiry = int(token.partition(".")[0])
        is_signed = hmac.compare_digest(token.encode(), _signed(browser, password, expiry).encode())
    except (ValueError, OSError):  # no number, or no key: signed out, or the cache was removed
        return 0
    return expiry if is_signed and time.time() < expiry else 0


def revoke(browser: str) -> None:
    """Invalidates all tokens of a browser."""
    _key_file(browser).unlink(missing_ok=True)


def _signed(browser: str, password: str, expiry: int) -> str:
    key = hmac.digest(_key_file(browser).read_bytes(), password.encode(), "sha256")
    return f"{expiry}.{hmac.digest(key, f'{browser} {expiry}'.encode(), 'sha256').hex()}"


def _key_file(browser: str) -> Path:
    return cache_place() / "presenter" / hashlib.sha256(browser.encode()).hexdigest()
