"""The presenter's permissions and sign-in, by pass or by the university's identity provider.

If `.streamlit/secrets.toml` sets a pass or presenters' addresses (docs/security.md), only the presenter trains, stops,
continues, deletes, renames and changes settings; everyone else looks and tries reviews. Otherwise everyone may do all.
"""

import hmac

import streamlit as st

from rnn_compare.errors import UserError
from rnn_compare.server.access import sign_in_token, visitor_cookie
from rnn_compare.server.app import current_app

REFUSAL = "Only the presenter can do this. Sign in with the pass under Presenter, at the end of the sidebar."

TOKEN = "presenter_token"
"""The session's key for the sign-in token."""


def is_presenter() -> bool:
    """Returns whether this visitor may do everything."""
    return is_open() or bool(signed_in_until() or has_presenter_email())


def is_open() -> bool:
    """Returns whether the secrets set no rule, so that everyone may do everything."""
    return current_app().access.rule().open


def why_not() -> str | None:
    """Returns why this visitor may only look, in a sentence; None for the presenter."""
    return None if is_presenter() else current_app().access.rule().problem or REFUSAL


def require() -> None:
    """Raises ``UserError`` unless this visitor is the presenter.

    Call it in every action of the presenter: a browser can send a disabled button's message all the same.
    """
    if reason := why_not():
        raise UserError(reason)


def sign_in(password: str) -> bool:
    """Signs this visitor in and returns True if the password is right; raises ``OSError`` if it cannot be saved."""
    right = current_app().access.rule().password
    if not hmac.compare_digest(password.encode(), right.encode()):
        return False
    st.session_state[TOKEN] = sign_in_token.issue(visitor_cookie.of_this_page(), right)
    return True


def sign_out() -> None:
    """Ends the sign-in with the pass, in all tabs of this browser."""
    sign_in_token.revoke(visitor_cookie.of_this_page())


def signed_in_until() -> int:
    """Returns when this visitor's sign-in with the pass expires, in seconds since 1970; 0 without a sign-in."""
    password, headers, tokens = current_app().access.rule().password, st.context.headers, [st.session_state.get(TOKEN)]
    # A page from another port of this machine can connect too, and its browser sends the same cookie.
    if headers.get("Origin", "").endswith(f"//{headers.get('Host')}"):
        tokens.append(st.context.cookies.get(visitor_cookie.PRESENTER))
    for token in filter(None, tokens if password else ()):
        if until := sign_in_token.valid_until(str(token), visitor_cookie.of_this_page(), password):
            st.session_state[TOKEN] = token  # keeps the sign-in while the connection is lost
            return until
    return 0


def has_presenter_email() -> bool:
    """Returns whether the identity provider confirms one of the presenters' e-mail addresses."""
    emails = current_app().access.rule().emails
    if not emails or not st.user.get("is_logged_in"):
        return False
    email, verified = st.user.get("email"), st.user.get("email_verified", True)
    # Some providers accept any address that a user claims, and report it as not verified.
    return isinstance(email, str) and verified in (True, "true") and email.strip().casefold() in emails
