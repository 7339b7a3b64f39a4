"""The visitor of the current page: permissions, sign-in as the presenter, browser, and place in the training queue.

If `.streamlit/secrets.toml` sets a pass or presenters' addresses (docs/security.md), only the presenter trains, stops,
continues, deletes, renames and changes settings; everyone else looks and tries reviews. Without a file everyone may do
all, and with an invalid one nobody.
"""

import hashlib
import hmac
from typing import TypedDict

import streamlit as st

from rnn_compare.errors import UserError
from rnn_compare.runs.record import Run
from rnn_compare.server.access import cookies
from rnn_compare.server.access.limits import whole_seconds
from rnn_compare.server.app import current_app
from rnn_compare.server.urls import is_loopback

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


def require_presenter() -> None:
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
    st.session_state[TOKEN] = cookies.issue_sign_in(cookies.browser_of_page(), right)
    return True


def sign_out() -> None:
    """Ends the sign-in with the pass, in all tabs of this browser."""
    cookies.revoke_sign_in(cookies.browser_of_page())


def signed_in_until() -> int:
    """Returns when this visitor's sign-in with the pass expires, in seconds since 1970; 0 without a sign-in."""
    password, headers, tokens = current_app().access.rule().password, st.context.headers, [st.session_state.get(TOKEN)]
    # A page from another port of this machine can connect too, and its browser sends the same cookie.
    if headers.get("Origin", "").endswith(f"//{headers.get('Host')}"):
        tokens.append(st.context.cookies.get(cookies.PRESENTER))
    for token in filter(None, tokens if password else ()):
        if until := cookies.sign_in_expiry(str(token), cookies.browser_of_page(), password):
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


class PlaceInLine(TypedDict):
    """The owner and the priority of a new run, as ``Engine.submit`` takes them."""

    visitor: str
    priority: int


def browser() -> str:
    """Returns an anonymous id of the browser; without cookies it changes with every reload."""
    return hashlib.sha256(cookies.browser_of_page().encode()).hexdigest()[:12]


def is_at_the_machine() -> bool:
    """Returns whether the visitor's browser runs on the server's own machine."""
    address = st.context.ip_address
    return address is None or is_loopback(address)


def may_lead() -> bool:
    """Returns whether the visitor may lead a lecture: the presenter or, without a pass, the server's own machine."""
    return is_at_the_machine() if is_open() else is_presenter()


def place_in_line() -> PlaceInLine:
    """Returns the place of this visitor's runs in the queue: the presenter's come first."""
    return {"visitor": browser(), "priority": int(not is_open() and is_presenter())}


def has_trained(run: Run) -> bool:
    """Returns whether this browser started a run; without a pass, the machine's own browser also has its commands'."""
    is_command = not run.visitor and run.origin in ("command line", "notebook")
    return run.visitor == browser() or (is_command and is_open() and is_at_the_machine())


def pause_before_prediction() -> str | None:
    """Counts a question to the networks and returns None, or returns a sentence if the visitor has to wait first."""
    limit = current_app().predictions
    if not (seconds := limit.take(browser())):
        return None
    return f"{limit.at_once} questions in a short time. Your text is kept; ask again in {whole_seconds(seconds)}."
