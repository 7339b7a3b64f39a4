"""The event streams of a lecture, by the very functions that the routes call; and what the phones' page weighs."""

import asyncio
import gzip
import itertools
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from rnn_compare.class_networks.networks import ClassNetwork
from rnn_compare.lecture import message, phone_message, presses
from rnn_compare.lecture.classroom.class_state import State
from rnn_compare.lecture.scene import Scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.presets import PHONES
from rnn_compare.server.app import App
from rnn_compare.server.lecture import stream as module
from rnn_compare.server.lecture.page_files import contents
from rnn_compare.server.lecture.stream import Audience, Stream
from tests.kit.lectures import LECTURE, begin, finish, give, write
from tests.kit.waiting import PATIENCE


class Page:
    """One open connection, and all that came over it."""

    def __init__(self, stream: Stream, audience: Audience = "phones", may_follow: Callable[[], bool] = lambda: True):
        if audience == "phones":
            self.events: AsyncIterator[bytes] = stream.of_device("a")
        else:
            self.events = stream.events(audience, lambda: b"", lambda: b"" if may_follow() else module.BEAT)
        self.received: list[tuple[str, Any]] = []

    @property
    def state(self) -> dict[str, Any]:
        return self.last("state")

    def last(self, kind: str) -> dict[str, Any]:
        return next((content for name, content in self.received[::-1] if name == kind), {})

    def count(self, kind: str) -> int:
        return [name for name, _ in self.received].count(kind)

    async def until(self, holds: Callable[["Page"], object]) -> None:
        async def read() -> None:
            while not (self.state and holds(self)):
                self._take(await anext(self.events))

        await asyncio.wait_for(read(), PATIENCE)

    def _take(self, events: bytes) -> None:
        for kind, content in re.findall(r"event: (\w+)\ndata: (.*)\n\n", events.decode()):
            self.received.append((kind, json.loads(content)))


@pytest.fixture
def attend(stage: Stage) -> Callable[..., None]:
    """Gives a lecture that has begun, with a question, before pages of these kinds."""
    begin(stage)
    give(stage, "next", "next")

    def run(lecture: Callable[..., Awaitable[object]], *audiences: Audience) -> None:
        async def follow() -> None:
            stream = Stream(stage.classroom(), lambda: stage)
            pages = [Page(stream, audience) for audience in audiences]
            for page in pages:
                await page.until(bool)
            await lecture(stream, *pages)
            stream.close()

        asyncio.run(follow())

    return run


def test_a_vote_changes_counts_and_a_review_the_notes_at_once(stage: Stage, attend: Callable[..., None]) -> None:
    async def lecture(_: Stream, wall: Page, notes: Page, phone: Page) -> None:
        stage.classroom().answer("device 0", "best", 1, 1)  # the first phone has the presenter close the vote
        await wall.until(lambda page: page.state["presses"][0]["press"] == "close_vote")
        await notes.until(lambda page: page.state["next"].startswith("close the vote"))
        before = [page.count("state") for page in (wall, notes, phone)]
        for number in range(1, 51):
            stage.classroom().answer(f"device {number}", "best", 1, 1)
        for page in (wall, notes):
            await page.until(lambda page: page.last("counts")["answered"] == 51)
        assert [page.count("state") for page in (wall, notes, phone)] == before
        presses.press(stage, "close_vote")
        for page in (wall, notes, phone):
            await page.until(lambda page: page.state["phase"] == "closed")
        assert phone.count("counts") == 0
        stage.classroom().open_reviews(are_open=True)
        await phone.until(lambda page: page.state["reviews"])
        for text in ("Slow, but good.", "Good, but slow."):
            stage.classroom().send_review("device 1", text)
            await notes.until(lambda page: [review["text"] for review in page.state["reviews"]] == [text])  # noqa: B023  # called at once

    attend(lecture, "wall", "notes", "phones")


