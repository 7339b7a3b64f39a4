"""What a real server answers to requests and messages that no browser of a visitor sends."""

import hashlib
import json
import math
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import InvalidStatus

from rnn_compare.server.access.cookies import NAME, PRESENTER, SIGN_IN_HEADER, issue_sign_in
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import App
from rnn_compare.server.request_guard import EMBED_VARIABLE, RequestGuard
from tests.kit.asgi import ask
from tests.kit.forger import Forger, cookies_of, press, signed_in
from tests.kit.servers import PROJECT, Server

from .conftest import COOKIE_SECRET, PASS

ASSETS = "/rnn-compare/x/dashboard/assets/board"
HIDDEN = rf"""
/../../../etc/passwd //etc/passwd /\\server\share /.streamlit/secrets.toml /app.py /cache/runs.db
/rnn-compare/x/../../server.py /rnn-compare/x/..%2f..%2fserver.py /rnn-compare/x/%2e%2e%2fserver.py
{ASSETS}/board.js%00.py {ASSETS}/../../site.py {ASSETS}/..%2f..%2fsite.py {ASSETS}/%2e%2e/%2e%2e/site.py
/rnn-compare/x//etc/passwd /media/../../../etc/passwd /media/..%2f..%2f.streamlit%2fsecrets.toml
/static/..%2f..%2f..%2fapp.py /app/static/..%2fapp.py /_stcore/bidi-components/../../app.py
/component/x/..%2f..%2fapp.py /_stcore//metrics
"""
HERE = "localhost:8501 LOCALHOST 127.0.0.1 [::1]:8501"
ELSEWHERE = "evil.example 127.0.0.1.evil.example:8501 localhost.evil.example evil.example@localhost 10.0.0.7:8501"


@pytest.mark.parametrize("path", HIDDEN.split())
def test_no_path_leads_to_a_file_that_is_not_served(guarded: Server, path: str) -> None:
    status, headers, content = guarded.ask("GET", path)
    assert status in (200, 400, 403, 404, 405)
    if status == 200:  # an address that Streamlit does not know gets the page itself
        assert headers["content-type"] == ["text/html; charset=utf-8"]
        assert b"<title>Streamlit</title>" in content
    assert not any(secret in content for secret in (b"root:", b"import ", PASS.encode(), b"SQLite"))


@pytest.mark.parametrize(
    ("host", "status"),
    [(name, 200) for name in HERE.split()] + [(name, 421) for name in (*ELSEWHERE.split(), "", "localhost:8501:1")],
)
def test_on_this_machine_only_it_answers_to_this_machines_names_only(guarded: Server, host: str, status: int) -> None:
    """A web site that has its own name point to 127.0.0.1 would else pass for the page itself."""
    assert guarded.ask("GET", "/", Host=host)[0] == status


@pytest.mark.parametrize(
    ("named", "allowed"),
    [
        ("", "'self'"),
        ("https://slides.university.example", "'self' https://slides.university.example"),
        ("file: http://localhost:8000", "'self' file: http://localhost:8000"),
        ("*", "'self' *"),
        ("*.university.example nonsense;script-src", "'self'"),
        ("https://a.example; script-src *", "'self'"),
        ("javascript:alert(1)", "'self'"),
        ("https://a.example\r\nSet-Cookie:x=1", "'self'"),
    ],
)
def test_slides_that_may_show_it_are_named_by_a_variable(
    named: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EMBED_VARIABLE, named)
    guard = RequestGuard(lambda *_: None, App())  # type: ignore[arg-type]  # nothing is asked of it
    assert guard._headers["Content-Security-Policy"].startswith(f"frame-ancestors {allowed};")


@pytest.mark.parametrize("sent", ["x", "0" * 10_000, "0123456789abcdef" * 2])
def test_a_browser_keeps_its_name_and_an_invented_one_is_replaced_by_a_random_one(guarded: Server, sent: str) -> None:
    answers = [guarded.ask("GET", "/_stcore/health", Cookie=f"{NAME}={sent}")[1]["set-cookie"] for _ in range(2)]
    cookies_set = [cookie for cookies in answers for cookie in cookies if cookie.startswith(NAME)]
    assert len(set(cookies_set)) == (0 if len(sent) == 32 else 2)
    for cookie in cookies_set:
        value, *attributes = cookie.split("; ")
        assert len(value.removeprefix(f"{NAME}=")) == 32
        assert attributes == ["Path=/", "HttpOnly", "SameSite=Lax"], "no script reads it"


@pytest.mark.parametrize("rule", [Rule(PASS), Rule(emails=frozenset({"lecturer@university.example"}))])
def test_a_presenter_gets_the_cookie_that_wall_and_notes_send_with_a_pass_or_an_address(
    rule: Rule, own_app: App, empty_cache: Path
) -> None:
    own_app.access._latest = (math.inf, rule)
    browser = "0123456789abcdef" * 2
    token = issue_sign_in(browser, rule.secret)
    assert (empty_cache / "presenter").is_dir()
    for sent, cookies in ((token, [f"{PRESENTER}={token}; Path=/; HttpOnly; SameSite=Lax"]), (f"9{token[1:]}", [])):
        answer = ask(own_app, "GET", "/wall", headers={"Cookie": f"{NAME}={browser}", SIGN_IN_HEADER: sent})
        assert answer.headers.get_list("set-cookie") == cookies


