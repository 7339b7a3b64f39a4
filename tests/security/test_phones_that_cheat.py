"""Phones that forge, repeat, flood and pry: refused in words, nothing shown, nothing lost.

What makes an answer, a row or a network a sound one: ``tests/lecture``; who comes in at all: ``test_doors.py``.
"""

import contextlib
import http.client
import json
from typing import Any

import pytest

from rnn_compare.presets import PHONES
from tests.kit.classes import some_correct
from tests.kit.phones import BEST, PlainPhone, last, present, put
from tests.kit.servers import Server

SURE = BEST | {"confidence": True}
RIGHT = [250, 260, 270, 280, 290, 280, 270, 367]
VOTE = {"question": "best", "round": 1, "answer": 1}
NAME = "rnn_compare_visitor"
COOKIES = ("", f"{NAME}=", f"{NAME}=' OR 1=1 --", f"{NAME}={'A' * 32}", f"{NAME}={'a' * 33}", f"other={'a' * 32}")
REFUSED: list[tuple[str, Any, int, str]] = [
    ("answer", VOTE | {"question": {"a": []}}, 409, "not open"),
    *(("answer", VOTE | {"round": other}, 409, "another round") for other in (0, True, "1")),
    ("answer", VOTE | {"confidence": 10**400}, 409, "guessing, fairly sure, sure"),
    *(("answer", VOTE | {"number": number}, 400, "a whole number") for number in ("9", 9.5, True)),
    ("answer", VOTE | {"device": f"{NAME}=another's"}, 400, "Expected JSON"),
    ("row", {"row": 10**400}, 409, "Enter a row from 1 to 99"),
    ("review", {"text": "x" * 8192}, 413, "Too long"),
]
"""What a phone sends, and the status and a part of the sentence that it gets."""


@pytest.fixture(autouse=True)
def _asked(lecture: Server) -> None:
    put(lecture.url, SURE)
    present(lecture.url, "open_reviews", True)
    present(lecture.url, "ask_rows", True)


def answered(lecture: Server) -> list[object]:
    return list(present(lecture.url, "answers", "best", 1))


def said(content: str) -> str:
    """The sentence of a refusal; a page of errors is none."""
    sentence = str(json.loads(content)["said"])
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    return sentence


def test_what_no_page_sends_is_refused_in_words_and_counts_nowhere(lecture: Server) -> None:
    phone = PlainPhone(lecture.host)
    for what, message, status, reason in REFUSED:
        answer, content = phone.send(what, message)
        assert (answer, reason in said(content)) == (status, True), content
    for cookie in COOKIES:
        forger = PlainPhone(lecture.host, cookie)
        for status, content in (forger.answer(1), forger.ask("GET", "/join/events")[::2]):
            assert (status, "cookie" in said(content)) == (403, True)
    own = last(phone.events('"rows":true'), "own")
    assert (own["answer"], own["row"], answered(lecture), present(lecture.url, "reviews")) == (None, None, [], [])


def test_an_honest_phone_is_heard_once_however_often_it_sends_and_a_flood_is_held_up(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    assert phone.answer(1, "best", 1, 2)[0] == 200
    own, others = (last(device.events(), "own") for device in (phone, other))
    assert (own["answer"], own["confidence"]) == (1, 2)
    assert (others["answer"], others["confidence"]) == (None, None), "nobody sees what another has answered"
    assert phone.cookie.partition("=")[2] not in other.events()
    assert {phone.answer(1)[0] for _ in range(60)} == {200, 429}
    assert answered(lecture) == [1]
    assert other.answer(0)[0] == 200, "others are still heard"


def test_a_message_that_comes_after_a_later_one_of_its_kind_counts_nowhere(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    for what, early, late in (
        ("answer", VOTE | {"answer": 0}, VOTE),
        ("row", {"row": 3}, {"row": 4}),
        ("review", {"text": "A bad film."}, {"text": "A good film."}),
    ):
        assert phone.send(what, late | {"number": 8})[0] == 200
        status, content = phone.send(what, early | {"number": 7})
        assert (status, said(content)) == (409, "You have sent another one since, which counts.")
        assert phone.send(what, late | {"number": 8})[0] == 200, "a browser may send the same again"
        assert other.send(what, early | {"number": 1})[0] == 200, "each phone counts by itself"
    own = last(phone.events('"rows":true'), "own")
    assert (own["answer"], own["row"]) == (1, 4)
    assert [review["text"] for review in present(lecture.url, "reviews")] == ["A good film.", "A bad film."]


def test_one_device_cannot_hold_all_of_the_servers_connections(lecture: Server) -> None:
    phone, statuses = PlainPhone(lecture.host), []
    assert phone.ask("HEAD", "/join/events")[1]["x-accel-buffering"] == "no", "which is answered at once"
    with contextlib.ExitStack() as held:
        for _ in range(12):
            connection = held.enter_context(contextlib.closing(http.client.HTTPConnection(lecture.host, timeout=60)))
            connection.request("GET", "/join/events", headers={"Cookie": phone.cookie})
            answer = connection.getresponse()
            answer.read1(100)
            statuses.append(answer.status)
        assert statuses == [200] * 8 + [429] * 4
        assert PlainPhone(lecture.host).answer(1)[0] == 200, "others are still heard"


def test_a_phones_network_counts_once_and_no_other_phone_sees_it_before_it_is_shown(lecture: Server) -> None:
    present(lecture.url, "begin", "luck", False, [], PHONES.name)
    present(lecture.url, "show_step", 0, "Your networks", "")
    present(lecture.url, "start_task")
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    (cell, seed), (other_cell, _) = (last(device.events(), "own")["deal"] for device in (phone, other))
    assert (cell, other_cell) == ("SimpleRNN", "LSTM")
    network = {"cell": cell, "seed": seed, "right": RIGHT, "correct": some_correct(RIGHT)}
    assert phone.send("trained", network | {"right": 10**400})[0] == 409
    statuses = [device.send("trained", network)[0] for device in (phone, phone, other)]
    assert statuses == [200, 200, 409], "a phone that got no answer sends it again"
    assert [network["right"] for network in present(lecture.url, "networks")] == [RIGHT]
    before = other.events('"trains":true')
    assert "367" not in before
    assert last(before, "state")["task"]["cells"] is None
    present(lecture.url, "show_task")
    cells = last(other.events('"cells":[{'), "state")["task"]["cells"]
    assert [(row["cell"], row["bests"]) for row in cells] == [("SimpleRNN", [367]), ("LSTM", [])]
    assert phone.ask("GET", "/join/worker.js")[1]["content-type"].startswith("text/javascript")
    present(lecture.url, "end")
    assert phone.ask("GET", "/join/task")[::2] == (404, "Phones train nothing in this lecture.")
