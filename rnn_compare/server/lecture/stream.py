"""The event streams of a lecture: each message is made once for its audience and sent over every open connection.

A page costs a waiting task and the bytes of its messages, but no reading of the record.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

import anyio.to_thread

from rnn_compare.errors import UserError
from rnn_compare.lecture import message, phone_message
from rnn_compare.lecture.classroom.class_state import SentReview, State
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.lecture.lecture_file import Part
from rnn_compare.lecture.questions import QuestionOutcome
from rnn_compare.lecture.scene import Scene, current_scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.lecture.watching import watched

Audience = Literal["wall", "notes", "phones"]
BEAT_SECONDS: dict[Audience, float] = {"wall": 1.5, "notes": 1.5, "phones": 15.0}
"""Time without news after which a page gets a sign of life: a wall must notice a lost line at once."""
LIVE_SECONDS = 1.0
"""Interval of updates while something changes by itself."""
TOGETHER_SECONDS = 0.05
"""Changes within this time are sent together."""
BROKEN = "This step cannot be shown; the server's log says why. Go on (→) or back (←)."

_log = logging.getLogger(__name__)
BEAT = b"event: beat\ndata: 1\n\n"


@dataclass(frozen=True)
class Events:
    """The latest events for all, made from one scene.

    Attributes:
        state: The state for which they were made.
        by_audience: The message to each audience, as an event.
        scene: What they were made from; None without a lecture, or if its file is not valid.
        outcome: That of the question, once it is known to phones.
    """

    state: State = field(default_factory=lambda: State(version=-1))
    by_audience: dict[Audience, bytes] = field(default_factory=dict)
    scene: Scene | None = None
    outcome: QuestionOutcome | None = None


class Stream:
    """The events to wall, notes and phones. Belongs to the event loop in which it was created."""

    def __init__(self, classroom: Classroom, stage: Callable[[], Stage | None]) -> None:
        self.classroom, self._stage = classroom, stage
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        # One per audience: what is news to a wall alone must not put off the phones' signs of life.
        self._news: dict[Audience, asyncio.Event] = {audience: asyncio.Event() for audience in BEAT_SECONDS}
        self.latest = Events()
        self._counts, self._seen = b"", (False, list[SentReview]())
        self._open: dict[Audience, int] = {"wall": 0, "notes": 0, "phones": 0}
        self._closed = False
        self._unlisten = classroom.listen(self._wake)
        self._preparing = self._loop.create_task(self._prepare(None))
        self._task = self._loop.create_task(self._run())

    def serves(self, classroom: Classroom) -> bool:
        """Returns whether it serves this class in the running event loop."""
        return not self._closed and self.classroom is classroom and self._loop is asyncio.get_running_loop()

    def close(self) -> None:
        """Ends every connection. Thread-safe."""
        if self._closed:
            return
        self._closed = True
        self._unlisten()
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it all of this
            self._loop.call_soon_threadsafe(self._end)

    def stage(self) -> Stage | None:
        """Returns the server's stage if its services have started."""
        return self._stage()

    def wall_is_open(self) -> bool:
        """Returns whether a wall follows the lecture."""
        return self._open["wall"] > 0

    async def of_device(self, device: str) -> AsyncIterator[bytes]:
        """Yields a phone's events until it disconnects or the server stops."""
        with self.classroom.pages.opened(device):
            async for event in self.events("phones", lambda: self.own_event(device), lambda: b""):
                yield event

    async def events(
        self, audience: Audience, own_event: Callable[[], bytes], may_go_on: Callable[[], bytes]
    ) -> AsyncIterator[bytes]:
        """Yields server-sent events until the page disconnects or the server stops.

        Args:
            own_event: Returns the event for this connection alone, sent with a message if it has changed.
            may_go_on: Returns b"" while the page may follow, else its last event.
        """
        self._open[audience] += 1
        self._wake()
        try:
            latest, counts, own = b"", b"", b""
            while not self._closed:
                if end := may_go_on():
                    yield end
                    return
                news, event = self._news[audience], self.latest.by_audience.get(audience, b"")
                now = b"" if audience == "phones" else self._counts
                if event != latest or now != counts:
                    before, own = own, own_event() if event != latest else own
                    changed = [(own, before), (event, latest), (now, counts)]
                    latest, counts = event, now
                    yield b"".join(new for new, old in changed if new != old) or BEAT
                    continue  # there may be news by now
                try:
                    await asyncio.wait_for(news.wait(), BEAT_SECONDS[audience])
                except TimeoutError:
                    yield BEAT
        finally:
            self._open[audience] -= 1

    def own_event(self, device: str) -> bytes:
        """Returns the event with a device's own answer and review."""
        latest = self.latest
        own = phone_message.for_one(latest.state, self.classroom.contribution(device), latest.outcome)
        return as_event("own", own)

    async def _run(self) -> None:
        due: float | None = None  # networks of phones arrive twenty a second, but what is live is looked at once
        while True:
            self._woken.clear()
            is_due = self._count() or self._is_missing()
            state = self.classroom.state()
            is_new = state.version != self.latest.state.version
            if is_new or is_due or (due is not None and self._loop.time() >= due):
                pause = await self._look(state, is_new)
                due = None if pause is None else self._loop.time() + pause
                if is_new and self._preparing.done():
                    self._preparing = self._loop.create_task(self._prepare(self.latest.scene))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._woken.wait()
            await asyncio.sleep(TOGETHER_SECONDS)

    async def _prepare(self, scene: Scene | None) -> None:
        try:
            if scene is not None:
                await anyio.to_thread.run_sync(scene.prepare_next)
        except Exception as error:  # noqa: BLE001  # it is only for speed; the step itself will report it
            _log.info("The next step could not be prepared: %s", error)

    def _is_missing(self) -> bool:
        """Returns whether a page follows that has no message yet."""
        return any(number and name not in self.latest.by_audience for name, number in self._open.items())

    def _count(self) -> bool:
        """Sends new counts; returns whether messages change without the state: by the first phone, or by a review."""
        numbers, before = counts(self.classroom), self._seen
        self._seen = numbers["joined"] > 0, self.classroom.reviews()
        if (event := as_event("counts", numbers)) != self._counts:
            self._counts = event
            self._announce("wall", "notes")
        return self._seen != before

    async def _look(self, state: State, is_new: bool) -> float | None:
        """Sends new messages; returns the seconds to the next look, or None to wait for a change of the class."""
        audiences: set[Audience] = {"phones", *(name for name, number in self._open.items() if number)}
        try:
            # A reveal must not wait for statistics, which follow in a second message; what is known stays.
            shown = self.latest.state
            is_quick = is_new and (state.phase, state.question, state.runs) != (shown.phase, shown.question, shown.runs)
            arguments = self._stage(), self.classroom, state, audiences, is_quick
            events, live = await anyio.to_thread.run_sync(build, *arguments)
        except UserError:  # the record cannot be read for now
            return LIVE_SECONDS
        except Exception:  # noqa: BLE001  # one failed message must not stop the later ones
            _log.exception("The messages of the lecture could not be built.")
            broken = as_event("state", message.problem(BROKEN, state))
            events, live = Events(state, self.latest.by_audience | {"wall": broken, "notes": broken}), True
            is_new = False
        before, self.latest = self.latest, events
        changed = (name for name, event in events.by_audience.items() if event != before.by_audience.get(name))
        self._announce(*changed)
        if not live and (state.lecture or not self._open["phones"]):
            return None
        return 0.0 if is_new and live else LIVE_SECONDS  # phones that watch see a training that somebody starts

    def _announce(self, *audiences: Audience) -> None:
        for audience in audiences:
            news, self._news[audience] = self._news[audience], asyncio.Event()
            news.set()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._woken.set)

    def _end(self) -> None:
        self._task.cancel()
        self._announce(*BEAT_SECONDS)