def cookie_for(server: Server, token: str, cookies: dict[str, str]) -> list[str]:
    """Returns the presenter's cookie that a browser gets for its token."""
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    _, headers, _ = server.ask("GET", "/_stcore/health", X_Sign_In=token, Cookie=sent)
    return [cookie for cookie in headers["set-cookie"] if cookie.startswith(PRESENTER)]


def may_train(server: Server, cookies: dict[str, str], origin: str | None = None) -> bool:
    try:
        with Forger(server, origin=origin, **cookies) as visitor:
            visitor.rerun()
            return not visitor.button("Train")[1]
    except InvalidStatus:
        return False


def test_a_sign_in_is_believed_of_its_own_browser_alone_until_it_signs_out_in_any_tab(guarded: Server) -> None:
    cookies, other = signed_in(guarded, PASS), cookies_of(guarded)
    token, own = cookies[PRESENTER], {name: value for name, value in cookies.items() if name != PRESENTER}
    assert cookie_for(guarded, token, own) == [f"{PRESENTER}={token}; Path=/; HttpOnly; SameSite=Lax"]
    for shown, browser in ((token, other), (token, {}), (f"9{token[1:]}", own), ("x" * 5000, own)):
        assert cookie_for(guarded, shown, browser) == []
    for stolen in (cookies | other, {PRESENTER: token}, own | {PRESENTER: f"9{token[1:]}"}):
        assert not may_train(guarded, stolen)
    another_port = f"http://127.0.0.1:{int(guarded.host.rpartition(':')[2]) + 1}"
    assert not may_train(guarded, cookies, another_port), "whose pages the browser sends the cookie too"
    with Forger(guarded, **cookies) as first, Forger(guarded, **cookies) as second:
        for tab in (first, second):
            tab.rerun()
            assert not tab.button("Train")[1]
        first.rerun(press(first.button("Sign out")[0]))
        second.rerun()
        assert [tab.button("Train")[1] for tab in (first, second)] == [True, True]
    assert not may_train(guarded, cookies)


def test_a_forged_press_of_train_trains_nothing_and_with_the_pass_it_does(guarded: Server) -> None:
    cookies = cookies_of(guarded)
    small = "units=4&maxlen=10&reviews=60&epochs=1&embedding_size=4&vocabulary_size=200&cell=GRU"
    before = len(guarded.store.runs())
    with Forger(guarded, query=small, **cookies) as visitor:
        visitor.rerun()
        train, disabled = visitor.button("Train")
        assert disabled
        visitor.rerun(press(train))
        assert len(guarded.store.runs()) == before
        visitor.sign_in(PASS)
        presenters, disabled = visitor.button("Train")
        assert not disabled
        assert PASS not in visitor.text()
        with Forger(guarded, query=small) as viewer:
            viewer.rerun()
            viewer.rerun(press(presenters))
        assert len(guarded.store.runs()) == before
        visitor.rerun(press(presenters))
        [run] = guarded.store.runs()[before:]
        assert run.visitor == hashlib.sha256(cookies[NAME].encode()).hexdigest()[:12]
        assert cookies[NAME] not in visitor.text(), "what tells a browser from others is shown to nobody"


def test_guesses_behind_a_proxy_count_for_the_address_that_it_appends(guarded: Server) -> None:
    """And not for an invented one before it."""

    def answer(number: int, address: str) -> str:
        with Forger(guarded, forwarded_for=f"9.9.9.{number}, {address}") as visitor:
            visitor.rerun()
            visitor.sign_in(PASS if number == 5 else "wrong one")
            return visitor.text()

    answers = [answer(number, "10.9.8.7") for number in range(6)]
    waits = ["Too many attempts. Try again in" in text for text in answers]
    assert waits == [False] * 5 + [True], "with the right one, too"
    assert "Wrong pass." in answer(0, "10.9.8.6")


def test_who_is_signed_in_is_believed_only_under_the_servers_own_signature(guarded: Server) -> None:
    claims = {"is_logged_in": True, "email": "lecturer@university.example", "origin": guarded.url}
    for secret, is_presenter in ((COOKIE_SECRET, True), ("a guessed secret", False)):
        signed = create_signed_value(secret, "_streamlit_user", json.dumps(claims).encode()).decode()
        assert may_train(guarded, cookies_of(guarded) | {"_streamlit_user": signed}) is is_presenter


def test_forged_messages_of_developers_write_nothing_and_set_nothing(guarded: Server) -> None:
    operations = [BackMsg(), BackMsg()]
    operations[0].backend_operation_request.dismiss_skills_nudge.SetInParent()
    operations[1].backend_operation_request.install_skills.SetInParent()
    others = [BackMsg(load_git_info=True), BackMsg(clear_cache=True), BackMsg(set_run_on_save=True)]
    home = guarded.cache.with_name("home")
    with Forger(guarded) as visitor:
        visitor.rerun()
        before = set(home.rglob("*"))
        for message in (*operations, *others):
            visitor.connection.send(message.SerializeToString())
        for _ in range(2):  # by then whatever the messages began has ended
            visitor.rerun()
        statuses = [m.session_status_changed for m in visitor.messages if m.HasField("session_status_changed")]
        assert [status.run_on_save for status in statuses] == [False] * max(1, len(statuses))
        assert set(home.rglob("*")) == before


def test_the_terminal_says_that_a_pass_is_set_and_not_which_and_the_file_is_never_committed(guarded: Server) -> None:
    log = guarded.log.read_text()
    assert "A presenter's pass is set" in log
    assert not any(secret in log for secret in (PASS, COOKIE_SECRET))
    assert ".streamlit/secrets.toml" in (PROJECT / ".gitignore").read_text().splitlines()
