"""Access rules of the secrets file (docs/security.md). An invalid file locks the program."""

import contextlib
import logging
import math
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import config

from rnn_compare.formatting import listed
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.urls import FOLDER

PATH = f"{FOLDER}/access"
SECTION = "presenter"
SHORTEST, LONGEST = 8, 200
"""Characters of a pass; four digits would be guessed within hours, even with few attempts allowed."""
LARGEST = 100_000
"""Bytes of the file; it is read twice a second."""
READ_SECONDS = 0.5
"""Largest age of the rule in memory; 200 viewers' refreshes ask for it."""
LOCKED = "Until this is fixed, nobody can train here."
_log = logging.getLogger(__name__)


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
    def secret(self) -> str:
        """What a sign-in proves: it ends with another pass, or other addresses."""
        return self.password or " ".join(sorted(self.emails))

    @property
    def open(self) -> bool:
        """Whether everyone may do everything."""
        return not (self.password or self.emails or self.problem)


class Access:
    """The current access rule, and the limits on guessing the pass, per address and in total. Thread-safe."""

    def __init__(self) -> None:
        self.attempts_by_address = RateLimit(at_once=5, per_second=1 / 12)
        self.all_attempts = RateLimit(at_once=60, per_second=1.0)
        self._latest = (-math.inf, Rule())
        self._changes = 0
        self._files: list[str] = []
        self._auth: object = None

    def for_streamlit(self) -> dict[str, Any]:
        """Returns the secrets for ``st.App``: [auth], by which Streamlit signs in until the program ends.

        From now on Streamlit reads no file itself: with one that is a folder, not UTF-8 or too deeply nested, it does
        not start, or answers with nothing but errors.
        """
        self._files = config.get_option("secrets.files")
        try:
            config.set_option("secrets.files", [])
        except AttributeError:
            _log.warning("Streamlit reads the secrets file too: if it cannot, the server stops answering.")
        with contextlib.suppress(OSError, ValueError, RecursionError):  # the page says so
            self._auth = _contents(self._files).get("auth")
        return {"auth": self._auth} if isinstance(self._auth, dict) else {}

    def rule(self) -> Rule:
        """Returns the rule of the secrets file, as it was at most ``READ_SECONDS`` ago.

        A server that had a rule stays locked without one until it is restarted: editors move the file for a moment.
        """
        since, latest = self._latest
        if time.monotonic() - since < READ_SECONDS:
            return latest
        policy = self._read()
        if policy.open and not latest.open:
            policy = Rule(problem="secrets.toml was removed or emptied. Restart the program to open it to everyone.")
        self._changes += policy != latest
        self._latest = (time.monotonic(), policy)
        return policy

    def version(self) -> str:
        """Returns a number that changes with the rule, and says nothing about the pass."""
        self.rule()
        return str(self._changes)

    def answer(self, _request: Request) -> Response:
        """Answers with the version, with which an open page compares the one that it was drawn by."""
        return PlainTextResponse(self.version(), headers={"Cache-Control": "no-store"})

    def described(self) -> str:
        """Returns the rule as a sentence for the terminal."""
        current = self.rule()
        if current.open:
            return "No presenter's pass is set: anyone who opens the page can train and delete (docs/security.md)."
        return current.problem or "A presenter's pass is set: visitors without it can look and try reviews."

    def _read(self) -> Rule:
        try:
            contents = _contents(self._files or config.get_option("secrets.files"))
            if SECTION in contents:
                return _understood(contents[SECTION], contents.get("auth"), self._auth)
        except (OSError, UnicodeDecodeError):
            return _problem(f"it cannot be read as UTF-8 text of at most {LARGEST:,} bytes")
        except (ValueError, RecursionError):  # tomllib raises these, too, for long numbers and deep nesting
            return _problem("it is not valid TOML")
        if not contents:
            return Rule()
        names = listed([repr(name[:40]) for name in contents][:3])
        return _problem(f"it holds {names}, but no [presenter]. Write [presenter], and a password or emails below it")


def _contents(files: Iterable[str]) -> dict[str, Any]:
    # Not from `st.secrets`: Streamlit stops watching a file that was once invalid or removed.
    contents: dict[str, Any] = {}
    for file in files:
        with contextlib.suppress(FileNotFoundError), Path(file).open("rb") as stream:
            if len(content := stream.read(LARGEST + 1)) > LARGEST:
                raise OSError
            contents |= tomllib.loads(content.decode())
    return contents


def _understood(section: object, auth: object, auth_in_use: object) -> Rule:
    if not isinstance(section, Mapping) or not section:
        return _problem("[presenter] must hold a password or emails")
    password, emails = section.get("password"), section.get("emails")
    if surplus := sorted(section.keys() - {"password", "emails"}):
        return _problem(f"[presenter] holds {surplus[0][:40]!r}; it may hold password and emails")
    if password is not None and (not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST):
        return _problem(f"the password must be a text of {SHORTEST} to {LONGEST} characters")
    if emails is not None:
        if not isinstance(emails, list) or not emails or not all(isinstance(e, str) and "@" in e for e in emails):
            return _problem("emails must be a list of addresses")
        if not isinstance(auth, Mapping):
            return _problem("emails need [auth] as well, with an identity provider")
        if auth != auth_in_use:
            return _problem("[auth] has changed; restart the program")
    return Rule(password or "", frozenset(email.strip().casefold() for email in emails or []))


def _problem(what: str) -> Rule:
    return Rule(problem=f"The presenter's pass in secrets.toml cannot be used: {what}. {LOCKED}")
