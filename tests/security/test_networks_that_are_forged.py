"""Phones that send what they did not train, another's network, or floods: refused in words, and others' stay."""

import json
from typing import Any

import pytest

from rnn_compare.presets import PHONES
from tests.phones import PlainPhone, last, present

from .conftest import Server

RIGHT = [250, 260, 270, 280, 290, 280, 270, 260]


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
    """What a phone has to train."""
    return dict(zip(("cell", "seed"), last(phone.events(), "own")["deal"], strict=True))


def send(phone: PlainPhone, **network: object) -> tuple[int, str]:
    """Sends what a phone may send, with these fields in place of its own."""
    status, content = phone.send("trained", {**dealt(phone), "right": RIGHT, **network})
    answer = json.loads(content)
    return status, answer.get("said", "")


def networks(lecture: Server) -> list[tuple[str, int, list[int]]]:
    return [(network["cell"], network["seed"], network["right"]) for network in present(lecture.url, "networks")]


@pytest.mark.parametrize(
    "forged",
    [
        {"cell": "LSTM"},
        {"seed": 3},
        {"seed": True},
        {"seed": 10_001},
        {"cell": ["SimpleRNN"]},
        {"cell": None},
        {"right": [501] * 8},
        {"right": [500.5] * 8},
        {"right": [-1] * 8},
        {"right": [True] * 8},
        {"right": ["250"] * 8},
        {"right": [250] * 9},
        {"right": {"0": 250}},
        {"right": None},
        {"right": 10**400},
    ],
)
def test_a_network_that_this_phone_cannot_have_trained_counts_nowhere(
    lecture: Server, phones: list[PlainPhone], forged: dict[str, object]
) -> None:
    status, sentence = send(phones[0], **forged)
    assert status == 409
    assert sentence.endswith(".")
    assert networks(lecture) == []


def test_a_network_is_sent_once_and_repeated_messages_change_nothing(lecture: Server, phones: list[PlainPhone]) -> None:
    assert send(phones[0])[0] == 200
    assert send(phones[0])[0] == 200, "a phone that got no answer sends it again"
    status, sentence = send(phones[0], right=[500] * 8)
    assert (status, sentence) == (409, "This phone has sent its network already.")
    assert networks(lecture) == [(*dealt(phones[0]).values(), RIGHT)]


def test_nobody_sends_or_changes_the_network_of_another_device(lecture: Server, phones: list[PlainPhone]) -> None:
    victim, thief = phones
    assert send(victim)[0] == 200
    assert send(thief, **dealt(victim), right=[0] * 8)[0] == 409
    assert send(thief, seed=dealt(victim)["seed"])[0] == 409
    assert send(thief, device=victim.cookie)[0] == 400
    assert networks(lecture) == [(*dealt(victim).values(), RIGHT)]


def test_a_flood_is_held_up_and_others_are_heard(lecture: Server, phones: list[PlainPhone]) -> None:
    statuses = [send(phones[0], right=[place] * 8)[0] for place in range(60)]
    assert set(statuses) == {200, 409, 429}
    assert send(phones[1])[0] == 200
    assert sorted(cell for cell, _, _ in networks(lecture)) == ["LSTM", "SimpleRNN"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Cookie": "a=b"}]
)
def test_another_sites_page_and_a_browser_without_a_cookie_send_no_network(
    lecture: Server, phones: list[PlainPhone], headers: dict[str, str]
) -> None:
    message = {**dealt(phones[0]), "right": RIGHT}
    assert phones[0].send("trained", message, **headers)[0] == 403
    assert networks(lecture) == []


def test_nobody_sees_a_network_of_another_before_the_presenter_shows_them(
    lecture: Server, phones: list[PlainPhone]
) -> None:
    assert send(phones[0], right=[*RIGHT[:7], 367])[0] == 200
    before = phones[1].events()
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
