"""What proves a sign-in is refused once anything about it is not as it was signed."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.server.access.cookies import VALID_SECONDS, issue_sign_in, revoke_sign_in, sign_in_expiry

from .conftest import PASS

BROWSER, OTHER = "0123456789abcdef" * 2, "f" * 32
NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test may change; the cache folder is empty."""
    clock = [NOW]
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr("time.time", lambda: clock[0])
    return clock


def test_a_token_is_valid_for_its_browser_its_pass_and_twelve_hours(now: list[float]) -> None:
    token = issue_sign_in(BROWSER, PASS)
    assert sign_in_expiry(token, BROWSER, PASS) == NOW + 12 * 3600
    issue_sign_in(OTHER, PASS)
    for browser, password in ((OTHER, PASS), (BROWSER, f"{PASS}!"), (BROWSER, "")):
        assert not sign_in_expiry(token, browser, password)
    for seconds, is_valid in ((12 * 3600 - 1, True), (1, False)):
        now[0] += seconds
        assert bool(sign_in_expiry(token, BROWSER, PASS)) is is_valid


def test_signing_out_makes_every_token_of_the_browser_void_and_no_other_and_a_new_one_is_valid() -> None:
    first, second, other = issue_sign_in(BROWSER, PASS), issue_sign_in(BROWSER, PASS), issue_sign_in(OTHER, PASS)
    for _ in range(2):
        revoke_sign_in(BROWSER)
    new = issue_sign_in(BROWSER, PASS)
    assert [bool(sign_in_expiry(token, BROWSER, PASS)) for token in (first, second, new)] == [False, False, True]
    assert sign_in_expiry(other, OTHER, PASS)


def test_the_cache_folder_tells_neither_token_nor_browser_nor_pass_and_forgets_what_has_expired(
    now: list[float], tmp_path: Path
) -> None:
    folder = tmp_path / "presenter"
    folder.mkdir()
    (folder / ("f" * 64)).write_bytes(b"a key of version 0.1.0")
    token = issue_sign_in(BROWSER, PASS)
    [record] = folder.iterdir()
    assert record.read_bytes() == b""
    assert not any(secret in record.name for secret in (BROWSER, PASS, token.partition(".")[2]))
    now[0] += VALID_SECONDS + 1
    issue_sign_in(OTHER, PASS)
    assert not record.exists()


def _sign_in_together(folder: Path, seed: int) -> None:
    """Signs browsers in at the same time, while expired sign-ins wait to be removed."""
    browsers = [f"{seed + number:032x}" for number in range(32)]
    with ThreadPoolExecutor(8) as pool:
        for turn in range(20):
            for number in range(20):
                (folder / f"until-{1_000_000_000 + 20 * turn + number}-{seed}").touch()
            tokens = list(pool.map(issue_sign_in, browsers, [PASS] * len(browsers)))
            assert all(sign_in_expiry(token, browser, PASS) for token, browser in zip(tokens, browsers, strict=True))
            for browser in browsers:
                revoke_sign_in(browser)


def test_sign_ins_at_the_same_time_in_two_servers_with_one_cache_are_all_valid(tmp_path: Path) -> None:
    folder = tmp_path / "presenter"
    folder.mkdir()
    other = multiprocessing.get_context("fork").Process(target=_sign_in_together, args=(folder, 1_000))
    other.start()
    _sign_in_together(folder, 0)
    other.join()
    assert other.exitcode == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_token_with_anything_changed_and_one_that_was_made_up_is_refused(data: st.DataObject) -> None:
    token = issue_sign_in(BROWSER, PASS)
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    invented = st.text(max_size=80) | st.from_regex(r"[0-9]+\.[0-9a-f]{64}", fullmatch=True)
    forged = data.draw(st.text(max_size=8).map(lambda text: token[:start] + text + token[end:]) | invented)
    assert bool(sign_in_expiry(forged, BROWSER, PASS)) is (forged == token)
