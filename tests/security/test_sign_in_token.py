"""What proves a sign-in is refused once anything about it is not as it was signed."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.server.access.sign_in_token import VALID_SECONDS, issue, revoke, valid_until

from .conftest import PASS

BROWSER, OTHER = "0123456789abcdef" * 2, "f" * 32
NOW = 1_800_000_000.0
made_up = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(autouse=True)
def now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test may change; the cache folder is empty."""
    clock = [NOW]
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("time.time", lambda: clock[0])
    return clock


def test_a_token_is_valid_for_its_browser_its_pass_and_twelve_hours(now: list[float]) -> None:
    token = issue(BROWSER, PASS)
    assert valid_until(token, BROWSER, PASS) == NOW + VALID_SECONDS
    now[0] += VALID_SECONDS - 1
    assert valid_until(token, BROWSER, PASS)
    now[0] += 1
    assert not valid_until(token, BROWSER, PASS)


def test_another_browser_and_another_pass_are_refused() -> None:
    token = issue(BROWSER, PASS)
    issue(OTHER, PASS)
    assert not valid_until(token, OTHER, PASS)
    assert not valid_until(token, BROWSER, PASS + "!")
    assert not valid_until(token, BROWSER, "")


def test_signing_out_makes_every_token_of_the_browser_void_and_no_other_and_a_new_one_is_valid() -> None:
    first, second, other = issue(BROWSER, PASS), issue(BROWSER, PASS), issue(OTHER, PASS)
    revoke(BROWSER)
    revoke(BROWSER)
    assert not valid_until(first, BROWSER, PASS)
    assert not valid_until(second, BROWSER, PASS)
    assert valid_until(other, OTHER, PASS)
    new = issue(BROWSER, PASS)
    assert valid_until(new, BROWSER, PASS)
    assert not valid_until(first, BROWSER, PASS)


def test_only_the_servers_user_can_read_a_key_and_it_goes_when_its_tokens_have_expired(
    now: list[float], tmp_path: Path
) -> None:
    issue(BROWSER, PASS)
    [key] = (tmp_path / "presenter").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert BROWSER not in key.name
    os.utime(key, (NOW, NOW))
    now[0] += VALID_SECONDS + 1
    issue(OTHER, PASS)
    assert not key.exists()


@made_up
@given(st.text(max_size=80) | st.from_regex(r"[0-9]+\.[0-9a-f]{64}", fullmatch=True))
def test_what_was_made_up_is_refused_in_silence(token: str) -> None:
    issue(BROWSER, PASS)
    assert not valid_until(token, BROWSER, PASS)


@made_up
@given(st.data())
def test_a_token_with_anything_changed_is_refused(data: st.DataObject) -> None:
    token = issue(BROWSER, PASS)
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    forged = token[:start] + data.draw(st.text(max_size=8)) + token[end:]
    assert bool(valid_until(forged, BROWSER, PASS)) is (forged == token)


@made_up
@given(browser=st.text("0123456789abcdef", min_size=1), password=st.text(min_size=1), other=st.text(min_size=1))
def test_any_pass_signs_in_and_no_other_does(browser: str, password: str, other: str) -> None:
    token = issue(browser, password)
    assert valid_until(token, browser, password)
    assert bool(valid_until(token, browser, other)) is (other == password)
