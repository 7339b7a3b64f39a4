"""Who may do what, and which browser a visitor sits at.

Where `.streamlit/secrets.toml` sets a presenter's pass (docs/security.md), only the presenter trains, stops, continues,
deletes, names and changes settings; everybody else looks and tries reviews. Without one everything is open, as on a
laptop with one user. What cannot be understood locks.
"""

import hashlib
import hmac
import math
import secrets
import time
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from rnn_compare.dashboard.rate_limit import RateLimit
from rnn_compare.dashboard.server import request_guard
from rnn_compare.errors import UserError

SECTION = "presenter"
SHORTEST, LONGEST = 8, 200
"""Characters of a pass: four digits would be guessed within hours, however few tries are allowed."""
READ_SECONDS = 0.5
"""How old what is known of the secrets may be: 200 viewers' ticks ask for it."""
REFUSAL = "Only the presenter can do this. Whoever has the pass signs in under Presenter, at the end of the sidebar."
LOCKED = "Until that is mended, nobody can train here."
PREDICTIONS_AT_ONCE, PREDICTIONS_PER_SECOND = 40, 1.0

_tries_of_one = RateLimit(at_once=5, per_second=1 / 12)
_tries_of_all = RateLimit(at_once=60, per_second=1.0)
_predictions = RateLimit(PREDICTIONS_AT_ONCE, PREDICTIONS_PER_SECOND)
_key = secrets.token_bytes(32)
_was_guarded = False

_SIGNED_IN, _TYPED, _SAID, _VISITOR = "presenter_mark", "presenter_pass", "presenter_said", "visitor"


@dataclass(frozen=True)
class Rule:
    """What the secrets file says.

    Attributes:
        password: Whoever types it is the presenter; empty if there is none.
        emails: Who signs in as one of these with the university's provider is, too.
        problem: A sentence, if the file cannot be understood: then nobody is.
    """

    password: str = ""
    emails: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def open(self) -> bool:
        """Whether everybody may do everything."""
        return not (self.password or self.emails or self.problem)


_latest = (-math.inf, Rule())


def is_presenter() -> bool:
    """Tells whether this visitor may do everything; where no pass is set, everybody may."""
    rule = _rule()
    return rule.open or (not rule.problem and (_typed_the_pass(rule) or _is_known(rule)))


def is_open() -> bool:
    """Tells whether everybody may do everything, since no pass is set."""
    return _rule().open


def why_not() -> str | None:
    """Returns why this visitor may only look, in a sentence; None for the presenter."""
    return None if is_presenter() else _rule().problem or REFUSAL


def require() -> None:
    """Stands before everything that only the presenter may do: a disabled button keeps nobody from sending its message.

    Raises:
        UserError: If this visitor may only look.
    """
    if reason := why_not():
        raise UserError(reason)


def visitor() -> str:
    """Returns a short name for the browser, the same after a reload; nobody's address or name can be read from it.

    A browser that keeps no cookies is another visitor after each reload.
    """
    if _VISITOR not in st.session_state:
        token = request_guard.token(st.context.cookies.get(request_guard.COOKIE)) or secrets.token_hex(16)
        st.session_state[_VISITOR] = hashlib.sha256(token.encode()).hexdigest()[:12]
    return str(st.session_state[_VISITOR])


def place_in_line() -> dict[str, Any]:
    """Returns whose a new run is, and how urgent, as ``Engine.submit`` takes it: the presenter is served first."""
    if _rule().open or not is_presenter():
        return {"visitor": visitor(), "priority": 0}
    return {"visitor": "", "priority": 1}


def pause_before_prediction() -> str | None:
    """Takes one of the visitor's turns to ask the networks; where there is none, returns a sentence."""
    seconds = _predictions.take(visitor())
    return (
        f"That was {PREDICTIONS_AT_ONCE} questions in a short time. Your text is kept; ask again in {_whole(seconds)}."
        if seconds
        else None
    )


def entry() -> None:
    """Draws where the presenter signs in, at the end of the sidebar; nothing where no pass is set."""
    rule = _rule()
    if rule.open:
        return
    signed_in = is_presenter()
    with st.sidebar, st.container(key="presenter_box"):
        if rule.problem:
            st.warning(rule.problem, icon=":material/lock:")
            return
        with st.popover("Presenter", icon=f":material/{'lock_open' if signed_in else 'lock'}:", type="tertiary"):
            if signed_in:
                st.caption("You are signed in as the presenter, in this tab.")
                st.button("Sign out", on_click=_sign_out, args=(rule,))
            else:
                _offer(rule)


def described() -> str:
    """Returns in a sentence what is open to whom, for the terminal."""
    rule = _rule()
    if rule.open:
        return "No presenter's pass is set: whoever opens the page may train (docs/security.md)."
    return rule.problem or "A presenter's pass is set: without it, visitors look and try reviews."


