"""What a real server answers to requests that no browser of a visitor sends."""

import http.client
import json
import re
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import InvalidStatus

from rnn_compare.server.access import rules
from rnn_compare.server.access.cookies import NAME, PRESENTER
from rnn_compare.server.app import App
from rnn_compare.server.request_guard import EMBED_VARIABLE, RequestGuard
from tests.kit.forger import Forger, cookies_of, press, type_in
from tests.kit.servers import PROJECT, Server

from .conftest import COOKIE_SECRET, PASS

# ---- uploads, forms and other ways in ----------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/runs", "/_stcore/stream", "/_stcore/agent/interact", "/_stcore/agent/mcp"])
def test_nothing_is_sent_to_it_but_over_the_websocket(guarded: Server, method: str, path: str) -> None:
    status, _, content = guarded.ask(method, path, b"{}")
    assert status == 405
    assert b"over its websocket" in content


ASSETS = "/rnn-compare/x/dashboard/assets/board"
HIDDEN = rf"""
/../../../etc/passwd //etc/passwd /\\server\share /.streamlit/secrets.toml /app.py /cache/runs.db
/rnn-compare/x/../../server.py /rnn-compare/x/..%2f..%2fserver.py /rnn-compare/x/%2e%2e%2fserver.py
{ASSETS}/board.js%00.py {ASSETS}/../../site.py {ASSETS}/..%2f..%2fsite.py {ASSETS}/%2e%2e/%2e%2e/site.py
/rnn-compare/x//etc/passwd /media/../../../etc/passwd /media/..%2f..%2f.streamlit%2fsecrets.toml
/static/..%2f..%2f..%2fapp.py /app/static/..%2fapp.py /_stcore/bidi-components/../../app.py
/component/x/..%2f..%2fapp.py
"""


@pytest.mark.parametrize("path", HIDDEN.split())
def test_no_path_leads_to_a_file_that_is_not_served(guarded: Server, path: str) -> None:
    status, headers, content = guarded.ask("GET", path)
    assert status in (200, 400, 403, 404, 405)
    if status == 200:  # an address that Streamlit does not know gets the page itself
        assert headers["content-type"] == ["text/html; charset=utf-8"]
        assert b"<title>Streamlit</title>" in content
    assert not any(secret in content for secret in (b"root:", b"import ", PASS.encode(), b"SQLite"))


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/%6detrics", "/_stcore//metrics"])
def test_nobody_reads_streamlits_own_figures(guarded: Server, path: str) -> None:
    for accepted in ("text/plain", "application/x-protobuf"):
        assert b"cache_memory" not in guarded.ask("GET", f"{path}?families=session_events", Accept=accepted)[2]
    assert guarded.ask("GET", "/_stcore/metrics")[0] == 404


def test_guesses_behind_a_proxy_count_for_the_address_that_it_appends(guarded: Server) -> None:
    """And not for an invented one before it."""

    def answer(number: int, address: str) -> str:
        with Forger(guarded, forwarded_for=f"9.9.9.{number}, {address}") as visitor:
            visitor.rerun()
            typed = type_in(visitor.widget("text_input", "Pass"), "wrong one")
            visitor.rerun(typed, press(visitor.button("Sign in")[0]))
            return visitor.text()

    answers = [answer(number, "10.9.8.7") for number in range(6)]
    assert ["Too many attempts" in text for text in answers] == [False] * 5 + [True]
    assert "Wrong pass." in answer(0, "10.9.8.6")


# ---- what every answer says about itself -------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/runs", "/_stcore/health", "/_stcore/host-config", "/rnn-compare/x/nothing"])
def test_every_answer_forbids_sniffing_foreign_frames_and_telling_others_the_address(
    guarded: Server, path: str
) -> None:
    _, headers, _ = guarded.ask("GET", path)
    assert headers["x-content-type-options"] == ["nosniff"]
    assert headers["referrer-policy"] == ["same-origin"]
    [policy] = headers["content-security-policy"]
    assert "frame-ancestors 'self';" in policy


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


# ---- names, origins and tokens -----------------------------------------------------------------


