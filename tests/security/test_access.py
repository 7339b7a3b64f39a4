"""A presenter's pass: once it is set, everybody else looks and tries, whatever their browsers send."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rnn_compare.dashboard import components
from rnn_compare.dashboard.widgets import sign_in
from rnn_compare.lecture import presses
from rnn_compare.lecture.stage import Stage
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import REPLACED
from rnn_compare.server import visitor
from rnn_compare.server.access import rules
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.app import App
from rnn_compare.services.services import Services
from tests.kit.pages import go_to, seen, visit
from tests.kit.servers import PROJECT
from tests.kit.waiting import PATIENCE

from .conftest import PASS, SECRETS

Write = Callable[[str | bytes], Path]
GUARDED = f'[presenter]\npassword = "{PASS}"'
AUTH = tomllib.loads(SECRETS)["auth"]
LECTURER = {"is_logged_in": True, "email": "lecturer@university.example"}


def pressed(app: AppTest, label: str) -> AppTest:
    button: Any = next(element for element in app.button if element.label == label)
    button.proto.disabled = False  # a forged message minds no such thing, but AppTest does
    button.click()
    return app.run()


def typed(app: AppTest, name: str) -> AppTest:
    box: Any = next(box for box in (*app.text_input, *app.text_area) if str(box.key).startswith(name))
    box.proto.disabled = False
    box.set_value("mine")
    return app.run()


def signed_in(app: AppTest, password: str = PASS) -> AppTest:
    app.text_input(key="presenter_pass").set_value(password)
    return pressed(app, "Sign in")


def runs_page(app: AppTest, *rows: int) -> AppTest:
    go_to(app, "runs").session_state["runs_table"] = {"selection": {"rows": list(rows)}}
    return app.run()


@pytest.fixture(autouse=True)
def _one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "ip_address", "10.0.0.7")  # AppTest has no connection to take one from


ACTS: dict[str, tuple[Callable[[AppTest], AppTest], Callable[[AppTest], AppTest]]] = {
    "stop": (lambda app: runs_page(app, 1), lambda app: pressed(app, "Stop")),
    "delete": (lambda app: runs_page(app, 0), lambda app: pressed(app, "Delete")),
    "name": (lambda app: runs_page(app, 0), lambda app: typed(app, "name_")),
    "note": (lambda app: runs_page(app, 0), lambda app: typed(app, "note_")),
    "end a lecture": (lambda app: go_to(app, "present"), lambda app: pressed(app, "End it")),
}
"""The page that it is done on, and what is done there."""


@pytest.mark.parametrize("who", ["viewer", "presenter of an earlier pass", "presenter"])
@pytest.mark.parametrize("act", ACTS)
def test_only_the_presenter_changes_anything(
    act: str, who: str, stage: Stage, services: Services, record: Callable[..., str], write_secrets: Write
) -> None:
    """Streamlit itself passes over what comes from a widget that it drew disabled; for an earlier pass it drew none."""
    write_secrets(GUARDED)
    running, done = record(Status.RUNNING), record()
    if act == "end a lecture":
        presses.begin(stage, "book")
    open_page, do = ACTS[act]

    def state() -> tuple[object, ...]:
        runs = [(run.id, run.stop_requested, run.name, run.note) for run in services.store.runs()]
        return *runs, stage.classroom().state().lecture

    before, app = state(), visit()
    if who == "viewer" and act == "end a lecture":
        assert "Only the presenter can do this" in seen(go_to(app, "present"))
        assert {button.label for button in app.button}.isdisjoint({"Begin", "Open the wall", "End it"})
        return
    app = open_page(app if who == "viewer" else signed_in(app))
    if who == "presenter of an earlier pass":
        write_secrets(GUARDED.replace("sesame", "barley"))
    app = do(app)
    assert not app.exception
    assert (state() != before) is (who == "presenter")
    assert (visitor.REFUSAL in seen(app)) or who != "presenter of an earlier pass"
    if who == "presenter" and act == "delete":
        assert not pressed(go_to(visit(), "runs"), "Undo").exception
        assert [run.id for run in services.store.runs()] == [running], "a viewer brings nothing back"
        pressed(app, "Undo")
        assert [run.id for run in services.store.runs()] == [running, done]


def test_what_is_wrong_with_the_record_is_for_the_presenter(services: Services, write_secrets: Write) -> None:
    services.store.warn(REPLACED)
    write_secrets(GUARDED)
    app = visit()
    assert REPLACED not in seen(app)
    assert REPLACED in seen(signed_in(app))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[presenter\npassword = ", "it is not valid TOML"),
        ("[presenter]", "must hold a password or emails"),
        ("presenter = 7", "must hold a password or emails"),
        ('[presenter]\npasword = "open sesame 22"', "holds 'pasword'"),
        ("[presenter]\npassword = 12345678", "must be a text of 8 to 200 characters"),
        ('[presenter]\npassword = ""', "must be a text of 8 to 200 characters"),
        ('[presenter]\npassword = "1234567"', "must be a text of 8 to 200 characters"),
        (f'[presenter]\npassword = "{"x" * 201}"', "must be a text of 8 to 200 characters"),
        ('[presenter]\nemails = ["a@b.example"]', "emails need [auth] as well"),
        ('[presenter]\nemails = "a@b.example"\n[auth]\nclient_id = "x"', "must be a list of addresses"),
        ('[presenter]\nemails = []\n[auth]\nclient_id = "x"', "must be a list of addresses"),
        ('[auth]\nclient_id = "x"', "it holds 'auth', but no [presenter]. Write [presenter], and"),
        (f'[Presenter]\npassword = "{PASS}"', "it holds 'Presenter', but no"),
        (f'password = "{PASS}"', "it holds 'password', but no"),
        ('[connections.sql]\nurl = "sqlite://"\n[presentor]', "it holds 'connections' and 'presentor', but no"),
        (f"[{'a' * 90}]\n[b]\n[c]\n[d]", f"it holds '{'a' * 40}', 'b' and 'c', but no"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "it is not valid TOML"),
        ("a = " + "1" * 5_000, "it is not valid TOML"),
        (f"{GUARDED}\n{'#' * 100_000}", "it cannot be read as UTF-8 text of at most 100,000 bytes"),
        (b"[presenter]\npassword = '\xff\xfe'", "it cannot be read"),
    ],
)
def test_a_file_that_cannot_be_understood_locks_and_says_so(
    content: str | bytes, sentence: str, write_secrets: Write
) -> None:
    write_secrets(content)
    access = rules.Access()
    assert sentence in access.described()
    assert access.rule().problem.endswith(rules.LOCKED)
    assert not access.rule().open
    assert not access.rule().secret


def test_a_page_that_is_locked_says_so_and_trains_nothing_and_an_empty_file_counts_as_none(
    services: Services, write_secrets: Write, own_app: App
) -> None:
    file = write_secrets(f'# [presenter]\n# password = "{PASS}"\n')
    pressed(visit(), "Train")
    assert len(services.store.runs()) == 2
    write_secrets(GUARDED.replace("]", ""))
    app = visit()
    assert "it is not valid TOML" in app.warning[0].value
    assert not pressed(app, "Train").exception
    assert len(services.store.runs()) == 2
    file.unlink()
    assert own_app.access.rule().problem, "until a restart"
    for change in (file.unlink, lambda: write_secrets("")):
        write_secrets(GUARDED)
        assert own_app.access.rule().password == PASS
        change()
        assert own_app.access.rule() == rules.Rule(problem=own_app.access.rule().problem)
        assert "was removed or emptied" in own_app.access.described()
    assert rules.Access().rule().open, "a restart opens it"


@pytest.mark.parametrize("content", [SECRETS.encode("utf-16"), b"a = " + b"[" * 3_000 + b"]" * 3_000, None])
def test_the_server_starts_and_says_so_where_streamlit_itself_could_not_read_the_secrets_file(
    content: bytes | None, tmp_path: Path, write_secrets: Write
) -> None:
    access = rules.Access()
    if content is None:
        (tmp_path / "secrets.toml").mkdir()
    else:
        write_secrets(content)
    assert access.for_streamlit() == {}
    assert st.get_option("secrets.files") == [], "it reads none itself"
    assert "cannot be used: it" in access.rule().problem


def test_streamlit_signs_in_by_the_file_of_its_start_alone(write_secrets: Write) -> None:
    access, file = rules.Access(), write_secrets(SECRETS)
    assert access.for_streamlit() == {"auth": AUTH}
    assert access.rule().emails == {LECTURER["email"]}
    file.write_text(SECRETS.replace("rnn-compare", "another"))
    assert access.rule().problem.startswith("The presenter's pass in secrets.toml cannot be used: [auth] has changed")


def test_an_open_page_runs_again_once_another_rule_counts_also_the_first(
    services: Services, write_secrets: Write, own_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, str]] = []
    scripts = {"access.js": lambda data, **_: sent.append(data)}
    monkeypatch.setattr(sign_in, "component", lambda path: scripts.get(Path(path).name) or components.component(path))
    for content in ("", GUARDED, GUARDED.replace("sesame", "barley"), "[presenter]"):
        write_secrets(content)
        assert not visit().exception
        assert sent[-1] == {"url": rules.PATH, "version": own_app.access.version()}
    assert [data["version"] for data in sent] == ["0", "1", "2", "3"]
    assert services.runs() == []


def test_a_wrong_pass_gets_a_sentence_and_after_five_even_the_right_one_has_to_wait(
    services: Services, write_secrets: Write, own_app: App
) -> None:
    own_app.access.attempts_by_address = RateLimit(5, 1 / 12, now=lambda: 0.0)  # no time goes by
    write_secrets(GUARDED)
    app = visit()
    for wrong in ("", PASS.upper(), f"{PASS} ", f"{PASS}\0", "é" * 8):
        signed_in(app, wrong)
        assert not app.exception
        assert [error.value for error in app.error] == ["Wrong pass."]
        assert app.button[0].disabled
    for another_tab in (app, visit()):
        signed_in(another_tab, PASS)
        assert [error.value for error in another_tab.error] == ["Too many attempts. Try again in 12 s."]
        assert another_tab.button[0].disabled
    assert services.runs() == []


@pytest.mark.parametrize(
    ("user", "is_presenter"),
    [
        (LECTURER, True),
        (LECTURER | {"email_verified": True, "email": " LECTURER@University.Example "}, True),
        (LECTURER | {"is_logged_in": False}, False),
        (LECTURER | {"email_verified": False}, False),
        (LECTURER | {"email_verified": "false"}, False),
        (LECTURER | {"email": "**student**@university.example"}, False),
        (LECTURER | {"email": [LECTURER["email"]]}, False),
        ({"is_logged_in": True}, False),
        ({}, False),
    ],
)
def test_who_signs_in_with_a_listed_address_is_the_presenter(
    user: dict[str, Any], is_presenter: bool, services: Services, write_secrets: Write, own_app: App
) -> None:
    write_secrets(SECRETS)
    own_app.access._auth = AUTH  # as after a start with this file
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=PATIENCE)
    app.user = user
    app.run()
    assert not app.exception
    assert app.button[0].disabled is not is_presenter
    assert ("is not a presenter" in seen(app)) is (user.get("is_logged_in", False) and not is_presenter)
    pressed(app, "Train")
    assert len(services.store.runs()) == 2 * is_presenter


@pytest.mark.usefixtures("services")
def test_a_missing_library_for_it_is_said_in_a_sentence(
    write_secrets: Write, own_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)
    write_secrets(SECRETS)
    own_app.access._auth = AUTH  # as after a start with this file
    app = pressed(visit(), "Sign in with your university")
    assert not app.exception
    assert "Signing in is not set up" in seen(app)


def test_a_visitors_name_follows_from_the_cookie_that_this_server_gave_and_does_not_tell_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def name(cookie: str) -> str:
        monkeypatch.setattr(st, "context", SimpleNamespace(cookies={"rnn_compare_visitor": cookie}))
        script = "import streamlit as st\nfrom rnn_compare.server import visitor\nst.text(visitor.browser())"
        return str(AppTest.from_string(script, default_timeout=PATIENCE).run().text[0].value)

    token = "0123456789abcdef" * 2
    assert name(token) == name(token) != name(token[::-1])
    assert name(token) not in token
    for invented in ("", "0" * 33):
        assert name(invented) != name(invented), "somebody new each time"
