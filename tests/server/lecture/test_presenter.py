"""The presenter's doors: who may come in, what a press must be, and what walls and notes get there."""

import json
import math
import time

import httpx
import pytest

from rnn_compare.lecture.stage import Stage
from rnn_compare.server.access import cookies, leading
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import App
from rnn_compare.server.lecture import presenter
from rnn_compare.server.lecture.requests import LARGEST
from rnn_compare.server.urls import JUPYTER_VARIABLE
from tests.kit.asgi import HERE, ask
from tests.kit.lectures import begin, give

BROWSER, OTHER = "a" * 32, "b" * 32
PASS = Rule("open sesame 22")
EMAILS = Rule(emails=frozenset({"lecturer@university.example"}))
BROKEN = Rule(problem="The presenter's pass in secrets.toml cannot be used.")
ELSEWHERE = "10.0.0.7"
PRESS = {"client": "a-wall", "number": 1, "press": "next"}
NEXT = json.dumps(PRESS).encode()
DOORS = (
    *(("HEAD", "/wall/events"), ("HEAD", "/notes/events"), ("GET", "/stage/answers.csv")),
    *(("GET", "/stage/lecture/book"), ("POST", "/stage/press")),
)


def press(app: App, **changes: object) -> httpx.Response:
    return ask(app, "POST", "/stage/press", json=PRESS | changes)


@pytest.fixture
def app(stage: Stage, own_app: App) -> App:
    begin(stage)
    return own_app


def follow(app: App, rule: Rule) -> None:
    """Has a rule count from now on."""
    app.access._latest = (math.inf, rule)


def signed_in(rule: Rule, browser: str = BROWSER, bearer: str = BROWSER) -> str:
    """Returns the cookies of a browser, with the sign-in that another, or the same, was given."""
    return f"{cookies.NAME}={bearer}; {cookies.PRESENTER}={cookies.issue_sign_in(browser, rule.secret)}"


def step(app: App) -> int:
    return app.classroom().state().step


@pytest.mark.parametrize(
    ("rule", "client", "bearer", "sentence"),
    [
        (Rule(), HERE, "", ""),
        (Rule(), "::1", "", ""),
        (Rule(), ELSEWHERE, "", leading.OPEN),
        (Rule(), ELSEWHERE, BROWSER, leading.OPEN),
        (PASS, HERE, "", leading.REFUSAL),
        (PASS, HERE, OTHER, leading.REFUSAL),  # a stolen sign-in
        (PASS, ELSEWHERE, BROWSER, ""),
        (EMAILS, HERE, "", leading.REFUSAL),
        (EMAILS, ELSEWHERE, BROWSER, ""),
        (BROKEN, HERE, BROWSER, BROKEN.problem),
    ],
)
def test_the_presenter_comes_in_and_nobody_else(app: App, rule: Rule, client: str, bearer: str, sentence: str) -> None:
    follow(app, rule)
    headers = {"Cookie": signed_in(rule, bearer=bearer)} if bearer else {}
    for method, path in DOORS:
        body = {"json": PRESS} if method == "POST" else {}
        response = ask(app, method, path, client=client, headers=headers, **body)
        assert response.status_code == (403 if sentence else 200), path
        assert response.headers["cache-control"] == "no-store"
        if sentence and method != "HEAD":
            assert response.json() == {"said": sentence}
    assert step(app) == int(not sentence)


def test_a_sign_in_ends_by_a_sign_out_another_pass_and_its_time(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(app, PASS)

    def status(headers: dict[str, str]) -> int:
        return ask(app, "HEAD", "/wall/events", headers=headers).status_code

    headers = {"Cookie": signed_in(PASS)}
    assert status(headers) == 200
    with monkeypatch.context() as clock:
        later = time.time() + cookies.VALID_SECONDS + 1
        clock.setattr(time, "time", lambda: later)
        assert status(headers) == 403
    follow(app, Rule("another pass"))
    assert status(headers) == 403
    follow(app, PASS)
    cookies.revoke_sign_in(BROWSER)
    assert status(headers) == 403


def test_of_two_people_who_press_next_at_one_step_the_second_does_not_go_on_again(app: App) -> None:
    place = f"0 {app.classroom().state().phase} 1 "
    for number, client, after in ((1, "wall", 1), (1, "notes", 1), (2, "wall", 2)):  # one who presses twice means it
        assert press(app, client=client, number=number, place=place).json() == {"kept": True}
        assert step(app) == after


def test_a_press_is_carried_out_once_whoever_sends_it_again_also_after_a_restart(app: App, stage: Stage) -> None:
    for number, name, place in ((1, "next", 1), (1, "next", 1), (2, "next", 2), (1, "back", 2), (3, "back", 1)):
        assert (press(app, number=number, press=name).json(), step(app)) == ({"kept": True}, place)
    app.classroom().close()
    app._classroom = None
    assert (press(app, number=3).json(), step(app)) == ({"kept": True}, 1)
    assert press(app, client="the-notes").json() == {"kept": True}
    assert step(app) == 2
    response = press(app, number=4, press="pair")
    assert (response.status_code, response.json()["said"][:20]) == (409, "Fewer than two phone")
    give(stage, "end")
    assert press(app, number=5).json() == {"said": "No lecture is running."}


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        *(({"Origin": origin}, NEXT, 403) for origin in ("http://evil.example", "null", None)),
        *(({"Sec-Fetch-Site": site}, NEXT, 403) for site in ("cross-site", "same-site", "none")),
        *(({"Content-Type": kind}, NEXT, 415) for kind in ("text/plain", "multipart/form-data", "")),
        *(({}, content, 400) for content in (b"{", b"[" * 8000, b"null", b"\xff\xfe")),
        *(({}, content, 400) for content in (NEXT[:-1] + b', "device": 1}', b'{"press": "next"}')),
        ({}, NEXT[:-1] + b', "value": "' + b"x" * LARGEST + b'"}', 413),
    ],
)
def test_what_no_page_of_this_server_sends_is_refused_in_a_sentence_at_every_door(
    app: App, headers: dict[str, str | None], content: bytes, status: int
) -> None:
    for path, _ in app.posts:
        response = ask(
            app, "POST", f"/{path}", headers={"Cookie": f"{cookies.NAME}={OTHER}"} | headers, content=content
        )
        assert (response.status_code, response.json()["said"][-1]) == (status, ".")
    assert step(app) == 0


