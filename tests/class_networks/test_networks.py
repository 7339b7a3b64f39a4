"""A class's networks: each device has a cell and a seed of its own, and what it sends is taken once or refused."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.class_networks import trained
from rnn_compare.class_networks.networks import ClassNetwork, divided, recorded
from rnn_compare.class_networks.task import OWN_SEEDS, class_task, packed_bits, seed_of, unpacked_bits
from rnn_compare.errors import UserError
from rnn_compare.lecture.class_training import FEWEST
from rnn_compare.lecture.classroom.classroom import MOST_DEVICES, Classroom
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK, PHONES, SHORT
from tests.kit.classes import exported, send, some_correct

TASK = class_task(PHONES.name)
RIGHT = [250, 260, 270, 280, 290, 280, 270, 260]
CORRECT, PLACES = some_correct(RIGHT), np.arange(504)
FIRST, SECOND, OWN = (seed_of(1, number) for number in (1, 2, OWN_SEEDS + 1))
"""Seeds of the first lecture."""


@pytest.fixture
def training(restart: Callable[[], Classroom]) -> Classroom:
    classroom = restart()
    classroom.begin("luck", task=PHONES.name)
    for device in "abc":
        classroom.join(device)
    classroom.start_task()
    return classroom


def test_no_two_devices_of_any_class_are_dealt_the_same_and_none_a_seed_of_the_servers() -> None:
    deals = [TASK.deal(lecture, number) for lecture in (1, 2) for number in range(1, MOST_DEVICES + 1)]
    assert len({seed for _, seed in deals}) == 2 * MOST_DEVICES
    assert {cell for cell, _ in deals[:2]} == {"SimpleRNN", "LSTM"}
    own = {seed_of(lecture, OWN_SEEDS + number) for lecture in (1, 2) for number in range(1, FEWEST + 1)}
    of_recording = {seed for _, seed in recorded(PHONES.name)}
    assert len(own | of_recording | {seed for _, seed in deals}) == 2 * MOST_DEVICES + 2 * FEWEST + len(of_recording)


@pytest.mark.parametrize(
    ("cell", "seed", "right", "sentence"),
    [
        ("LSTM", FIRST, RIGHT, "was dealt SimpleRNN no. 1"),
        ("SimpleRNN", FIRST + 2, RIGHT, "was dealt SimpleRNN no. 1"),
        ("SimpleRNN", float(FIRST), RIGHT, "was dealt"),
        ("SimpleRNN", FIRST, RIGHT[:7], "each of 8 epochs"),
        ("SimpleRNN", FIRST, 290, "each of 8 epochs"),
        ("SimpleRNN", FIRST, [*RIGHT[:7], 501], "0 to 500 can be right"),
        ("SimpleRNN", FIRST, [*RIGHT[:7], -1], "0 to 500"),
        ("SimpleRNN", FIRST, [*RIGHT[:7], 250.5], "0 to 500"),
        ("SimpleRNN", FIRST, [*RIGHT[:7], True], "0 to 500"),
    ],
)
def test_what_no_training_of_this_device_gives_is_refused(
    training: Classroom, cell: object, seed: object, right: object, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        training.send_network("a", cell, seed, right, CORRECT)
    assert training.networks.all() == []


def test_a_device_sends_once_and_the_same_again_is_the_same(training: Classroom) -> None:
    for _ in range(2):
        training.send_network("a", "SimpleRNN", FIRST, RIGHT, CORRECT)
    with pytest.raises(UserError, match="already"):
        training.send_network("a", "SimpleRNN", FIRST, [500] * 8, some_correct([500]))
    assert training.contribution("a").sent
    assert [network.correct for network in training.networks.all()] == [CORRECT]


def test_a_device_that_cannot_train_is_counted_through_a_restart_until_it_can(
    training: Classroom, restart: Callable[[], Classroom]
) -> None:
    with training.pages.opened("a"), training.pages.opened("b"):
        assert training.phones_training() == {"SimpleRNN": 1, "LSTM": 1}
        for _ in range(2):
            training.send_network("a", "SimpleRNN", FIRST, [], "")
        assert training.phones_training() == {"LSTM": 1}
    again = restart()
    assert again.networks.unable == 1
    assert again.networks.all() == again.networks.sent() == []
    [row] = exported(again)
    assert (row["device"], row["origin"], row["best"], row["last"]) == ("1", "cannot train", "", "")
    again.send_network("a", "SimpleRNN", FIRST, RIGHT, CORRECT)
    assert restart().networks.unable == 0
    assert [network.best for network in restart().networks.all()] == [290]


def test_nothing_is_taken_after_the_lecture_nor_before_the_phones_of_the_next_one_train(training: Classroom) -> None:
    training.end()
    assert training.contribution("a").deal is None
    with pytest.raises(UserError, match="not training"):
        training.send_network("a", "SimpleRNN", FIRST, RIGHT, CORRECT)
    training.begin("luck", task=PHONES.name)
    training.join("a")
    deal = TASK.deal(2, 1)
    with pytest.raises(UserError, match="not training"):
        training.send_network("a", *deal, RIGHT, CORRECT)
    training.start_task()
    training.send_network("a", *deal, RIGHT, CORRECT)


@pytest.mark.parametrize(
    ("device", "cell", "right"),
    [
        ("b", "LSTM", [0] * 8),
        ("a", "SimpleRNN", [*[0] * 7, 300]),
        ("a", "SimpleRNN", [*RIGHT[:7], 380]),
        ("a", "SimpleRNN", [240] * 8),
        ("b", "LSTM", RIGHT),
        ("b", "LSTM", [*RIGHT[:7], 395]),
    ],
)
def test_a_result_far_from_all_that_are_known_waits_unseen_until_it_is_repeated(
    training: Classroom, restart: Callable[[], Classroom], device: str, cell: str, right: list[int]
) -> None:
    send(training, device, right)
    training.show_task()
    training.add_networks([ClassNetwork("LSTM", OWN, (360,) * 8, origin="server")])
    again = restart()
    assert [network.seed for network in again.networks.all()] == [OWN]
    assert [network.cell for network in again.networks.waiting()] == [cell]
    again.end()
    for server in (again, restart()):
        assert [network.seed for network in server.classes()[0].networks] == [OWN]


def test_an_honest_result_that_was_far_is_seen_once_it_is_repeated_and_others_are_measured_by_it(
    training: Classroom,
) -> None:
    send(training, "b", [*RIGHT[:7], 340])
    send(training, "d", [*RIGHT[:7], 330])
    assert training.networks.all() == []
    training.mark_network(("LSTM", SECOND), "repeated")
    assert [network.best for network in training.networks.all()] == [340, 330]


def test_without_a_recording_only_what_no_network_gets_waits_until_some_are_known(
    restart: Callable[[], Classroom],
) -> None:
    classroom = restart()
    classroom.begin("own", task=SHORT.name)
    classroom.start_task()
    for device, best in zip("abcd", (1600, 1200, 1100, 1400), strict=True):
        send(classroom, device, [800] * 4 + [best])
    assert [network.best for network in classroom.networks.waiting()] == [1600]
    classroom.add_networks(ClassNetwork("SimpleRNN", seed, (900 + seed,) * 5, origin="server") for seed in range(5))
    assert [network.best for network in classroom.networks.waiting()] == [1600, 1100]


@pytest.mark.thorough
def test_of_a_hundred_honest_networks_hardly_any_waits(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    deals = [(cell, seed_of(9, number)) for cell in TASK.cells for number in range(1, 51)]
    assert len(divided(PHONES.name, trained(deals))[1]) <= 2


def test_the_csv_has_a_row_for_each_network(training: Classroom) -> None:
    training.send_network("b", "LSTM", SECOND, RIGHT, CORRECT)
    training.add_networks([ClassNetwork("SimpleRNN", OWN, (1, 3, 2), origin="server", at=time.time() + 1)])
    of_phone, own = exported(training)
    assert [(row["lecture"], row["question"]) for row in (of_phone, own)] == [("luck", PHONES.name)] * 2
    columns = ("origin", "device", "cell", "seed", "best", "last")
    assert [of_phone[name] for name in columns] == ["phone", "2", "LSTM", "20002", "290", "260"]
    assert [own[name] for name in columns] == ["server", "", "SimpleRNN", "25001", "3", "2"]
    assert own["right reviews by epoch"] == "1 3 2"


@given(st.lists(st.integers(0, 500), min_size=8, max_size=8), st.lists(st.booleans(), min_size=500, max_size=500))
def test_every_possible_result_is_taken_as_it_was_sent(right: list[int], correct: list[bool]) -> None:
    assert TASK.checked_right(right) == tuple(right)
    sent = TASK.checked_correct(packed_bits(np.array(correct)), sum(correct))
    assert unpacked_bits(sent, 500).astype(bool).tolist() == correct


@pytest.mark.parametrize(
    "correct",
    [
        *("", CORRECT[:-4], f"{CORRECT}AAAA", CORRECT[:-1], f"{CORRECT[:-1]}/", f" {CORRECT}", "\u0100" * 84),
        *(some_correct([289]), some_correct([291]), packed_bits((PLACES < 290) | (PLACES >= 500))),
        *(None, 290, [CORRECT], {"0": 1}, True, 10**400),
    ],
)
def test_reviews_that_contradict_the_count_of_the_best_epoch_are_refused_at_once(
    training: Classroom, correct: object
) -> None:
    with pytest.raises(UserError, match="which of 500 reviews were right after its best epoch: 290"):
        training.send_network("a", "SimpleRNN", FIRST, RIGHT, correct)
    assert training.networks.all() == []


def test_a_preset_with_one_cell_twice_or_with_adam_does_not_suit_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert class_task(BOOK.name).cells == ["SimpleRNN", "LSTM"]
    with pytest.raises(UserError, match="does not suit phones"):
        class_task("Long memory")
    adam = replace(PHONES, name="by adam", settings=PHONES.settings | {"optimizer": "adam"})
    monkeypatch.setattr("rnn_compare.class_networks.task.PRESETS", (adam,))
    with pytest.raises(UserError, match="Adam does not suit phones"):
        class_task(adam.name)
