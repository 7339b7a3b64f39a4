"""Phones that forge, repeat, flood and pry: refused in words, nothing shown, nothing lost.

What makes an answer, a row or a network a sound one: ``tests/lecture``; who comes in at all: ``test_doors.py``.
"""

import contextlib
import http.client
import json
import re
from typing import Any

import pytest

from rnn_compare.presets import PHONES
from tests.kit.classes import some_correct
from tests.kit.phones import BEST, PlainPhone, last, present, put
from tests.kit.servers import Server

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
SURE = BEST | {"confidence": True}
RIGHT = [250, 260, 270, 280, 290, 280, 270, 260]
VOTE = {"question": "best", "round": 1, "answer": 1}
HUGE = 10**400
OTHERS: tuple[Any, ...] = ("another", None, {"a": []})
NAME = "rnn_compare_visitor"
COOKIES = ("", f"{NAME}=", f"{NAME}=me", f"{NAME}=' OR 1=1 --", f"{NAME}={'A' * 32}", f"{NAME}={'a' * 33}", "other=aa")
REFUSED: list[tuple[str, Any, int, str]] = [
    *(("answer", VOTE | {"question": other}, 409, "not open") for other in OTHERS),
    *(("answer", VOTE | {"round": other}, 409, "another round") for other in (2, 0, True, "1")),
    *(("answer", VOTE | {"confidence": sure}, 409, "guessing, fairly sure, sure") for sure in (True, HUGE)),
    *(("row", {"row": row}, 409, "Enter a row from 1 to 99") for row in (True, HUGE)),
    *(("answer", VOTE | {"number": number}, 400, "a whole number") for number in ("9", 9.5, True, [9])),
    ("answer", VOTE | {"device": "rnn_compare_visitor=another's"}, 400, "Expected JSON"),
    ("answer", [VOTE], 400, "Expected JSON"),
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


@pytest.mark.parametrize(("what", "message", "status", "reason"), REFUSED)
def test_what_no_page_sends_is_refused_in_words_and_counts_nowhere(
    lecture: Server, what: str, message: object, status: int, reason: str
) -> None:
    phone = PlainPhone(lecture.host)
    answer, content = phone.send(what, message)
    assert (answer, reason in said(content)) == (status, True), content
    own = last(phone.events('"rows":true'), "own")
    assert (own["answer"], own["row"], answered(lecture), present(lecture.url, "reviews")) == (None, None, [], [])


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_cookie_that_no_server_gave_is_refused(lecture: Server, cookie: str) -> None:
    phone = PlainPhone(lecture.host, cookie)
    for status, content in (phone.answer(1), phone.ask("GET", "/join/events")[::2]):
        assert status == 403
        assert "cookie" in said(content)
    assert answered(lecture) == []


def test_two_megabytes_are_not_even_read(lecture: Server) -> None:
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it would not read so much
        assert PlainPhone(lecture.host).send("answer", b"x" * 2_000_000)[0] == 413
    assert answered(lecture) == []


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
    put(lecture.url)
    assert "does not ask" in said(other.answer(1, "best", 1, 2)[1])
    assert "do not ask for rows" in said(other.send("row", {"row": 3})[1])


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


def test_a_phone_gets_its_own_sign_alone(lecture: Server) -> None:
    phones = [PlainPhone(lecture.host) for _ in range(4)]
    with contextlib.ExitStack() as stack:
        for place, phone in enumerate(phones):
            assert phone.answer(place % 2)[0] == 200
            next(stack.enter_context(contextlib.closing(phone.listen())))  # its page is open
        present(lecture.url, "close_vote")
        present(lecture.url, "pair_neighbours")
        events = [phone.events('"phase":"closed"') for phone in phones]
    signs = [last(heard, "own")["sign"] for heard in events]
    assert sorted((sign["colour"], sign["shape"]) for sign in signs) == [
        *[("red", "circle")] * 2,
        *[("yellow", "circle")] * 2,
    ]
    assert [set(re.findall('"colour":"(.*?)"', heard)) for heard in events] == [{sign["colour"]} for sign in signs]
    assert all(other.cookie.partition("=")[2] not in heard for heard in events for other in phones)


def test_markup_in_a_review_stays_text_and_reaches_nobody_before_it_is_shown(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    assert phone.send("review", {"text": f"{SCRIPT}\u0000\u202e\n\nA film."})[0] == 200
    [sent] = present(lecture.url, "reviews")
    assert sent["text"] == f"{SCRIPT}\n\nA film."
    assert "A film." not in other.events()
    present(lecture.url, "show_review", sent["id"], ["LSTM: positive"])
    assert last(other.events('"wall":{'), "state")["wall"]["text"] == sent["text"]
    present(lecture.url, "show_review", None)


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


@pytest.fixture
def phones(lecture: Server) -> list[PlainPhone]:
    """Two phones of a class that trains: a SimpleRNN with seed 1 and an LSTM with seed 2."""
    present(lecture.url, "begin", "luck", False, [], PHONES.name)
    present(lecture.url, "show_step", 0, "Your networks", "")
    present(lecture.url, "start_task")
    joined = [PlainPhone(lecture.host) for _ in range(2)]
    assert [dealt(phone)["cell"] for phone in joined] == ["SimpleRNN", "LSTM"]
    return joined


def dealt(phone: PlainPhone) -> dict[str, Any]:
    return dict(zip(("cell", "seed"), last(phone.events(), "own")["deal"], strict=True))


def send(phone: PlainPhone, **network: object) -> tuple[int, str]:
    right = network.get("right", RIGHT)
    correct = some_correct(right) if isinstance(right, list) and isinstance(right[0], int) else ""
    status, content = phone.send("trained", {**dealt(phone), "right": RIGHT, "correct": correct, **network})
    return status, json.loads(content).get("said", "")


def test_a_network_counts_once_and_neither_one_that_this_phone_cannot_have_trained_nor_another_devices(
    lecture: Server, phones: list[PlainPhone]
) -> None:
    victim, thief = phones
    wrong: list[dict[str, object]] = [
        {"cell": ["LSTM"]},
        {"seed": 3},
        {"right": HUGE},
        {"correct": some_correct([289])},
    ]
    for forged in wrong:
        status, sentence = send(victim, **forged)
        assert (status, sentence.endswith(".")) == (409, True)
    assert present(lecture.url, "networks") == []
    for _ in range(2):
        assert send(victim)[0] == 200, "a phone that got no answer sends it again"
    assert send(victim, right=[500] * 8) == (409, "This phone has sent its network already.")
    assert send(thief, **dealt(victim), right=[0] * 8)[0] == 409
    assert send(thief, device=victim.cookie)[0] == 400
    [network] = present(lecture.url, "networks")
    assert (network["cell"], network["seed"], network["right"]) == (*dealt(victim).values(), RIGHT)


def test_nobody_sees_a_network_of_another_before_the_presenter_shows_them(
    lecture: Server, phones: list[PlainPhone]
) -> None:
    assert send(phones[0], right=[*RIGHT[:7], 367])[0] == 200
    before = phones[1].events('"trains":true')
    assert "367" not in before
    assert last(before, "state")["task"]["cells"] is None
    present(lecture.url, "show_task")
    cells = last(phones[1].events('"cells":[{'), "state")["task"]["cells"]
    assert [(row["cell"], row["bests"]) for row in cells] == [("SimpleRNN", [367]), ("LSTM", [])]
    assert phones[0].ask("GET", "/join/worker.js")[1]["content-type"].startswith("text/javascript")
    present(lecture.url, "end")
    assert phones[0].ask("GET", "/join/task")[::2] == (404, "Phones train nothing in this lecture.")