class Streams:
    """The stream of this server's class: another one if the record of lectures was replaced.

    Args:
        classroom: Returns the class; raises ``UserError`` if its record cannot be used.
        stage: Returns the server's stage if its services have started.
    """

    def __init__(self, classroom: Callable[[], Classroom], stage: Callable[[], Stage | None]) -> None:
        self._classroom, self._stage = classroom, stage
        self._stream: Stream | None = None
        self.is_closed = False

    async def current(self) -> Stream:
        """Returns the stream of the current class; raises ``UserError`` if there is none."""
        classroom = await anyio.to_thread.run_sync(self._classroom)
        if self._stream is None or not self._stream.serves(classroom):
            if self._stream is not None:
                self._stream.close()  # its pages reconnect
            self._stream = Stream(classroom, self._stage)
        return self._stream

    def close(self) -> None:
        """Ends the pages' connections, which would keep the server from stopping. Thread-safe."""
        self.is_closed = True
        if self._stream is not None:
            self._stream.close()


def counts(classroom: Classroom) -> message.Message:
    """Returns the numbers that wall and notes show."""
    return asdict(classroom.counts()) | {"waiting": sum(not review.shown for review in classroom.reviews())}


def build(
    stage: Stage | None, classroom: Classroom, state: State, audiences: set[Audience], is_quick: bool
) -> tuple[Events, bool]:
    """Returns the events, and whether they can change without a change of the class."""
    scene, problem = None, ""
    if stage and state.lecture:
        if is_quick:
            stage.services.refresh()  # the last snapshot may be from before the reveal
        try:
            scene = current_scene(stage)
        except UserError as error:  # the file was edited just now
            problem = str(error)
    if scene is None:
        parts, dashboard, live = watched(stage) if stage and not state.lecture else ([], "", bool(state.lecture))
        return _made(classroom, state, audiences, None, None, parts, problem, dashboard), live
    if scene.state.task_since:
        scene.stage.class_training.follow("wall" in audiences)
    question = scene.state.question if scene.state.phase == "revealed" else None
    outcome = scene.outcome(question) if question and not is_quick else None
    live = scene.changes_by_itself or bool(question and (is_quick or not (outcome and outcome.final)))
    return _made(classroom, scene.state, audiences, scene, outcome, scene.step.kind.parts(scene)), live


def _made(
    classroom: Classroom,
    state: State,
    audiences: set[Audience],
    scene: Scene | None,
    outcome: QuestionOutcome | None,
    parts: list[Part],
    problem: str = "",
    dashboard: str = "",
) -> Events:
    events: dict[Audience, bytes] = {}
    for audience in audiences:
        if audience == "phones":
            sent = message.for_phones(classroom, state, scene, parts, outcome, dashboard)
        elif scene is None:
            sent = message.problem(problem, state)
        else:
            sent = message.for_wall(scene, parts, outcome) if audience == "wall" else message.for_notes(scene, outcome)
        events[audience] = as_event("state", sent)
    return Events(state, events, scene, outcome)


def as_event(kind: str, sent: message.Message) -> bytes:
    """Returns a server-sent event."""
    return f"event: {kind}\ndata: {json.dumps(sent, separators=(',', ':'))}\n\n".encode()
