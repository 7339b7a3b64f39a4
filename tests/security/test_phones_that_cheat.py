"""Phones that forge, repeat, flood and pry: refused in words, nothing shown, nothing lost.

What makes an answer, a row or a network a sound one: ``tests/lecture``.
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


@pytest.fixture(autouse=True)
def _asked(lecture: Server) -> None:
    put(lecture.url)
    present(lecture.url, "open_reviews", True)


def answered(lecture: Server) -> list[object]:
    return list(present(lecture.url, "answers", "best", 1))


def said(content: str) -> str:
    """The sentence of a refusal; a page of errors is none."""
    sentence = str(json.loads(content)["said"])
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    return sentence


def test_an_honest_phone_is_heard(lecture: Server) -> None:
    phone = PlainPhone(lecture.host)
    assert phone.answer(1)[0] == 200
    assert answered(lecture) == [1]
    assert last(phone.events(), "own")["answer"] == 1


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "rnn_compare_visitor=",
        "rnn_compare_visitor=me",
        "rnn_compare_visitor=' OR 1=1 --",
        f"rnn_compare_visitor={'A' * 32}",
        f"rnn_compare_visitor={'a' * 33}",
        f"other={'a' * 32}",
    ],
)
def test_a_cookie_that_no_server_gave_is_refused(lecture: Server, cookie: str) -> None:
    phone = PlainPhone(lecture.host, cookie)
    for status, content in (phone.answer(1), phone.ask("GET", "/join/events")[::2]):
        assert status == 403
        assert "cookie" in said(content)
    assert answered(lecture) == []


@pytest.mark.parametrize(
    ("question", "round_", "reason"),
    [
        ("another", 1, "not open"),
        (None, 1, "not open"),
        ({"a": []}, 1, "not open"),
        ("best", 2, "another round"),
        ("best", 0, "another round"),
        ("best", True, "another round"),
        ("best", "1", "another round"),
    ],
)
def test_an_answer_to_another_question_or_round_counts_nowhere(
    lecture: Server, question: object, round_: object, reason: str
) -> None:
    status, content = PlainPhone(lecture.host).answer(1, question, round_)
    assert status == 409
    assert reason in said(content)
    assert answered(lecture) == []


def test_how_sure_a_phone_is_no_other_sees_and_what_is_no_confidence_is_refused_with_its_answer(
    lecture: Server,
) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    assert "does not ask" in said(phone.answer(1, "best", 1, 2)[1])
    put(lecture.url, SURE)
    for confidence in (True, 10**400):
        status, content = phone.answer(1, "best", 1, confidence)
        assert (status, said(content)) == (409, "Choose one of: guessing, fairly sure, sure.")
    assert answered(lecture) == []
    assert phone.answer(1, "best", 1, 2)[0] == 200
    assert last(phone.events(), "own")["confidence"] == 2
    assert last(other.events('"confidence":["guessing","fairly sure","sure"]'), "own")["confidence"] is None


def test_a_message_that_comes_after_a_later_one_of_its_kind_counts_nowhere(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    present(lecture.url, "ask_rows", True)
    vote = {"question": "best", "round": 1}
    for what, early, late in (
        ("answer", vote | {"answer": 0}, vote | {"answer": 1}),
        ("row", {"row": 3}, {"row": 4}),
        ("review", {"text": "A bad film."}, {"text": "A good film."}),
    ):
        assert phone.send(what, late | {"number": 8})[0] == 200
        status, content = phone.send(what, early | {"number": 7})
        assert (status, said(content)) == (409, "You have sent another one since, which counts.")
        assert phone.send(what, late | {"number": 8})[0] == 200, "a browser may send the same again"
        for number in ("9", 9.5, True, [9]):
            assert phone.send(what, early | {"number": number})[0] == 400
        assert other.send(what, early | {"number": 1})[0] == 200, "each phone counts by itself"
    own = last(phone.events('"rows":true'), "own")
    assert (own["answer"], own["row"]) == (1, 4)
    assert [review["text"] for review in present(lecture.url, "reviews")] == ["A good film.", "A bad film."]


def test_what_is_no_row_is_refused_and_so_is_one_that_nobody_asked_for(lecture: Server) -> None:
    phone = PlainPhone(lecture.host)
    assert "do not ask for rows" in said(phone.send("row", {"row": 3})[1])
    present(lecture.url, "ask_rows", True)
    for row in (True, 10**400):
        status, content = phone.send("row", {"row": row})
        assert (status, said(content)) == (409, "Enter a row from 1 to 99.")
    assert last(phone.events('"rows":true'), "own")["row"] is None


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
    assert (
        sorted((sign["colour"], sign["shape"]) for sign in signs)
        == [("red", "circle")] * 2 + [("yellow", "circle")] * 2
    )
    assert [set(re.findall('"colour":"(.*?)"', heard)) for heard in events] == [{sign["colour"]} for sign in signs]
    assert all(other.cookie.partition("=")[2] not in heard for heard in events for other in phones)


def test_a_repeated_answer_counts_once_and_a_flood_is_held_up(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    statuses = [phone.answer(1)[0] for _ in range(60)]
    assert set(statuses) == {200, 429}
    assert answered(lecture) == [1]
    assert other.answer(0)[0] == 200, "others are still heard"


def test_nobody_votes_for_another_device(lecture: Server) -> None:
    victim, thief = PlainPhone(lecture.host), PlainPhone(lecture.host)
    victim.answer(0)
    for message in (
        {"question": "best", "round": 1, "answer": 1, "device": victim.cookie},
        [{"question": "best", "round": 1, "answer": 1}],
    ):
        status, content = thief.send("answer", message)
        assert status == 400
        said(content)
    assert answered(lecture) == [0]
    assert last(thief.events(), "own")["answer"] is None, "nor sees what another has answered"
    assert victim.cookie.partition("=")[2] not in thief.events()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 8000, 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        (b'{"question": "best", "round": 1}', 400),
        (b'{"text": "' + b"x" * 8192 + b'"}', 413),
        (b"x" * 2_000_000, 413),
    ],
)
def test_what_is_malformed_or_too_long_is_refused(lecture: Server, body: bytes, status: int) -> None:
    phone = PlainPhone(lecture.host)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it would not read so much
        answer, content = phone.send("answer", body)
        assert answer == status
        said(content)
    assert answered(lecture) == []


@pytest.mark.parametrize("path", ["answer", "review", "row", "trained"])
def test_another_sites_page_and_a_plain_form_send_nothing(lecture: Server, path: str) -> None:
    phone = PlainPhone(lecture.host)
    origins = [{"Origin": origin} for origin in ("http://evil.example", "null", "")]
    for headers in (*origins, *({"Sec_Fetch_Site": site} for site in ("cross-site", "same-site", "none"))):
        status, content = phone.send(path, {}, **headers)
        assert status == 403
        assert "own page" in said(content)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, content = phone.send(path, {}, Content_Type=kind)
        assert status == 415
        said(content)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["answer", "events", "join.js"])
def test_only_these_ways_in_are_open(lecture: Server, method: str, path: str) -> None:
    phone = PlainPhone(lecture.host)
    assert phone.ask(method, f"/join/{path}", b"{}")[0] == 405
    others = ["/join", "/join/", "/join/events", "/join/join.js", "/join/answer/", "/x/join/answer", "/join//answer"]
    for other in others:
        assert phone.ask("POST", other, b"{}", Content_Type="application/json")[0] == 405


def test_markup_in_a_review_stays_text_and_reaches_nobody_before_it_is_shown(lecture: Server) -> None:
    phone, other = PlainPhone(lecture.host), PlainPhone(lecture.host)
    assert phone.send("review", {"text": f"{SCRIPT}\u0000\u202e\n\nA film."})[0] == 200
    [sent] = present(lecture.url, "reviews")
    assert sent["text"] == f"{SCRIPT}\n\nA film."
    assert "A film." not in other.events()
    present(lecture.url, "show_review", sent["id"], ["LSTM: positive"])
    assert last(other.events('"wall":{'), "state")["wall"]["text"] == sent["text"]
    present(lecture.url, "show_review", None)


def test_the_pages_policy_runs_no_foreign_script_and_is_not_framed(lecture: Server) -> None:
    _, headers, content = PlainPhone(lecture.host).ask("GET", "/join")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "default-src 'none'" in content
    assert headers["x-content-type-options"] == "nosniff"
    assert "HttpOnly" in PlainPhone(lecture.host, "").ask("GET", "/join")[1]["set-cookie"]


def test_one_device_cannot_hold_all_of_the_servers_connections(lecture: Server) -> None:
    phone = PlainPhone(lecture.host)
    held = [http.client.HTTPConnection(lecture.host, timeout=60) for _ in range(12)]
    statuses = []
    for connection in held:
        connection.request("GET", "/join/events", headers={"Cookie": phone.cookie})
        answer = connection.getresponse()
        answer.read1(100)
        statuses.append(answer.status)
    assert statuses == [200] * 8 + [429] * 4
    assert PlainPhone(lecture.host).answer(1)[0] == 200, "others are still heard"
    for connection in held:
        connection.close()


def test_asking_for_the_events_head_alone_is_answered_at_once(lecture: Server) -> None:
    status, headers, _ = PlainPhone(lecture.host).ask("HEAD", "/join/events")
    assert status == 200
    assert headers["x-accel-buffering"] == "no"


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
    answer = json.loads(content)
    return status, answer.get("said", "")


def networks(lecture: Server) -> list[tuple[str, int, list[int]]]:
    return [(network["cell"], network["seed"], network["right"]) for network in present(lecture.url, "networks")]


def test_a_network_counts_once_and_neither_one_that_this_phone_cannot_have_trained_nor_another_devices(
    lecture: Server, phones: list[PlainPhone]
) -> None:
    victim, thief = phones
    wrong: list[dict[str, object]] = [{"cell": ["LSTM"]}, {"cell": None}, {"seed": 3}]
    wrong += [{"right": right} for right in ({"0": 250}, None, 10**400, ["250"] * 8)]
    wrong += [{"correct": correct} for correct in ("", None, [1] * 500, some_correct([289]), "x" * 84)]
    for forged in wrong:
        status, sentence = send(victim, **forged)
        assert status == 409
        assert sentence.endswith(".")
    assert networks(lecture) == []
    for _ in range(2):
        assert send(victim)[0] == 200, "a phone that got no answer sends it again"
    assert send(victim, right=[500] * 8) == (409, "This phone has sent its network already.")
    assert send(thief, **dealt(victim), right=[0] * 8)[0] == 409
    assert send(thief, device=victim.cookie)[0] == 400
    assert networks(lecture) == [(*dealt(victim).values(), RIGHT)]


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


def test_reviews_and_worker_are_served_while_phones_train_and_the_reviews_no_longer(
    lecture: Server, phones: list[PlainPhone]
) -> None:
    status, fields, _ = phones[0].ask("GET", "/join/worker.js")
    assert (status, fields["content-type"].partition(";")[0]) == (200, "text/javascript")
    present(lecture.url, "end")
    assert phones[0].ask("GET", "/join/task")[::2] == (404, "Phones train nothing in this lecture.")
