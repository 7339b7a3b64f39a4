"""The presenter's doors: who may come in, what a press must be, and what walls and notes get there."""

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from rnn_compare.lecture.stage import Stage
from rnn_compare.server import asgi
from rnn_compare.server.access import cookies, leading
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.access.rules import Rule
from rnn_compare.server.app import App
from rnn_compare.server.lecture import presenter
from rnn_compare.server.lecture.requests import LARGEST
from rnn_compare.server.urls import JUPYTER_VARIABLE
from tests.kit.lectures import begin, give

BROWSER, OTHER = "a" * 32, "b" * 32
PASS = Rule("open sesame 22")
EMAILS = Rule(emails=frozenset({"lecturer@university.example"}))
BROKEN = Rule(problem="The presenter's pass in secrets.toml cannot be used.")
HERE, ELSEWHERE = "127.0.0.1", "10.0.0.7"
PRESS = {"client": "a-wall", "number": 1, "press": "next"}
DOORS = (
    *(("HEAD", "/wall/events"), ("HEAD", "/notes/events"), ("GET", "/stage/answers.csv")),
    *(("GET", "/stage/lecture/book"), ("POST", "/stage/press")),
)


def ask(
    app: App, method: str, path: str, client: str = HERE, headers: Mapping[str, str | None] | None = None, **sent: Any
) -> httpx.Response:
    """Returns what the served App answers a page; headers that are None are left out."""

    async def answer() -> httpx.Response:
        served = Starlette(routes=asgi.routes(app), middleware=asgi.middleware(app))
        usual: dict[str, str | None] = {"Origin": "http://127.0.0.1"}
        if "content" in sent:
            usual["Content-Type"] = "application/json"
        transport = httpx.ASGITransport(served, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            named = {name: value for name, value in (usual | dict(headers or {})).items() if value is not None}
            response = await browser.request(method, path, headers=named, **sent)
            if app.streams._stream:
                app.streams._stream.close()
                app.streams._stream = None
            return response

    return asyncio.run(answer())


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
        response = ask(app, method, path, client, headers, **body)
        assert response.status_code == (403 if sentence else 200), path
        assert response.headers["cache-control"] == "no-store"
        if sentence and method != "HEAD":
            assert response.json() == {"said": sentence}
    assert step(app) == int(not sentence)
    for page in ("wall", "notes"):
        assert ask(app, "GET", f"/{page}", ELSEWHERE).status_code == 200, "the pages themselves hold nothing"


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


def test_the_start_pages_browser_gets_the_cookie_that_the_wall_sends(app: App) -> None:
    for rule in (PASS, EMAILS):
        follow(app, rule)
        token = cookies.issue_sign_in(BROWSER, rule.secret)
        headers = {"Cookie": f"{cookies.NAME}={BROWSER}", cookies.SIGN_IN_HEADER: token}
        response = ask(app, "GET", "/wall", headers=headers)
        assert response.headers["set-cookie"].startswith(f"{cookies.PRESENTER}={token}; ")
        assert ask(app, "HEAD", "/notes/events", headers={"Cookie": signed_in(rule)}).status_code == 200


def test_of_two_people_who_press_next_at_one_step_the_second_does_not_go_on_again(app: App) -> None:
    place = f"0 {app.classroom().state().phase} 1 "
    for number, client, after in ((1, "wall", 1), (1, "notes", 1), (2, "wall", 2)):  # one who presses twice means it
        message = PRESS | {"client": client, "number": number, "place": place}
        assert ask(app, "POST", "/stage/press", json=message).json() == {"kept": True}
        assert step(app) == after


def test_a_press_is_carried_out_once_whoever_sends_it_again_also_after_a_restart(app: App, stage: Stage) -> None:
    for number, name, place in ((1, "next", 1), (1, "next", 1), (2, "next", 2), (1, "back", 2), (3, "back", 1)):
        response = ask(app, "POST", "/stage/press", json=PRESS | {"number": number, "press": name})
        assert (response.json(), step(app)) == ({"kept": True}, place)
    app.classroom().close()
    app._classroom = None
    assert ask(app, "POST", "/stage/press", json=PRESS | {"number": 3}).json() == {"kept": True}
    assert step(app) == 1
    assert ask(app, "POST", "/stage/press", json=PRESS | {"client": "the-notes"}).json() == {"kept": True}
    assert step(app) == 2
    response = ask(app, "POST", "/stage/press", json=PRESS | {"number": 4, "press": "pair"})
    assert (response.status_code, response.json()["said"][:20]) == (409, "Fewer than two phone")
    give(stage, "end")
    assert ask(app, "POST", "/stage/press", json=PRESS | {"number": 5}).json() == {"said": "No lecture is running."}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        *(({"Origin": origin}, 403) for origin in ("http://evil.example", "null", "http://[", None)),
        *(({"Sec-Fetch-Site": site}, 403) for site in ("cross-site", "same-site", "none")),
        ({"Sec-Fetch-Site": "same-origin", "Origin": None}, 200),
        *(({"Content-Type": kind}, 415) for kind in ("text/plain", "multipart/form-data", "")),
        ({"Content-Type": "application/JSON; charset=utf-8"}, 200),
    ],
)
def test_a_press_of_another_sites_page_or_of_a_form_is_refused(
    app: App, headers: dict[str, str | None], status: int
) -> None:
    content = b'{"client": "a", "number": 1, "press": "next"}'
    response = ask(app, "POST", "/stage/press", headers=headers, content=content)
    assert (response.status_code, step(app)) == (status, int(status == 200))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        *((content, 400) for content in (b"", b"{", b"[" * 8000, b"null", b"\xff\xfe", b'{"press": "next"}')),
        (b'{"client": "a", "number": 1, "press": "read", "value": "' + b"x" * LARGEST + b'"}', 413),
        *(
            (b'{"client": %b, "number": %b, "press": "next"}' % pair, 400)
            for pair in [
                *((client, b"1") for client in (b'""', b"null", b'"\\ud800"', b'"%b"' % (b"a" * 65), b'["a"]')),
                *((b'"a"', number) for number in (b"0", b"-1", b"1.0", b"true", b'"1"', b"9" * 400, b"NaN")),
            ]
        ),
        (b'{"client": "a", "number": 1, "press": "next", "device": 1}', 400),
        (b'{"client": "a", "number": 1, "press": ["next"]}', 409),
        (b'{"client": "a", "number": 1, "press": "\\ud800"}', 409),
        (b'{"client": "a", "number": 1, "press": "drop_review", "value": "\\ud800"}', 200),
        (b'{"client": "a", "number": 1, "press": "next", "value": null}', 200),
    ],
)
def test_what_is_no_press_is_refused_in_a_sentence(app: App, content: bytes, status: int) -> None:
    response = ask(app, "POST", "/stage/press", content=content)
    assert response.status_code == status
    assert response.json().get("said", "Done.").endswith(".")
    assert step(app) == int(b'"value": null' in content)