# ---- the rest is how ---------------------------------------------------------------------------


def _rule() -> Rule:
    """Reads the secrets, which Streamlit keeps, and reads anew when their file changes.

    Once something was guarded it stays so until the server ends: an editor may move the file away for a moment.
    """
    global _was_guarded, _latest
    since, rule = _latest
    if time.monotonic() - since < READ_SECONDS:
        return rule
    rule = _read()
    if rule.open and _was_guarded:
        rule = Rule(problem="The presenter's pass is no longer set. Start the program again to open it for everybody.")
    _was_guarded = not rule.open
    _latest = (time.monotonic(), rule)
    return rule


def _read() -> Rule:
    try:
        found = st.secrets.to_dict()
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found":
            return Rule()
        return _problem("it is no sound TOML")
    except (OSError, UnicodeDecodeError):
        return _problem("it cannot be read")
    section = found.get(SECTION)
    if section is None:
        return _problem("it sets [auth], but no [presenter] with emails") if "auth" in found else Rule()
    if not isinstance(section, dict) or not section:
        return _problem("[presenter] must hold a password or emails")
    return _understood(section, "auth" in found)


def _understood(section: dict[str, Any], has_auth: bool) -> Rule:
    password, emails = section.get("password"), section.get("emails")
    if surplus := sorted(section.keys() - {"password", "emails"}):
        return _problem(f"[presenter] holds {surplus[0][:40]!r}; it may hold password and emails")
    if password is not None and (not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST):
        return _problem(f"the password must be a text of {SHORTEST} to {LONGEST} characters")
    if emails is not None:
        if not isinstance(emails, list) or not emails or not all(isinstance(e, str) and "@" in e for e in emails):
            return _problem("emails must be a list of addresses")
        if not has_auth:
            return _problem("emails need [auth] as well, which names who vouches for them")
    return Rule(password or "", frozenset(email.strip().casefold() for email in emails or []))


def _problem(what: str) -> Rule:
    return Rule(problem=f"The presenter's pass in secrets.toml cannot be used: {what}. {LOCKED}")


def _mark(rule: Rule) -> bytes:
    # Not the pass itself: what a session holds turns up in more places than one thinks of. Another pass, another mark.
    return hmac.digest(_key, rule.password.encode(), "sha256")


def _typed_the_pass(rule: Rule) -> bool:
    mark = st.session_state.get(_SIGNED_IN)
    return bool(rule.password) and isinstance(mark, bytes) and hmac.compare_digest(mark, _mark(rule))


def _is_known(rule: Rule) -> bool:
    if not rule.emails or not st.user.get("is_logged_in"):
        return False
    email, verified = st.user.get("email"), st.user.get("email_verified", True)
    # Some providers pass on any address that somebody claims to have, and say so.
    return isinstance(email, str) and verified in (True, "true") and email.strip().casefold() in rule.emails


def _offer(rule: Rule) -> None:
    if rule.password:
        with st.form("presenter_form", border=False):
            st.text_input("Pass", type="password", key=_TYPED, autocomplete="current-password")
            st.form_submit_button("Sign in", on_click=_try_pass, args=(rule,))
    if rule.emails:
        if st.user.get("is_logged_in"):
            st.caption(f"{st.user.get('email')} is not among the presenters.".replace("@", "\\@"))
            st.button("Sign out", on_click=st.logout)
        else:
            st.button("Sign in with your university", on_click=_log_in)
    if said := st.session_state.get(_SAID):
        st.error(said)


def _try_pass(rule: Rule) -> None:
    typed = str(st.session_state[_TYPED])[: LONGEST + 1]
    st.session_state[_TYPED] = ""
    st.session_state.pop(_SAID, None)
    if wait := _tries_of_one.take(_place()) or _tries_of_all.take("all"):
        st.session_state[_SAID] = f"Too many passes were tried. Try again in {_whole(wait)}."
    elif hmac.compare_digest(typed.encode(), rule.password.encode()):
        st.session_state[_SIGNED_IN] = _mark(rule)
    else:
        st.session_state[_SAID] = "That is not the pass."


def _place() -> str:
    # Not the cookie: whoever guesses throws it away.
    return st.context.ip_address or "this machine"


def _log_in() -> None:
    try:
        st.login()
    except Exception as error:  # noqa: BLE001  # whatever is missing, the lecturer must be told
        st.session_state[_SAID] = f"Signing in is not set up: {error}"


def _sign_out(rule: Rule) -> None:
    st.session_state.pop(_SIGNED_IN, None)
    if _is_known(rule):
        st.logout()


def _whole(seconds: float) -> str:
    return f"{max(1, math.ceil(seconds))} s"