OTHERS = "evil.example 127.0.0.1.evil.example:8501 localhost.evil.example evil.example@localhost 10.0.0.7:8501"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *((own, 200) for own in ("localhost:8501", "LOCALHOST", "127.0.0.1", "[::1]:8501")),
        *((other, 421) for other in (*OTHERS.split(), "", "localhost:8501:1")),
    ],
)
def test_on_this_machine_only_it_answers_to_this_machines_names_only(guarded: Server, host: str, status: int) -> None:
    """A web site that has its own name point to 127.0.0.1 would else pass for the page itself."""
    assert guarded.ask("GET", "/", Host=host)[0] == status


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "null", "file://"),
        *(
            "http://127.0.0.1:9",
            "https://127.0.0.1",
            "http://localhost:9",
            "http://[",
        ),  # other programs of this machine
    ],
)
def test_no_other_sites_page_may_connect(guarded: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Forger(guarded, origin=origin)
    assert refused.value.response.status_code == 403
    with Forger(guarded) as visitor:
        visitor.rerun()  # while the page itself may


def test_a_rebound_name_may_not_connect_either(guarded: Server) -> None:
    connection = http.client.HTTPConnection(guarded.host)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": "evil.example:8501",
            "Origin": "http://evil.example:8501",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        },
    )
    assert connection.getresponse().status == 403


def test_no_other_sites_script_may_read_an_answer(guarded: Server) -> None:
    for path in ("/", "/_stcore/health", "/_stcore/host-config", "/rnn-compare/x/dashboard/assets/board/board.js"):
        _, headers, _ = guarded.ask("GET", path, Origin="https://evil.example")
        assert "access-control-allow-origin" not in headers, path


# ---- the visitor's cookie ----------------------------------------------------------------------


def test_a_new_browser_gets_a_random_name_that_scripts_cannot_read(guarded: Server) -> None:
    cookies = [
        next(c for c in guarded.ask("GET", "/_stcore/health")[1]["set-cookie"] if c.startswith(NAME)) for _ in range(2)
    ]
    assert cookies[0] != cookies[1]
    for cookie in cookies:
        value, *attributes = cookie.split("; ")
        assert len(value.removeprefix(f"{NAME}=")) == 32
        assert attributes == ["Path=/", "HttpOnly", "SameSite=Lax"]


@pytest.mark.parametrize(
    ("cookie", "is_kept"),
    [("0123456789abcdef" * 2, True), ("x", False), ("0" * 31, False), ("0" * 10_000, False), ("../../x", False)],
)
def test_a_browser_keeps_its_name_and_an_invented_one_is_replaced(guarded: Server, cookie: str, is_kept: bool) -> None:
    _, headers, _ = guarded.ask("GET", "/_stcore/health", Cookie=f"{NAME}={cookie}")
    assert any(c.startswith(NAME) for c in headers["set-cookie"]) is not is_kept


# ---- the presenter's cookie --------------------------------------------------------------------


def signed_in(server: Server) -> dict[str, str]:
    cookies = cookies_of(server)
    with Forger(server, **cookies) as visitor:
        visitor.rerun()
        typed = type_in(visitor.widget("text_input", "Pass"), PASS)
        visitor.rerun(typed, press(visitor.button("Sign in")[0]))
        token = re.search(r"[0-9]{10}\.[0-9a-f]{64}", visitor.text())
    assert token
    return cookies | {PRESENTER: token[0]}


def cookies_for(server: Server, token: str, **cookies: str) -> list[str]:
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    _, headers, _ = server.ask("GET", "/_stcore/health", X_Sign_In=token, Cookie=sent)
    return [cookie for cookie in headers["set-cookie"] if cookie.startswith(PRESENTER)]


def test_a_browser_that_shows_its_token_gets_it_as_a_cookie_and_no_other_browser_does(guarded: Server) -> None:
    cookies = signed_in(guarded)
    token = cookies.pop(PRESENTER)
    assert cookies_for(guarded, token, **cookies) == [f"{PRESENTER}={token}; Path=/; HttpOnly; SameSite=Lax"]
    assert cookies_for(guarded, token, **cookies_of(guarded)) == []
    assert cookies_for(guarded, token) == []
    assert cookies_for(guarded, f"9{token[1:]}", **cookies) == []
    assert cookies_for(guarded, "x" * 5000, **cookies) == []


