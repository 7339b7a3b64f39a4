"""A presenter's pass: once it is set, everybody else looks and tries, whatever their browsers send."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

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


def signed_in(app: AppTest, typed: str = PASS) -> AppTest:
    app.text_input(key="presenter_pass").set_value(typed)
    return pressed(app, "Sign in")


def runs_page(app: AppTest, *rows: int) -> AppTest:
    go_to(app, "runs").session_state["runs_table"] = {"selection": {"rows": list(rows)}}
    return app.run()


@pytest.fixture(autouse=True)
def _one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "ip_address", "10.0.0.7")  # AppTest has no connection to take one from


@pytest.mark.parametrize("content", ["", f'# [presenter]\n# password = "{PASS}"\n'])
def test_an_empty_file_or_one_of_comments_counts_as_none(
    content: str, services: Services, write_secrets: Write
) -> None:
    write_secrets(content)
    pressed(visit(), "Train")
    assert len(services.store.runs()) == 2


def test_a_pass_that_is_taken_away_or_broken_while_the_server_runs_leaves_it_locked(
    write_secrets: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "READ_SECONDS", 0.0)
    access = rules.Access()
    assert access.rule().open, "no file yet"
    file = write_secrets(GUARDED)
    assert access.rule().password == PASS
    for change in (file.unlink, lambda: write_secrets(""), lambda: write_secrets(f'[presenter]\npasword = "{PASS}"')):
        change()
        assert not access.rule().open
        assert access.rule().problem
        assert not access.rule().password
    write_secrets(GUARDED)
    assert access.rule().password == PASS
    file.unlink()
    assert rules.Access().rule().open, "a restart opens it"


def test_a_lecture_is_begun_and_ended_by_the_presenter_alone(stage: Stage, write_secrets: Write) -> None:
    write_secrets(GUARDED)
    presses.begin(stage, "book")
    app = visit("present")
    assert "Only the presenter can do this" in seen(app)
    assert {button.label for button in app.button}.isdisjoint({"Begin", "Open the wall", "End it"})
    go_to(signed_in(app), "present")
    assert {"Open the wall", "End it"} <= {button.label for button in app.button}
    write_secrets(GUARDED.replace("sesame", "barley"))
    pressed(app, "End it")
    assert stage.classroom().state().lecture == "book", "the page was drawn before the pass was changed"


def test_what_is_wrong_with_the_record_is_for_the_presenter(services: Services, write_secrets: Write) -> None:
    services.store.warn(REPLACED)
    write_secrets(GUARDED)
    app = visit()
    assert REPLACED not in seen(app)
    assert REPLACED in seen(signed_in(app))


@pytest.mark.parametrize("typed", ["", "wrong one", PASS.upper(), PASS + " ", PASS + "\0", "é" * 8, "x" * 100_000])
def test_a_wrong_pass_gets_a_sentence(typed: str, services: Services, write_secrets: Write) -> None:
    write_secrets(GUARDED)
    app = signed_in(visit(), typed)
    assert not app.exception
    assert [error.value for error in app.error] == ["Wrong pass."]
    assert app.button[0].disabled
    assert services.runs() == []


def test_after_five_wrong_ones_even_the_right_one_has_to_wait(
    services: Services, write_secrets: Write, own_app: App
) -> None:
    own_app.access.attempts_by_address = RateLimit(5, 1 / 12, now=lambda: 0.0)  # no time goes by
    write_secrets(GUARDED)
    app = visit()
    for _ in range(5):
        signed_in(app, "wrong one")
    signed_in(visit(), PASS)  # in another tab, without a cookie
    app = signed_in(app)
    assert "Too many attempts. Try again in 12 s." in app.error[0].value
    assert app.button[0].disabled
    assert services.runs() == []


def test_a_session_that_claims_to_be_signed_in_is_not(services: Services, write_secrets: Write) -> None:
    write_secrets(GUARDED)
    for claim in (True, "yes", b"", PASS, b"0" * 32, f"{2**33}.{'0' * 64}"):
        app = visit()
        app.session_state["presenter_token"] = claim
        assert app.run().button[0].disabled
    assert services.runs() == []


def test_a_viewers_forged_messages_on_the_page_of_runs_change_nothing(
    services: Services, record: Callable[..., str], write_secrets: Write
) -> None:
    write_secrets(GUARDED)
    running, done = record(Status.RUNNING), record()
    for row, label in ((1, "Stop"), (0, "Delete")):
        assert not pressed(runs_page(visit(), row), label).exception
    assert not services.store.run(running).stop_requested
    assert [run.id for run in services.store.runs()] == [running, done]

    app = runs_page(visit(), 0)
    for box, typed in ((app.text_input(key=f"name_{done}"), "mine"), (app.text_area(key=f"note_{done}"), "mine")):
        assert box.disabled
        box.proto.disabled = False
        box.set_value(typed).run()
    assert (services.store.run(done).name, services.store.run(done).note) == ("", "")


def test_a_page_that_was_drawn_before_the_pass_was_changed_does_nothing_either(
    services: Services, record: Callable[..., str], write_secrets: Write
) -> None:
    """Streamlit itself passes over what comes from a widget that it drew as disabled; here it drew none so."""
    running, done = record(Status.RUNNING), record()

    def drawn(row: int) -> AppTest:
        write_secrets(GUARDED)
        app = runs_page(signed_in(visit()), row)
        write_secrets(GUARDED.replace("sesame", "barley"))
        return app

    for app in (
        pressed(drawn(1), "Stop"),
        drawn(0).text_input(key=f"name_{done}").set_value("mine").run(),
        drawn(0).text_area(key=f"note_{done}").set_value("mine").run(),
    ):
        assert not app.exception
        assert visitor.REFUSAL in seen(app)
    assert not services.store.run(running).stop_requested
    assert (services.store.run(done).name, services.store.run(done).note) == ("", "")


def test_the_presenter_does_all_of_it(services: Services, record: Callable[..., str], write_secrets: Write) -> None:
    write_secrets(GUARDED)
    running, done = record(Status.RUNNING), record()
    app = pressed(runs_page(signed_in(visit()), 1), "Stop")
    assert services.store.run(running).stop_requested
    runs_page(app, 0).text_input(key=f"name_{done}").set_value("mine").run()
    assert services.store.run(done).name == "mine"
    app = pressed(app, "Delete")
    assert [run.id for run in services.store.runs()] == [running]
    viewer = pressed(go_to(visit(), "runs"), "Undo")
    assert not viewer.exception
    assert [run.id for run in services.store.runs()] == [running]
    pressed(app, "Undo")
    assert [run.id for run in services.store.runs()] == [running, done]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[presenter\npassword = ", "it is not valid TOML"),
        ("[presenter]", "must hold a password or emails"),
        ("presenter = 7", "must hold a password or emails"),
        ('[presenter]\npasword = "open sesame 22"', "holds 'pasword'"),
        ("[presenter]\npassword = 12345678", "must be a text of 8 to 200 characters"),
        ('[presenter]\npassword = ""', "must be a text of 8 to 200 characters"),
        ('[presenter]\npassword = "1234"', "must be a text of 8 to 200 characters"),
        ('[presenter]\nemails = ["a@b.example"]', "emails need \\[auth\\] as well"),
        ('[presenter]\nemails = "a@b.example"\n[auth]\nclient_id = "x"', "must be a list of addresses"),
        ('[presenter]\nemails = []\n[auth]\nclient_id = "x"', "must be a list of addresses"),
        ('[auth]\nclient_id = "x"', "it holds 'auth', but no \\[presenter\\]. Write \\[presenter\\], and"),
        (f'[presentor]\npassword = "{PASS}"', "it holds 'presentor', but no"),
        (f'[Presenter]\npassword = "{PASS}"', "it holds 'Presenter', but no"),
        (f'password = "{PASS}"', "it holds 'password', but no"),
        ('[connections.sql]\nurl = "sqlite://"\n[presentor]', "it holds 'connections' and 'presentor', but no"),
        (f"[{'a' * 90}]\n[b]\n[c]\n[d]", f"it holds '{'a' * 40}', 'b' and 'c', but no"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "it is not valid TOML"),
        ("a = " + "1" * 5_000, "it is not valid TOML"),
        (f'[presenter]\npassword = "{PASS[:8]}\0{PASS[8:]}"', "it is not valid TOML"),
        (f"{GUARDED}\n{'#' * 100_000}", "it cannot be read as UTF-8 text of at most 100,000 bytes"),
        (b"[presenter]\npassword = '\xff\xfe'", "it cannot be read"),
    ],
)
def test_a_file_that_cannot_be_understood_locks_and_says_so(
    content: str | bytes, sentence: str, services: Services, write_secrets: Write, own_app: App
) -> None:
    write_secrets(content)
    app = visit()
    assert not app.exception
    assert sentence.replace("\\", "") in app.warning[0].value
    assert "Until this is fixed, nobody can train here." in app.warning[0].value
    pressed(app, "Train")
    assert services.store.runs() == []
    assert sentence.replace("\\", "") in own_app.access.described()


@pytest.mark.parametrize(
    ("user", "is_presenter"),
    [
        (LECTURER, True),
        (LECTURER | {"email_verified": True}, True),
        (LECTURER | {"email": " LECTURER@University.Example "}, True),
        (LECTURER | {"is_logged_in": False}, False),
        (LECTURER | {"email_verified": False}, False),
        (LECTURER | {"email_verified": "false"}, False),
        (LECTURER | {"email": "**student**@university.example"}, False),
        (LECTURER | {"email": ["lecturer@university.example"]}, False),
        ({"is_logged_in": True}, False),
        ({}, False),
    ],
)
def test_who_signs_in_with_a_listed_address_is_the_presenter(
    user: dict[str, Any], is_presenter: bool, services: Services, write_secrets: Write, own_app: App
) -> None:
    write_secrets(SECRETS)
    own_app.access._auth = AUTH  # as after a start with this file
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.user = user
    app.run()
    assert not app.exception
    assert app.button[0].disabled is not is_presenter
    assert ("is not a presenter" in seen(app)) is (user.get("is_logged_in", False) and not is_presenter)
    pressed(app, "Train")
    assert len(services.store.runs()) == 2 * is_presenter


def test_a_missing_library_for_it_is_said_in_a_sentence(
    services: Services, write_secrets: Write, own_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)
    write_secrets(SECRETS)
    own_app.access._auth = AUTH  # as after a start with this file
    app = pressed(visit(), "Sign in with your university")
    assert not app.exception
    assert "Signing in is not set up" in seen(app)
    assert services.runs() == []


WHO = """
from types import SimpleNamespace
import streamlit as st
from rnn_compare.server import visitor
st.context = SimpleNamespace(cookies={cookies})
st.text(visitor.browser())
"""


def who(**cookies: str) -> str:
    context = st.context
    try:
        return str(
            AppTest.from_string(WHO.replace("{cookies}", repr(cookies)), default_timeout=PATIENCE).run().text[0].value
        )
    finally:
        st.context = context


def test_a_visitors_name_follows_from_the_cookie_and_does_not_tell_it() -> None:
    token = "0123456789abcdef" * 2
    name = who(rnn_compare_visitor=token)
    assert who(rnn_compare_visitor=token) == name
    assert len(name) == 12
    assert name not in token
    assert who(rnn_compare_visitor=token[::-1]) != name


@pytest.mark.parametrize("cookie", ["", "me", "0" * 31, "'; DROP TABLE runs; --", "../../etc/passwd", "0" * 33])
def test_who_brings_no_cookie_of_this_server_is_somebody_new_each_time(cookie: str) -> None:
    assert who(rnn_compare_visitor=cookie) != who(rnn_compare_visitor=cookie)
    assert who() != who()
