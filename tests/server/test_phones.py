"""What phones are told, from the very functions that the server's routes call; and what their page weighs."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.questions import Question
from rnn_compare.lecture.trained.class_networks import ClassNetwork
from rnn_compare.presets import PHONES
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import Ended, Predictions, Started, Status, encoded
from rnn_compare.runs.record import Owner
from rnn_compare.server.app import current_app
from rnn_compare.server.phones import broadcast as module
from rnn_compare.server.phones import phone_message
from rnn_compare.server.phones.broadcast import Broadcast
from rnn_compare.server.phones.join import contents
from rnn_compare.server.services import Services
from tests.epochs import epoch_end
from tests.patience import PATIENCE
from tests.recorded import drawn

BEST = Question(id="best", kind="best_network", text="Which?", choices=("SimpleRNN(32)", "LSTM(32)"))
FIGURES = (0.61234, 0.72345, 0.83456)


@pytest.fixture
def classroom(services: Services) -> Classroom:
    services.classroom().begin("x")
    return services.classroom()


@pytest.fixture
def runs(services: Services) -> list[str]:
    """Two runs of which one epoch has ended, with figures that nothing else holds."""
    experiments = [Experiment(cell=cell, epochs=2) for cell in ("SimpleRNN", "LSTM")]
    made = services.store.create(experiments, Owner.current(), "page")
    for run, share in zip(made, FIGURES, strict=False):
        services.store.record([Started(run, 1, "", {}, 10.0), epoch_end(run, 1, share, 0.5, share, 0.5, 2.0)])
    services.refresh()
    return made


class Phone:
    """One open connection, and all that came over it."""

    def __init__(self, broadcast: Broadcast, device: str) -> None:
        self.events: AsyncIterator[bytes] = broadcast.events(device)
        self.received = b""
        self.state: dict[str, Any] = {}
        self.own: dict[str, Any] = {}

    async def until(self, holds: Callable[["Phone"], bool]) -> None:
        """Reads on until something holds."""

        async def read() -> None:
            while not (self.state and holds(self)):
                self._take(await anext(self.events))

        await asyncio.wait_for(read(), PATIENCE)

    def _take(self, event: bytes) -> None:
        self.received += event
        for kind, data in re.findall(r"event: (\w+)\ndata: (.*)\n\n", event.decode()):
            if kind in ("state", "own"):
                setattr(self, kind, json.loads(data))


def attend(classroom: Classroom, lecture: Callable[[Broadcast, Phone], Any]) -> Phone:
    """Runs a lecture before one phone, and returns the phone."""

    async def run() -> Phone:
        broadcast = Broadcast(classroom, current_app().running)
        phone = Phone(broadcast, "a")
        await lecture(broadcast, phone)
        broadcast.close()
        return phone

    return asyncio.run(run())


def test_where_nobody_answers_a_question_again_phones_do_not_show_its_first_answers_for_the_new(
    classroom: Classroom,
) -> None:
    original = Question(id="own", kind="own", text="Which gate?", choices=("in", "out"))

    async def lecture(_: Broadcast, phone: Phone) -> None:
        for question in (original, original.model_copy(update={"id": "again", "repeats": "own"})):
            classroom.show_step(0, "Predict", "Which?", question)
            classroom.open_vote()
            if question is original:
                classroom.answer("b", "own", 1, 1)
        classroom.reveal()
        await phone.until(lambda phone: phone.state["phase"] == "revealed")

    assert attend(classroom, lecture).state["tallies"] == []


def test_before_the_reveal_no_byte_to_a_phone_holds_a_figure_a_tally_or_a_right_answer(
    classroom: Classroom, runs: list[str], services: Services
) -> None:
    own_question = Question(id="own", kind="own", text="Which gate?", choices=("in", "out"), right=1)

    async def lecture(_: Broadcast, phone: Phone) -> None:
        for question in (BEST, own_question):
            classroom.hide(runs)
            classroom.show_step(0, "Predict", "Which?", question)
            classroom.open_vote()
            for device in "bcdefg":
                classroom.answer(device, question.id, 1, 1)
            await phone.until(lambda phone: phone.state["phase"] == "open")
            services.store.record([epoch_end(runs[1], 2, FIGURES[2], 0.5, FIGURES[2], 0.5, 2.0)])
            classroom.open_reviews(True)
            sent = classroom.send_review("b", "A good film.")
            classroom.show_review(sent.id, [f"LSTM: positive, {FIGURES[2]}"])
            classroom.close_vote()
            await phone.until(lambda phone: phone.state["phase"] == "closed" and phone.state["wall"] is not None)
            classroom.show_review(None)

    phone = attend(classroom, lecture)
    # Of the review, and of the lecture's time: any digits may stand there.
    content = re.sub(rb'"id":"[0-9a-f]{16}"|"lecture":\d{16}', b"", phone.received)
    assert not any(str(figure)[2:5].encode() in content for figure in FIGURES)
    assert not re.search(rb"\d\.\d", content), "not one number with a decimal point"
    assert b'"right":1' not in phone.received
    assert re.findall(rb'"curves":(?!null)|"tallies":(?!\[\])|"outcome":(?!null)', phone.received) == []


def test_after_it_the_curves_come_alive_then_the_outcome_and_ones_own_verdict(
    classroom: Classroom, runs: list[str], services: Services, monkeypatch: pytest.MonkeyPatch, reviews_cache: Path
) -> None:
    monkeypatch.setattr(module, "LIVE_SECONDS", 0.05)
    (services.store.path.parent / "reviews").symlink_to(reviews_cache / "reviews")
    labels = prepared.load("bundled").labels(Experiment(), "validation")
    assert labels is not None

    async def lecture(_: Broadcast, phone: Phone) -> None:
        classroom.hide(runs)
        classroom.show_step(0, "Predict", "Which?", BEST)
        classroom.open_vote()
        classroom.answer("a", "best", 1, 1)
        classroom.answer("b", "best", 1, 0)
        classroom.reveal()
        await phone.until(lambda phone: bool(phone.state["curves"]))
        assert [curve["figures"]["val_accuracy"] for curve in phone.state["curves"]["groups"]] == [
            packed([figure]) for figure in FIGURES[:2]
        ]
        assert phone.state["tallies"][0]["counts"] == [1, 1]
        await phone.until(lambda phone: phone.state["outcome"] is not None)
        assert not phone.state["outcome"]["final"]
        assert phone.own["right"] is None
        for run, share in zip(runs, (0.6, 0.9), strict=True):
            probabilities = encoded(drawn(labels, share, np.random.default_rng(0)))
            services.store.record(
                [
                    *(Predictions(run, epoch, "validation", share, len(labels), probabilities) for epoch in (1, 2)),
                    epoch_end(run, 2, share, 0.5, share, 0.5, 2.0),
                    Ended(run, Status.FINISHED, None, 9),
                ]
            )
        await phone.until(lambda phone: bool(phone.state["outcome"]["final"]))
        assert phone.state["outcome"]["answer"] == 1
        assert phone.own["right"] is True

    attend(classroom, lecture)


def test_votes_of_others_send_nothing_to_a_phone(classroom: Classroom) -> None:
    async def lecture(_: Broadcast, phone: Phone) -> None:
        classroom.show_step(0, "Predict", "Which?", BEST)
        classroom.open_vote()
        await phone.until(lambda phone: phone.state["phase"] == "open")
        before = len(phone.received)
        for number in range(50):
            classroom.answer(f"device {number}", "best", 1, 1)
        classroom.close_vote()
        await phone.until(lambda phone: phone.state["phase"] == "closed")
        assert phone.received[before:].count(b"event: state") == 1

    attend(classroom, lecture)


def test_news_is_made_once_for_all_phones(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    original = module._build_event

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(module, "_build_event", counted)

    async def lecture(broadcast: Broadcast, phone: Phone) -> None:
        phones = [phone, *(Phone(broadcast, f"device {number}") for number in range(30))]
        await asyncio.gather(*(member.until(lambda _: True) for member in phones))
        assert classroom.counts().here == 31
        before = len(made)
        classroom.show_step(0, "Predict", "Which?", BEST)
        await asyncio.gather(*(member.until(lambda phone: phone.state["question"] is not None) for member in phones))
        assert len(made) == before + 1

    attend(classroom, lecture)


def test_who_leaves_is_no_longer_here_and_who_comes_late_lands_at_the_present_step(classroom: Classroom) -> None:
    async def lecture(broadcast: Broadcast, phone: Phone) -> None:
        await phone.until(lambda _: True)
        assert classroom.counts().here == 1
        await phone.events.aclose()  # type: ignore[attr-defined]  # a generator
        assert classroom.counts().here == 0
        classroom.show_step(3, "The third step", "", BEST)
        late = Phone(broadcast, "late")
        await late.until(lambda phone: phone.state["title"] == "The third step")

    attend(classroom, lecture)


def test_a_step_that_cannot_be_told_does_not_silence_those_that_follow(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = module._build_event

    def breaks(services: Services | None, classroom: Classroom, state: State, is_quick: bool) -> Any:
        if state.title == "Broken":
            raise KeyError("val_loss")
        return original(services, classroom, state, is_quick)

    monkeypatch.setattr(module, "_build_event", breaks)

    async def lecture(_: Broadcast, phone: Phone) -> None:
        await phone.until(lambda _: True)
        classroom.show_step(1, "Broken", "")
        await asyncio.sleep(0.2)
        classroom.show_step(2, "Sound", "")
        await phone.until(lambda phone: phone.state["title"] == "Sound")

    attend(classroom, lecture)


def test_a_phone_has_the_steps_picture_for_as_long_as_its_step_is_shown(classroom: Classroom) -> None:
    async def lecture(_: Broadcast, phone: Phone) -> None:
        for step in (1, 2):
            classroom.show_step(step, f"Step {step}", "")
            await phone.until(lambda phone: phone.state["title"] == f"Step {step}")  # noqa: B023  # called at once
            assert phone.state["picture"] is None
            classroom.show_picture(step, f'{{"lines": ["of step {step}"]}}')
            await phone.until(lambda phone: phone.state["picture"] is not None)
            assert phone.state["picture"] == {"lines": [f"of step {step}"]}
            classroom.show_picture(0, '{"lines": ["of a wall that lags behind"]}')
        classroom.end()
        await phone.until(lambda phone: not phone.state["on"])

    assert attend(classroom, lecture).state["picture"] is None


def test_a_silent_connection_is_told_that_it_lives(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.05)

    async def lecture(_: Broadcast, phone: Phone) -> None:
        await phone.until(lambda phone: b"event: beat" in phone.received)

    attend(classroom, lecture)


def test_a_server_that_ends_ends_its_connections(classroom: Classroom) -> None:
    async def lecture(broadcast: Broadcast, phone: Phone) -> None:
        await phone.until(lambda _: True)
        broadcast.close()
        rest = [event async for event in phone.events]
        assert rest == []
        broadcast.close()

    attend(classroom, lecture)


def test_the_page_for_phones_is_small_and_asks_nobody_else() -> None:
    page = {name: packed for name, (packed, _) in contents().items() if name != "worker.js"}  # of phones that train
    texts = {name: gzip.decompress(packed).decode() for name, packed in page.items()}
    assert sum(map(len, page.values())) <= 29_000
    assert texts.keys() == {"join.html", "join.css", "join.js"}, "the scripts are one file: a request less each"
    for name, content in texts.items():
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", content) == [], name
        assert "innerHTML" not in content, "what others wrote is text"
    assert not re.search(r"\son\w+=|<style|style=", texts["join.html"]), "its own policy would refuse that"


def test_a_network_without_recurrence_has_its_dot_too() -> None:
    first, second, neither = phone_message._colors(["Averaged embeddings", "LSTM(32)", "No difference"])
    assert first
    assert second
    assert neither is None


def test_no_phone_hears_how_good_the_class_is_before_its_networks_are_shown() -> None:
    networks = [ClassNetwork("LSTM", 10_001, (300, 387))]
    for is_shown in (False, True):
        state = State("luck", task=PHONES.name, task_since=1.0, task_shown=is_shown)
        assert ("387" in json.dumps(phone_message.of_task(state, networks))) is is_shown
