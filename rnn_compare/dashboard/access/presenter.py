"""Whether this visitor is the presenter.

Where `.streamlit/secrets.toml` sets a presenter's pass (docs/security.md), only the presenter trains, stops, continues,
deletes, names and changes settings; everybody else looks and tries reviews. Without one everything is open, as on a
laptop with one user.
"""

import hmac
import secrets

import streamlit as st

from rnn_compare.dashboard.access.rules import Rule, rule
from rnn_compare.errors import UserError

REFUSAL = "Only the presenter can do this. Whoever has the pass signs in under Presenter, at the end of the sidebar."

_SIGNED_IN = "presenter_mark"
_key = secrets.token_bytes(32)


def is_presenter() -> bool:
    """Tells whether this visitor may do everything; where no pass is set, everybody may."""
    found = rule()
    return found.open or (not found.problem and (_typed_the_pass(found) or is_known(found)))


def is_open() -> bool:
    """Tells whether everybody may do everything, since no pass is set."""
    return rule().open


def why_not() -> str | None:
    """Returns why this visitor may only look, in a sentence; None for the presenter."""
    return None if is_presenter() else rule().problem or REFUSAL


def require() -> None:
    """Stands before everything that only the presenter may do: a disabled button keeps nobody from sending its message.

    Raises:
        UserError: If this visitor may only look.
    """
    if reason := why_not():
        raise UserError(reason)


def remember(found: Rule, typed: str) -> bool:
    """Makes this visitor the presenter if what was typed is the pass; returns whether it is."""
    right = hmac.compare_digest(typed.encode(), found.password.encode())
    if right:
        st.session_state[_SIGNED_IN] = _mark(found)
    return right


def forget() -> None:
    """Has the pass typed anew before this visitor is the presenter again."""
    st.session_state.pop(_SIGNED_IN, None)


def is_known(found: Rule) -> bool:
    """Tells whether the university's provider vouches that this visitor is a presenter."""
    if not found.emails or not st.user.get("is_logged_in"):
        return False
    email, verified = st.user.get("email"), st.user.get("email_verified", True)
    # Some providers pass on any address that somebody claims to have, and say so.
    return isinstance(email, str) and verified in (True, "true") and email.strip().casefold() in found.emails


def _typed_the_pass(found: Rule) -> bool:
    mark = st.session_state.get(_SIGNED_IN)
    return bool(found.password) and isinstance(mark, bytes) and hmac.compare_digest(mark, _mark(found))


def _mark(found: Rule) -> bytes:
    # Not the pass itself: what a session holds turns up in more places than one thinks of. Another pass, another mark.
    return hmac.digest(_key, found.password.encode(), "sha256")