@pytest.mark.parametrize(
    ("headers", "changes", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": None}, {}, 200),
        ({"Content-Type": "application/JSON; charset=utf-8"}, {"value": None}, 200),
        *(({}, {"client": client}, 400) for client in ("", None, "\ud800", "a" * 65, ["a"])),
        *(({}, {"number": number}, 400) for number in (0, -1, 1.0, True, "1", 10**400, math.nan, 2**53 + 1)),
        *(({}, {"press": name}, 409) for name in (["next"], "\ud800")),
        ({}, {"press": "drop_review", "value": "\ud800"}, 200),
    ],
)
def test_a_press_names_its_page_its_number_and_what_is_pressed(
    app: App, headers: dict[str, str | None], changes: dict[str, object], status: int
) -> None:
    content = json.dumps(PRESS | changes).encode()
    response = ask(app, "POST", "/stage/press", headers=headers, content=content)
    assert (response.status_code, response.json().get("said", ".")[-1]) == (status, ".")
    assert step(app) == int(status == 200 and "press" not in changes)


def test_too_many_presses_are_held_up(app: App) -> None:
    assert app.presenter._rate.at_once >= 20
    app.presenter._rate = RateLimit(2, 0.01)
    statuses = [press(app).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_lecture_is_looked_through_before_it_is_begun_and_its_answers_are_taken_home(app: App, stage: Stage) -> None:
    assert "<h1>Why does anybody need an LSTM?</h1>" in ask(app, "GET", "/stage/lecture/book").text
    assert ask(app, "GET", "/stage/lecture/none").status_code == 404
    give(stage, "next", "next", [1, 0])
    response = ask(app, "GET", "/stage/answers.csv")
    assert response.headers["content-disposition"] == 'attachment; filename="answers.csv"'
    assert len(response.text.strip().splitlines()) == 3


def test_a_server_that_starts_or_ends_says_so(app: App) -> None:
    services, app._services = app._services, None
    response = press(app)
    assert (response.status_code, "still starting" in response.json()["said"]) == (503, True)
    app._services = services
    assert press(app).json() == {"kept": True}, "the same press is sent again"
    assert step(app) == 1
    app.streams.close()
    for page in ("wall", "notes"):
        response = ask(app, "GET", f"/{page}/events")
        assert (response.status_code, response.headers["connection"]) == (503, "close")


def test_below_a_path_all_has_that_path_and_links_are_relative(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "/course/", "server.port": 8501}.get)
    for page in ("wall", "notes", "join"):
        assert ask(app, "GET", f"/course/{page}/").headers["location"] == f"../{page}"
        assert ask(app, "GET", f"/course/{page}").status_code == 200
        assert ask(app, "GET", f"/course/{page}/{page}.js").headers["content-type"].startswith("text/javascript")
        assert ask(app, "GET", f"/course/{page}/no.js").status_code == 404
        assert ask(app, "GET", f"/{page}").status_code == 404
    assert ask(app, "POST", "/course/stage/press", json=PRESS).json() == {"kept": True}
    assert "Path=/course" in ask(app, "GET", "/course/wall").headers["set-cookie"]


@pytest.mark.parametrize(
    ("listens_on", "at", "address"),
    [
        ("0.0.0.0", "http://localhost:8501/wall", "10.1.2.3:8501"),
        ("127.0.0.1", "http://localhost:8501/wall", ""),
        ("127.0.0.1", "https://rnn.university.example/course/wall", "rnn.university.example/course"),
        *(("0.0.0.0", at, "10.1.2.3:8501") for at in ("", "javascript:alert(1)", "http://[")),
    ],
)
def test_a_walls_code_holds_an_address_that_phones_reach_or_there_is_none(
    listens_on: str, at: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.address": listens_on, "server.port": 8501}.get)
    monkeypatch.setattr(presenter, "own_address", lambda: "10.1.2.3")
    code = presenter._code(presenter._page_address(at), "join")
    assert bool(code["code"]) == bool(address)
    assert code["address"] == f"{address or '127.0.0.1:8501'}/join"
    monkeypatch.setenv(JUPYTER_VARIABLE, "1")
    assert presenter._code(presenter._page_address(at), "join")["code"] == "", "behind Jupyter's sign-in"
