"""The door of every route: what it answers to the presenter, a visitor, a stranger, another site and another name.

A route that the program serves and that is not in ``DOORS`` fails.
"""

import http.client

import pytest
from starlette.routing import compile_path

from rnn_compare.server.access.cookies import NAME
from tests.kit.forger import signed_in
from tests.kit.servers import Server
from tests.kit.waiting import PATIENCE

from .conftest import PASS, Route

WHO = ("presenter", "visitor", "stranger", "foreign", "rebound")
"""The presenter by cookies; a browser without the sign-in, as a phone is; one without cookies; and in the presenter's
browser a page of another site, and one of a foreign name that leads here.
"""
DOORS = """
200 200 200 200 421 GET     /rnn-compare/access /rnn-compare/live /rnn-compare/x/dashboard/assets/board/board.js
200 200 200 200 421 GET     /wall /wall/wall.js /notes /notes/notes.js /join /join/join.js /runs
200 200 200 200 421 GET     /_stcore/health /_stcore/host-config /_stcore/agent/openapi.json
200 200 403 200 421 GET     /join/events
200 403 403 200 421 GET     /wall/events /notes/events /stage/answers.csv /stage/lecture/book
101 101 101 403 403 GET     /_stcore/stream
400 400 403 403 421 POST    /join/answer /join/review /join/row /join/trained
400 403 403 403 421 POST    /stage/press
307 307 307 307 421 GET     /compare /sweep /cluster
308 308 308 308 421 GET     /wall/ /notes/ /join/
302 302 302 302 421 GET     /auth/login /auth/logout /oauth2callback
404 404 404 404 421 GET     /join/networks /join/task /media/x /component/x /_stcore/bidi-components/x
404 404 404 404 421 GET     /_stcore/metrics /_stcore/metrics/ /_stcore/%6detrics
404 404 404 404 421 OPTIONS /_stcore/metrics
204 204 204 204 421 OPTIONS /_stcore/health /media/x /component/x /_stcore/bidi-components/x
204 204 204 204 421 OPTIONS /_stcore/upload_file/x/1
405 405 405 405 421 GET     /_stcore/agent/interact /_stcore/agent/mcp
405 405 405 405 421 OPTIONS /_stcore/agent/interact /_stcore/agent/openapi.json /_stcore/agent/mcp
405 405 405 405 421 POST    / /join/answer/ /x/join/answer /join//answer /stage/press/
"""
"""Statuses for each of ``WHO``, the method, and addresses."""
UNSAFE = ("POST", "PUT", "DELETE", "PATCH")
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": "frame-ancestors 'self'; object-src 'none'; base-uri 'self'",
}
"""Of every answer: nobody sniffs, shows it in a frame or hears the address."""


def rows() -> list[tuple[str, str, tuple[int, ...]]]:
    """The method, the address and the statuses of every door."""
    doors = []
    for line in DOORS.strip().splitlines():
        *statuses, method, paths = line.split(maxsplit=len(WHO) + 1)
        doors += [(method, path, tuple(map(int, statuses))) for path in paths.split()]
    return doors


@pytest.fixture(scope="module")
def senders(guarded: Server) -> dict[str, dict[str, str]]:
    """What each of ``WHO`` sends with every request."""
    presenter = signed_in(guarded, PASS)
    everything = "; ".join(f"{name}={value}" for name, value in presenter.items())
    own = {"Host": guarded.host, "Origin": guarded.url}
    return {
        "presenter": own | {"Cookie": everything},
        "visitor": own | {"Cookie": f"{NAME}={presenter[NAME]}"},
        "stranger": own,
        "foreign": own | {"Cookie": everything, "Origin": "https://evil.example"},
        "rebound": {"Host": "evil.example", "Cookie": everything, "Origin": "http://evil.example"},
    }


def answer(server: Server, method: str, path: str, sent: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Returns status and headers of an answer, which may never end."""
    connection = http.client.HTTPConnection(server.host, timeout=PATIENCE)
    more = {"Content-Type": "application/json"} if method == "POST" else {}
    more |= HANDSHAKE if (method, path) == ("GET", "/_stcore/stream") else {}
    connection.request(method, path, b"{}" if method not in ("GET", "OPTIONS") else None, sent | more)
    response = connection.getresponse()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}


def test_every_route_that_the_program_serves_is_in_the_table(routes: list[Route]) -> None:
    patterns = [(method, path, compile_path(path)[0]) for path, methods in routes for method in methods]

    def first_match(method: str, address: str) -> str:
        return next((path for allowed, path, regex in patterns if allowed == method and regex.match(address)), "")

    served = {(method, path) for method, path, _ in patterns if method not in ("HEAD", *UNSAFE)}
    assert served <= {(method, first_match(method, address)) for method, address, _ in rows()}


@pytest.mark.parametrize(("method", "path", "statuses"), rows())
def test_a_door_opens_to_whom_the_table_says(
    guarded: Server, senders: dict[str, dict[str, str]], method: str, path: str, statuses: tuple[int, ...]
) -> None:
    answers = [answer(guarded, method, path, senders[who]) for who in WHO]
    assert [status for status, _ in answers] == list(statuses)
    for headers in [headers for _, headers in answers if path != "/_stcore/stream"]:
        assert headers.items() >= HEADERS.items()
        assert headers.get("access-control-allow-origin") not in ("*", "https://evil.example"), "no script may read it"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_page_that_its_browser_calls_another_sends_nothing_even_if_it_is_of_the_same_site(
    guarded: Server, senders: dict[str, dict[str, str]], site: str
) -> None:
    sent = senders["presenter"] | {"Sec-Fetch-Site": site}
    posts = [path for method, path, statuses in rows() if method == "POST" and statuses[0] == 400]
    assert [answer(guarded, "POST", path, sent)[0] for path in posts] == [403] * 5


def test_nothing_is_sent_to_any_other_door_even_by_the_presenter(
    guarded: Server, senders: dict[str, dict[str, str]], routes: list[Route]
) -> None:
    open_doors = {(path, method) for method, path, statuses in rows() if statuses[0] == 400}
    addresses = {path for path, _ in routes} | {path for _, path, _ in rows()}
    for path in sorted(addresses):
        for method in UNSAFE:
            if (path, method) not in open_doors:
                refused = 404 if "etrics" in path else 405
                assert answer(guarded, method, path, senders["presenter"])[0] == refused, (method, path)
