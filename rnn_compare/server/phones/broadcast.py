"""The event stream to the phones of a class: each message is made once and sent over every open connection.

A phone costs a waiting task and the bytes of its messages, but no reading of the record.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable

import anyio.to_thread

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.questions import QuestionOutcome, tally
from rnn_compare.server.phones import phone_message
from rnn_compare.server.services import Services
from rnn_compare.server.snapshot import Snapshot

BEAT_SECONDS = 15.0
"""Time without news after which a phone gets a sign of life."""
LIVE_SECONDS = 1.0
"""Interval of updates while curves grow after the reveal."""
TOGETHER_SECONDS = 0.05
"""Changes within this time are sent together."""

_log = logging.getLogger(__name__)
BEAT = b"event: beat\ndata: 1\n\n"


class Broadcast:
    """The messages to phones. Belongs to the event loop in which it was created."""

    def __init__(self, classroom: Classroom, running: Callable[[], Services | None]) -> None:
        self.classroom, self._running = classroom, running
        self._loop = asyncio.get_running_loop()
        self._woken, self._news = asyncio.Event(), asyncio.Event()
        self._event: bytes = b""
        self._state = State(version=-1)
        self._picture = ""
        self._outcome: QuestionOutcome | None = None
        self._closed = False
        self._unlisten = classroom.listen(self._wake)
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

    async def events(self, device: str) -> AsyncIterator[bytes]:
        """Yields server-sent events for a device until it disconnects or the server stops."""
        with self.classroom.pages.opened(device):
            latest, own = b"", b""
            while not self._closed:
                news = self._news
                if self._event is not latest:
                    latest, before, own = self._event, own, self.own_event(device)
                    yield (own if own != before else b"") + latest
                    continue  # there may be news by now
                try:
                    await asyncio.wait_for(news.wait(), BEAT_SECONDS)
                except TimeoutError:
                    yield BEAT

    def own_event(self, device: str) -> bytes:
        """Returns the event with a device's own answer and review."""
        return _event("own", phone_message.for_one(self._state, self.classroom.contribution(device), self._outcome))

    async def _run(self) -> None:
        pause: float | None = None
        while True:
            self._woken.clear()
            state = self.classroom.state()
            is_new = self._is_new(state)
            if is_new or pause is not None:
                pause = await self._look(state, is_new)
            await self._wait(pause)
            await asyncio.sleep(TOGETHER_SECONDS)

    def _is_new(self, state: State) -> bool:
        return state.version != self._state.version or self.classroom.picture() != self._picture

    async def _wait(self, pause: float | None) -> None:
        """Waits for a change of state or picture, or until a pause is over: networks arrive twenty a second."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._woken.wait()
                while pause and not self._is_new(self.classroom.state()):
                    self._woken.clear()
                    await self._woken.wait()

    async def _look(self, state: State, is_new: bool) -> float | None:
        """Sends a new message; returns the seconds to the next look, or None to wait for a change of the class."""
        self._picture = self.classroom.picture()
        try:
            # A reveal must not wait for statistics, which follow in a second message.
            arguments = self._running(), self.classroom, state, is_new
            event, self._outcome, live = await anyio.to_thread.run_sync(_build_event, *arguments)
        except UserError:  # the record cannot be read for now
            return LIVE_SECONDS
        except Exception:  # noqa: BLE001  # one failed message must not stop the later ones
            _log.exception("The message for phones could not be built.")
            self._state = state
            return None
        self._state = state
        if event != self._event:
            self._event = event
            self._announce()
        if not live:
            return None
        return 0.0 if is_new else LIVE_SECONDS

    def _announce(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._woken.set)

    def _end(self) -> None:
        self._task.cancel()
        self._announce()


def _build_event(
    services: Services | None, classroom: Classroom, state: State, is_quick: bool
) -> tuple[bytes, QuestionOutcome | None, bool]:
    """Returns the event for all phones, its outcome, and whether it can change without a change of the class."""
    if state.phase != "revealed":
        return _state_event(classroom, state, phone_message.for_all(state, [], [], None)), None, False
    question = state.question
    if services and is_quick:
        services.refresh()  # the last snapshot may be from before the reveal
    snapshot = services.snapshot() if services else Snapshot([], state)
    runs = [run for run in snapshot.charted if run.id in state.runs]
    outcome, rounds = None, []
    if question:
        before, answered = classroom.votes.rounds(question.repeats)[:1], classroom.votes.rounds(question.id)
        votes = [list(answers.values()) for answers in [*(before if answered else ()), *answered]]
        every = [answer for answers in votes for answer in answers]
        rounds = [tally(question, answers, every) for answers in votes]
        if services and not is_quick:
            outcome = services.outcome(question, snapshot, runs)
    live = not outcome.final if outcome else is_quick or any(not run.status.ended for run in runs)
    live = live or bool(state.task_since)  # networks of phones arrive
    return _state_event(classroom, state, phone_message.for_all(state, runs, rounds, outcome)), outcome, live


def _state_event(classroom: Classroom, state: State, message: phone_message.Message) -> bytes:
    """Returns the event for all phones, with the step's picture and when the lecture began, by which phones know it."""
    task, picture = phone_message.of_task(state, classroom.networks.all()), json.loads(classroom.picture() or "null")
    return _event("state", message | {"lecture": round(1e6 * classroom.began()), "picture": picture, "task": task})


def _event(kind: str, message: phone_message.Message) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(message, separators=(',', ':'))}\n\n".encode()
