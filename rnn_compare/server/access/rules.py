"""Access rules of the secrets file (docs/security.md). An invalid file locks the program."""

import contextlib
import math
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config
from streamlit.errors import StreamlitSecretNotFoundError

from rnn_compare.server.access.limits import RateLimit

SECTION = "presenter"
SHORTEST, LONGEST = 8, 200
"""Characters of a pass; four digits would be guessed within hours, even with few attempts allowed."""
READ_SECONDS = 0.5
"""Largest age of the rule in memory; 200 viewers' refreshes ask for it."""
LOCKED = "Until this is fixed, nobody can train here."


@dataclass(frozen=True)
class Rule:
    """Access rule of the secrets file.

    Attributes:
        password: The presenter's pass; empty without one.
        emails: The presenters' addresses at the university's identity provider.
        problem: A sentence if the file is invalid; the others are then empty, so that nobody is the presenter.
    """

    password: str = ""
    emails: frozenset[str] = frozenset()
    problem: str = ""

    @property
    def open(self) -> bool:
        """Whether everyone may do everything."""
        return not (self.password or self.emails or self.problem)


class Access:
    """The current access rule, and the limits on guessing the pass, per address and in total. Thread-safe."""

    def __init__(self) -> None:
        self.attempts_by_address = RateLimit(at_once=5, per_second=1 / 12)
        self.all_attempts = RateLimit(at_once=60, per_second=1.0)
        self._was_guarded = False
        self._latest = (-math.inf, Rule())

    def rule(self) -> Rule:
        """Returns the rule of the secrets file, as it was at most ``READ_SECONDS`` ago.

        A server that had a rule stays locked without one until it is restarted: editors move the file for a moment.
        """
        since, latest = self._latest
        if time.monotonic() - since < READ_SECONDS:
            return latest
        policy = _read()
        if policy.open and self._was_guarded:
            policy = Rule(problem="The presenter's pass was removed. Restart the program to open it to everyone.")
        self._was_guarded = not policy.open
        self._latest = (time.monotonic(), policy)
        return policy

    def described(self) -> str:
        """Returns the rule as a sentence for the terminal."""
        current = self.rule()
        if current.open:
            return "No presenter's pass is set: anyone who opens the page can train and delete (docs/security.md)."
        return current.problem or "A presenter's pass is set: visitors without it can look and try reviews."


def _read() -> Rule:
    # Not from `st.secrets`: Streamlit stops watching a file that was once invalid or removed.
    contents: dict[str, Any] = {}
    try:
        for file in config.get_option("secrets.files"):
            with contextlib.suppress(FileNotFoundError):
                contents |= tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return _problem("it is not valid TOML")
    except (OSError, UnicodeDecodeError):
        return _problem("it cannot be read")
    section = contents.get(SECTION)
    if section is None:
        return _problem("it sets [auth], but no [presenter] with emails") if "auth" in contents else Rule()
    if not isinstance(section, dict) or not section:
        return _problem("[presenter] must hold a password or emails")
    return _understood(section, contents.get("auth"))


def _understood(section: Mapping[str, object], auth: object) -> Rule:
    password, emails = section.get("password"), section.get("emails")
    if surplus := sorted(section.keys() - {"password", "emails"}):
        return _problem(f"[presenter] holds {surplus[0][:40]!r}; it may hold password and emails")
    if password is not None and (not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST):
        return _problem(f"the password must be a text of {SHORTEST} to {LONGEST} characters")
    if emails is not None:
        if not isinstance(emails, list) or not emails or not all(isinstance(e, str) and "@" in e for e in emails):
            return _problem("emails must be a list of addresses")
        if auth is None:
            return _problem("emails need [auth] as well, with an identity provider")
        if auth != _auth_in_use():
            return _problem("[auth] has changed; restart the program")
    return Rule(password or "", frozenset(email.strip().casefold() for email in emails or []))


def _auth_in_use() -> object:
    """Returns the section by which Streamlit signs in and checks sign-ins."""
    try:
        return st.secrets.to_dict().get("auth")
    except (StreamlitSecretNotFoundError, OSError, UnicodeDecodeError):  # the file is changing
        return None


def _problem(what: str) -> Rule:
    return Rule(problem=f"The presenter's pass in secrets.toml cannot be used: {what}. {LOCKED}")