def test_a_new_connection_with_the_cookie_is_the_presenters_and_a_stolen_or_forged_one_is_not(guarded: Server) -> None:
    cookies = signed_in(guarded)
    token = cookies[PRESENTER]
    port = int(guarded.host.rpartition(":")[2])
    for sent, origin, is_presenter in (
        (cookies, None, True),
        (cookies, f"http://127.0.0.1:{port + 1}", False),  # another server on this machine, which has the cookie too
        (cookies | cookies_of(guarded), None, False),
        ({PRESENTER: token}, None, False),
        (cookies | {PRESENTER: f"9{token[1:]}"}, None, False),
        (cookies | {PRESENTER: token[:-1]}, None, False),
        (cookies | {PRESENTER: ""}, None, False),
    ):
        try:
            with Forger(guarded, origin=origin, **sent) as visitor:
                visitor.rerun()
                assert visitor.button("Train")[1] is not is_presenter
        except InvalidStatus:
            assert not is_presenter


def test_signing_out_ends_the_sign_in_of_connections_that_brought_the_cookie(guarded: Server) -> None:
    cookies = signed_in(guarded)
    with Forger(guarded, **cookies) as first, Forger(guarded, **cookies) as second:
        for tab in (first, second):
            tab.rerun()
            assert not tab.button("Train")[1]
        first.rerun(press(first.button("Sign out")[0]))
        second.rerun()
        for tab in (first, second):
            assert tab.button("Train")[1]
    with Forger(guarded, **cookies) as later:
        later.rerun()
        assert later.button("Train")[1]


# ---- a visitor who speaks the websocket himself ------------------------------------------------


def test_a_forged_press_of_train_trains_nothing_and_with_the_pass_it_does(guarded: Server) -> None:
    small = "units=4&maxlen=10&reviews=60&epochs=1&embedding_size=4&vocabulary_size=200&cell=GRU"
    before = len(guarded.store.runs())
    with Forger(guarded, query=small) as visitor:
        visitor.rerun()
        train, disabled = visitor.button("Train")
        assert disabled
        visitor.rerun(press(train))
        assert len(guarded.store.runs()) == before

        box = visitor.widget("text_input", "Pass")
        visitor.rerun(type_in(box, "wrong one"), press(visitor.button("Sign in")[0]))
        assert "Wrong pass." in visitor.text()
        visitor.rerun(type_in(box, PASS), press(visitor.button("Sign in")[0]))
        presenters, disabled = visitor.button("Train")
        assert not disabled
        assert PASS not in visitor.text()
        with Forger(guarded, query=small) as viewer:
            viewer.rerun()
            viewer.rerun(press(presenters))
        assert len(guarded.store.runs()) == before
        visitor.rerun(press(presenters))
        assert len(guarded.store.runs()) == before + 1


@pytest.mark.parametrize(
    ("secret", "email", "is_presenter"),
    [
        (COOKIE_SECRET, "lecturer@university.example", True),
        (COOKIE_SECRET, "student@university.example", False),
        ("a guessed secret", "lecturer@university.example", False),
    ],
)
def test_who_is_signed_in_is_believed_only_under_the_servers_own_signature(
    guarded: Server, secret: str, email: str, is_presenter: bool
) -> None:
    claims = json.dumps({"is_logged_in": True, "email": email, "origin": guarded.url}).encode()
    signed = create_signed_value(secret, "_streamlit_user", claims).decode()
    with Forger(guarded, **cookies_of(guarded), _streamlit_user=signed) as visitor:
        visitor.rerun()
        assert visitor.button("Train")[1] is not is_presenter


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
        statuses = [
            m.session_status_changed for m in visitor.messages if m.WhichOneof("type") == "session_status_changed"
        ]
        assert statuses
        assert not any(status.run_on_save for status in statuses)
        assert set(home.rglob("*")) == before


def test_the_terminal_says_that_a_pass_is_set_and_not_which(guarded: Server) -> None:
    log = guarded.log.read_text()
    assert "A presenter's pass is set" in log
    assert PASS not in log
    assert COOKIE_SECRET not in log


def test_the_secrets_file_is_never_committed() -> None:
    assert ".streamlit/secrets.toml" in (PROJECT / ".gitignore").read_text().splitlines()
    assert not (Path(PROJECT) / ".streamlit" / "secrets.toml").exists()
    assert rules.SECTION == "presenter"
