"""A hall at its worst: a record that is locked, more phones than there is room for, requests that never end."""

import contextlib
import http.client
import json
import os
import secrets
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.kit.caches import lend
from tests.kit.phones import PlainPhone, present, put
from tests.kit.servers import Server, fetch, serving
from tests.kit.waiting import PATIENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of descriptors")

DESCRIPTORS = 160


@pytest.fixture(scope="module")
def hall(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that may open few descriptors, the last of which it has to ask for."""
    cache = lend(prepared_cache, tmp_path_factory.mktemp("hall") / "cache")
    limits = f"-Sn 128; ulimit -Hn {DESCRIPTORS}"
    with serving(cache, script="benchmarks/presented.py", limits=limits) as server:
        yield server
        assert "Traceback" not in server.log.read_text()


def stream(host: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """A phone's line to the server, as it was answered: open, or refused."""
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    cookie = f"rnn_compare_visitor={secrets.token_hex(16)}"
    connection.request("GET", "/join/events", headers={"Cookie": cookie})
    return connection, connection.getresponse()


def test_requests_that_are_never_whole_are_ended_and_a_record_that_another_program_holds_blocks_nothing_else(
    hall: Server,
) -> None:
    put(hall.url)
    voters = [PlainPhone(hall.host) for _ in range(12)]
    leaving = [stream(hall.host) for _ in range(3)]
    for voter in voters:
        voter.events()
    refused = threading.Event()

    def vote(phone: PlainPhone) -> None:
        while (status := phone.answer(0)[0]) != 200:
            assert status == 503
            refused.set()
            time.sleep(0.2)

    answered = 0
    body = half_sent(voters[0], "Content-Type: application/json\r\nContent-Length: 1000000000000000\r\n\r\n{")
    with body, half_sent(voters[0], "X-Endless: ") as head, socket.create_connection(head.getpeername()) as nothing:
        with ThreadPoolExecutor(len(voters)) as threads, sqlite3.connect(hall.cache / "lecture.db") as other:
            other.execute("BEGIN EXCLUSIVE")
            votes = [threads.submit(vote, voter) for voter in voters]
            for connection, answer in leaving:
                answer.close()
                connection.close()
            while not refused.is_set():  # for as long as SQLite waits for the other program
                fetch(f"{hall.url}/_stcore/health")
                assert "event: state" in voters[0].events(), "who has joined may come and go all the same"
                answered += 1
                time.sleep(0.1)
            assert not any(vote.done() for vote in votes), "nothing is acknowledged that is not on the disk"
            other.rollback()
            for acknowledged in votes:
                acknowledged.result(PATIENCE)
        other.close()
        assert answered > 3, "an event loop that waits with it would answer once it has refused"
        assert present(hall.url, "answers", "best", 1) == [0] * len(voters)
        for open_request in (body, head, nothing):
            open_request.settimeout(60)
        assert received(body).startswith(b"HTTP/1.1 408 ")
        assert received(head) == received(nothing) == b""


def test_a_message_that_breaks_off_is_forgotten_and_a_vote_held_up_replaces_no_later_one(hall: Server) -> None:
    put(hall.url)
    phone = PlainPhone(hall.host)
    with half_sent(phone, "Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"):
        time.sleep(0.1)
    vote = {"question": "best", "round": 1, "answer": 0, "number": 1}
    content = json.dumps(vote)
    head = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    with half_sent(phone, f"{head}{content[:9]}", "answer") as held_up:
        assert phone.send("answer", vote | {"answer": 1, "number": 2})[0] == 200
        held_up.sendall(content[9:].encode())
        assert held_up.recv(4096).startswith(b"HTTP/1.1 409 ")
    assert present(hall.url, "answers", "best", 1) == [1]


def test_more_phones_than_there_is_room_for_are_told_so_and_the_wall_goes_on(hall: Server) -> None:
    assert hall.process.rlimit(psutil.RLIMIT_NOFILE) == (DESCRIPTORS, DESCRIPTORS)
    with contextlib.ExitStack() as lines:
        present(hall.url, "go", "book", 0)
        presenter = PlainPhone(hall.host)
        wall = lines.enter_context(contextlib.closing(presenter.listen("wall")))
        assert b'"step":0' in next(part for part in wall if b"event: state" in part)
        statuses, sentences = [], set()
        for _ in range(2 * DESCRIPTORS):
            connection, answer = stream(hall.host)
            lines.callback(connection.close)
            statuses.append(answer.status)
            if answer.status != 200:
                sentences.add(json.loads(answer.read())["said"])
                connection.close()
        assert set(statuses) == {200, 503}
        assert statuses.count(200) >= 20
        assert all("server is full" in sentence for sentence in sentences)
        assert presenter.send("/stage/press", {"client": "wall", "number": 1, "press": "next"})[0] == 200
        assert b'"step":1' in next(part for part in wall if b"event: state" in part)
        assert '"step":1' in presenter.events(page="notes"), "notes that are opened now are led too"
        fetch(f"{hall.url}/rnn-compare/live")
        put(hall.url)
        assert PlainPhone(hall.host).answer(0)[0] == 200, "who is in the hall can vote"
    assert len(hall.log.read_text()) < 20_000


def test_votes_beyond_a_quota_are_refused_with_where_to_look_and_all_that_were_acknowledged_are_there(
    prepared_cache: Path, tmp_path: Path
) -> None:
    """SQLite calls a full disk by its name, a quota or a limit of files an error of input or output."""
    cache = lend(prepared_cache, tmp_path / "cache")
    with serving(cache, script="benchmarks/presented.py", limits="-f 400") as server:  # blocks of 512 bytes
        put(server.url)
        acknowledged, status, sentence = 0, 200, ""
        while status == 200 and acknowledged < 100:
            status, sentence = PlainPhone(server.host).answer(0)
            acknowledged += status == 200
        assert status == 503
        assert acknowledged
        assert "Check the file, its folder and its quota." in sentence
        assert present(server.url, "answers", "best", 1) == [0] * acknowledged
        assert "Traceback" not in server.log.read_text()


def half_sent(phone: PlainPhone, rest: str, what: str = "review") -> socket.socket:
    """A connection over which the beginning of a message has come."""
    host, _, port = phone.host.partition(":")
    connection = socket.create_connection((host, int(port)))
    own = f"Host: {phone.host}\r\nOrigin: http://{phone.host}\r\nCookie: {phone.cookie}\r\n"
    connection.sendall(f"POST /join/{what} HTTP/1.1\r\n{own}{rest}".encode())
    return connection


def received(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))
