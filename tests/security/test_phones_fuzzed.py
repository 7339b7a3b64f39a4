"""Whatever is sent to the addresses of the phones' page: no failure of the server, and nothing counted."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.questions import Question
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.server import asgi
from rnn_compare.server.access.limits import RateLimit
from rnn_compare.server.app import App
from rnn_compare.server.phones import join

BEST = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN", "LSTM"))
COOKIE = f"rnn_compare_visitor={'a' * 32}"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={"question": JSON | st.just("best"), "round": JSON | st.just(1), "answer": JSON, "text": JSON, "x": JSON},
).map(lambda message: json.dumps(message).encode())
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
HEADERS = st.fixed_dictionaries(
    {"Host": st.just("127.0.0.1")},
    optional={
        "Cookie": st.just(COOKIE) | PRINTABLE,
        "Origin": st.just("http://127.0.0.1") | PRINTABLE,
        "Sec-Fetch-Site": st.sampled_from(["same-origin", "cross-site", ""]),
        "Content-Type": st.just("application/json") | PRINTABLE,
        "Content-Length": st.just("7"),
    },
)
PATH = st.sampled_from(["answer", "review", "events/", "", "join.js", "%00", "..", "x/y"]) | PRINTABLE


@pytest.fixture
def classroom(own_app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    """A class that may vote and send reviews."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    own_app.phones.sending = RateLimit(10**9, 1.0)  # else it would answer for all else
    room = own_app.classroom()
    room.begin("x")
    room.show_step(0, "", "", BEST)
    room.open_vote()
    room.open_reviews(True)
    return room


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS"]),
    path=PATH,
    headers=HEADERS,
    body=st.binary(max_size=60) | MESSAGE,
)
@settings(max_examples=5 * settings().max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_sent_fails_the_server(
    own_app: App, classroom: Classroom, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    async def ask() -> httpx.Response:
        app = Starlette(routes=asgi.routes(own_app), middleware=asgi.middleware(own_app))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.request(method, f"/{join.PATH}/{path}", headers=headers, content=body)

    if path.split("?")[0].split("#")[0] == "events":
        return  # it never ends
    answer = asyncio.run(ask())
    assert answer.status_code < 500
    assert "Traceback" not in answer.text
    assert [list(answers.values()) for answers in classroom.rounds("best")] in ([], [[0]], [[1]])
    assert len(classroom.reviews()) <= 1, "one waits a device"


@pytest.mark.parametrize("what", ["answer", "review"])
@given(message=st.one_of(MESSAGE, st.binary(max_size=60)))
@settings(max_examples=2 * settings().max_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_honest_browser_sends_is_kept_or_refused_in_words(
    own_app: App, classroom: Classroom, what: str, message: bytes
) -> None:
    async def ask() -> httpx.Response:
        app = Starlette(routes=asgi.routes(own_app), middleware=asgi.middleware(own_app))
        headers = {"Cookie": COOKIE, "Origin": "http://127.0.0.1", "Content-Type": "application/json"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.post(f"/{join.PATH}/{what}", headers=headers, content=message)

    answer = asyncio.run(ask())
    assert answer.status_code in (200, 400, 409)
    assert answer.json().get("kept") or answer.json()["said"].endswith(".")
    assert [list(answers.values()) for answers in classroom.rounds("best")] in ([], [[0]], [[1]])
    assert len(classroom.reviews()) <= 1, "one waits a device"