def test_too_many_presses_are_held_up(app: App) -> None:
    app.presenter._rate = RateLimit(app.presenter._rate.at_once, 0.01)
    assert app.presenter._rate.at_once >= 20
    statuses = [
        ask(app, "POST", "/stage/press", json=PRESS).status_code for _ in range(app.presenter._rate.at_once + 2)
    ]
    assert statuses[-3:] == [200, 429, 429]


@pytest.mark.parametrize("path", ["/stage/press", "/wall/events", "/notes/events", "/wall", "/stage/answers.csv"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_these_ways_in_are_open(app: App, method: str, path: str) -> None:
    assert ask(app, method, path, content=b"{}").status_code == 405
    assert ask(app, "GET" if path == "/stage/press" else "POST", path).status_code == 405


def test_the_answers_are_taken_home_as_a_table(app: App, stage: Stage) -> None:
    give(stage, "next", "next", [1, 0])
    response = ask(app, "GET", "/stage/answers.csv")
    assert response.headers["content-disposition"] == 'attachment; filename="answers.csv"'
    assert len(response.text.strip().splitlines()) == 3


def test_a_lecture_is_looked_through_before_it_is_begun(app: App) -> None:
    response = ask(app, "GET", "/stage/lecture/book")
    assert "<h1>Why does anybody need an LSTM?</h1>" in response.text
    assert response.headers["cache-control"] == "no-store"
    assert ask(app, "GET", "/stage/lecture/none").status_code == 404


def test_a_server_that_starts_or_ends_says_so(app: App) -> None:
    services, app._services = app._services, None
    response = ask(app, "POST", "/stage/press", json=PRESS)
    assert (response.status_code, "still starting" in response.json()["said"]) == (503, True)
    app._services = services
    assert ask(app, "POST", "/stage/press", json=PRESS).json() == {"kept": True}, "the same press is sent again"
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
        *(("0.0.0.0", at, "10.1.2.3:8501") for at in ("", "javascript:alert(1)", "http://[", "x" * 400, "\0")),
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
