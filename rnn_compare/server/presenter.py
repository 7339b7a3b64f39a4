"""The presenter's permissions, and the visitors who have them.

Where `.streamlit/secrets.toml` sets a presenter's pass (docs/security.md), only the presenter trains, stops, continues,
deletes, names and changes settings; everybody else looks and tries reviews. Without one everything is open, as on a
laptop with one user.
"""

import hmac

import streamlit as st

from rnn_compare.errors import UserError
from rnn_compare.server.access import sign_in_token, visitor_cookie
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import current_app

REFUSAL = "Only the presenter can do this. Sign in with the pass under Presenter, at the end of the sidebar."

TOKEN = "presenter_token"
"""Holds the token in a visitor's session."""


def is_presenter() -> bool:
    """Tells whether this visitor may do everything; where no pass is set, everybody may."""
    policy = current_app().access.rule()
    return policy.open or bool(not policy.problem and (signed_in_until(policy) or is_known(policy)))


def is_open() -> bool:
    """Tells whether everybody may do everything, since no pass is set."""
    return current_app().access.rule().open


def why_not() -> str | None:
    """Returns why this visitor may only look, in a sentence; None for the presenter."""
    return None if is_presenter() else current_app().access.rule().problem or REFUSAL


def require() -> None:
    """Stands before everything that only the presenter may do: a disabled button keeps nobody from sending its message.

    Raises ``UserError`` if this visitor may only look.
    """
    if reason := why_not():
        raise UserError(reason)


def remember(policy: Rule, typed: str) -> bool:
    """Makes this visitor the presenter if what was typed is the pass; returns whether it is."""
    right = hmac.compare_digest(typed.encode(), policy.password.encode())
    if right:
        st.session_state[TOKEN] = sign_in_token.issue(visitor_cookie.of_this_page(), policy.password)
    return right


def forget() -> None:
    """Has the pass typed anew, in all tabs of this browser, before its visitor is the presenter again."""
    sign_in_token.revoke(visitor_cookie.of_this_page())


def signed_in_until(policy: Rule) -> int:
    """Returns when this visitor's sign-in with the pass ends, in seconds since 1970; 0 if there is none."""
    headers, tokens = st.context.headers, [st.session_state.get(TOKEN)]
    # A page of another port of this machine may connect too, and its browser sends the cookie along.
    if headers.get("Origin", "").endswith(f"//{headers.get('Host')}"):
        tokens.append(st.context.cookies.get(visitor_cookie.PRESENTER))
    for token in filter(None, tokens if policy.password else ()):
        if until := sign_in_token.valid_until(str(token), visitor_cookie.of_this_page(), policy.password):
            st.session_state[TOKEN] = token  # so it holds while the connection is lost
            return until
    return 0


def is_known(policy: Rule) -> bool:
    """Tells whether the university's provider vouches that this visitor is a presenter."""
    if not policy.emails or not st.user.get("is_logged_in"):
        return False
    email, verified = st.user.get("email"), st.user.get("email_verified", True)
    # Some providers pass on any address that somebody claims to have, and say so.
    return isinstance(email, str) and verified in (True, "true") and email.strip().casefold() in policy.emails