@pytest.mark.parametrize("kind", ["counts", "state"])
def test_what_is_news_to_a_wall_alone_does_not_put_off_the_phones_sign_of_life(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Else a phone takes its connection for lost and opens another, and so does every phone in the hall."""
    monkeypatch.setitem(module.BEAT_SECONDS, "phones", 0.5)
    monkeypatch.setattr(module, "LIVE_SECONDS", 0.1)
    if kind == "state":
        steps = itertools.count()
        monkeypatch.setattr(Scene, "changes_by_itself", True)
        monkeypatch.setattr(message, "for_wall", lambda *_: {"done": next(steps)})

    async def lecture(_: Stream, wall: Page, phone: Page) -> None:
        heard = asyncio.gather(
            phone.until(lambda page: page.count("beat") >= 2), wall.until(lambda page: page.count(kind) > 5)
        )
        for number in range(30):
            if heard.done():
                break
            if kind == "counts":
                stage.classroom().answer(f"device {number}", "best", 1, 1)
            await asyncio.sleep(0.1)
        assert heard.done()

    attend(lecture, "wall", "phones")


def test_news_is_made_once_for_all_of_an_audience(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    original = module.build

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return original(*arguments)

    async def lecture(stream: Stream, *pages: Page) -> None:
        phones = [Page(stream) for _ in range(30)]
        await asyncio.gather(*(phone.until(bool) for phone in phones))
        monkeypatch.setattr(module, "build", counted)
        presses.press(stage, "show_next_step")
        await asyncio.gather(*(page.until(lambda page: page.state["title"] == "Draw") for page in (*phones, *pages)))
        assert len(made) <= 4, "a press is several changes, which may be told one by one"

    attend(lecture, "wall", "wall", "notes")


def test_who_leaves_is_no_longer_here_and_who_comes_late_lands_at_the_present_step(
    stage: Stage, attend: Callable[..., None]
) -> None:
    classroom = stage.classroom()

    async def lecture(stream: Stream, phone: Page) -> None:
        assert classroom.counts().here == 1
        await phone.events.aclose()  # type: ignore[attr-defined]  # a generator
        assert classroom.counts().here == 0
        presses.press(stage, "show_next_step")
        audiences: list[Audience] = ["wall", "phones", "notes"]
        for late in (Page(stream, audience) for audience in audiences):
            await late.until(lambda page: page.state["title"] == "Draw")

    attend(lecture, "phones")


def test_a_reveal_is_told_before_its_outcome_and_ones_own_verdict_with_it(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIVE_SECONDS", 0.05)
    stage.classroom().answer("a", "best", 1, 1)

    async def lecture(_: Stream, wall: Page, phone: Page) -> None:
        for _step in range(3):
            presses.press(stage, "show_next_step")
        for page in (wall, phone):
            await page.until(lambda page: page.state["phase"] == "revealed")
            assert page.state["outcome"] is None
        await phone.until(lambda page: page.state["outcome"])
        assert (phone.state["outcome"]["final"], phone.last("own")["right"]) == (False, None), "they still train"
        await asyncio.to_thread(finish, stage)
        for page in (wall, phone):
            await page.until(lambda page: (page.state["outcome"] or {}).get("final"))
            assert page.state["outcome"]["answer"] == 1
        presses.press(stage, "ask_rows", True)
        await phone.until(lambda page: page.state["rows"])
        assert phone.state["outcome"], "what is known stays while something else changes"
        assert phone.last("own")["right"] is True

    attend(lecture, "wall", "phones")


def test_a_spoilt_file_is_a_problem_until_it_is_mended(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIVE_SECONDS", 0.05)

    async def lecture(_: Stream, wall: Page, phone: Page) -> None:
        write("title = Mine")
        stage.classroom().ask_rows(True)
        await wall.until(lambda page: "not valid TOML" in page.state["problem"])
        await phone.until(lambda page: page.state["rows"])
        assert phone.state["question"]["id"] == "best"
        write(f"# mended\n{LECTURE}")
        await wall.until(lambda page: page.state["problem"] == "" and page.state["title"] == "Which?")

    attend(lecture, "wall", "phones")


@pytest.mark.parametrize("page", ["for_wall", "for_notes", "for_phones"])
def test_what_cannot_be_told_ends_no_stream_and_is_a_problem_in_words_until_it_is_mended(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(module, "LIVE_SECONDS", 0.05)
    original = getattr(message, page)

    def breaks(*arguments: Any) -> Any:
        if any(isinstance(argument, Scene) and argument.state.title == "Draw" for argument in arguments):
            raise KeyError("val_loss")
        return original(*arguments)

    monkeypatch.setattr(message, page, breaks)

    async def lecture(_: Stream, wall: Page, notes: Page, phone: Page) -> None:
        presses.press(stage, "show_next_step")
        for screen in (wall, notes):
            await screen.until(lambda page: page.state["problem"] == module.BROKEN)
        presses.press(stage, "back")
        for screen in (wall, notes, phone):
            await screen.until(lambda page: page.state.get("title") == "Which?" and not page.state.get("problem"))

    attend(lecture, "wall", "notes", "phones")


def test_a_silent_connection_is_told_that_it_lives_and_one_that_may_no_longer_follow_ends(
    stage: Stage, attend: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for audience in module.BEAT_SECONDS:
        monkeypatch.setitem(module.BEAT_SECONDS, audience, 0.05)
    may_follow = True

    async def lecture(stream: Stream, *pages: Page) -> None:
        nonlocal may_follow
        for page in pages:
            await page.until(lambda page: page.count("beat"))
        signed_in = Page(stream, "wall", lambda: may_follow)
        await signed_in.until(bool)
        may_follow = False
        presses.press(stage, "show_next_step")
        rest = b"".join([event async for event in signed_in.events])
        assert b"Draw" not in rest

    attend(lecture, "wall", "notes", "phones")


def test_a_replaced_record_ends_the_stream_and_begins_another(stage: Stage, own_app: App) -> None:
    begin(stage)

    async def lecture() -> None:
        before = await own_app.streams.current()
        page = Page(before, "wall")
        await page.until(lambda page: page.state["on"])
        assert await own_app.streams.current() is before
        for file in stage.services.store.path.parent.glob("lecture.db*"):
            file.unlink()
        after = await own_app.streams.current()
        assert after is not before
        assert after.classroom is not before.classroom
        [event async for event in page.events]
        again = Page(after, "wall")
        await again.until(lambda page: not page.state["on"])
        own_app.streams.close()

    asyncio.run(asyncio.wait_for(lecture(), PATIENCE))


def test_before_the_services_have_started_phones_have_their_question_and_the_wall_waits(stage: Stage) -> None:
    begin(stage)
    give(stage, "next", "next")
    stages: list[Stage | None] = [None]

    async def lecture() -> None:
        stream = Stream(stage.classroom(), lambda: stages[0])
        wall, phone = Page(stream, "wall"), Page(stream)
        await phone.until(lambda page: page.state["question"]["id"] == "best")
        await wall.until(lambda page: page.state["on"] and not page.state["parts"])
        stages[0] = stage
        await wall.until(lambda page: page.state.get("title") == "Which?")
        stream.close()

    asyncio.run(asyncio.wait_for(lecture(), PATIENCE))


def test_the_page_for_phones_is_small() -> None:
    files = {name: packed for name, (packed, _) in contents("join").items() if name != "worker.js"}
    assert sum(map(len, files.values())) <= 29_500
    assert files.keys() == {"join.html", "join.css", "join.js"}, "the scripts are one file: a request less each"


@pytest.mark.parametrize("name", ["join", "wall", "notes"])
def test_a_page_asks_no_other_server_and_has_no_script_or_style_of_its_own(name: str) -> None:
    texts = {file: gzip.decompress(packed).decode() for file, (packed, _) in contents(name).items()}
    for file, content in texts.items():
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", content) == [], file
    assert not re.search(r"\son\w+=|<style|style=|<script>", texts[f"{name}.html"]), "its own policy would refuse that"
    assert "default-src 'none'" in texts[f"{name}.html"]


def test_no_phone_hears_how_good_the_class_is_before_its_networks_are_shown() -> None:
    networks = [ClassNetwork("LSTM", 10_001, (300, 387))]
    for is_shown in (False, True):
        state = State("luck", task=PHONES.name, task_since=1.0, task_shown=is_shown)
        assert ("387" in json.dumps(phone_message.of_task(state, networks))) is is_shown


def test_a_network_without_recurrence_has_its_dot_too() -> None:
    first, second, neither = phone_message._colors(["Averaged embeddings", "LSTM(32)", "No difference"])
    assert (bool(first), bool(second), neither) == (True, True, None)
