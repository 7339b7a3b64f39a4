"""News of the class for its phones: made once for all, and handed to every open connection.

A phone costs a waiting task and the bytes that it is sent. Nobody reads the record for it.
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
from rnn_compare.lecture.outcomes import QuestionOutcome
from rnn_compare.lecture.questions import tally
from rnn_compare.server.phones import phone_message
from rnn_compare.server.services import Services, Snapshot

BEAT_SECONDS = 15.0
"""After so long without news a phone is told that the connection lives."""
LIVE_SECONDS = 1.0
"""Between two looks at curves that grow after the reveal."""
TOGETHER_SECONDS = 0.05
"""Changes that come so soon after each other are told together."""

_log = logging.getLogger(__name__)
BEAT = b"event: beat\ndata: 1\n\n"


class Broadcast:
    """Tells phones what is new. Belongs to the event loop that it was made in."""

    def __init__(self, classroom: Classroom, running: Callable[[], Services | None]) -> None:
        self.classroom, self._running = classroom, running
        self._loop = asyncio.get_running_loop()
        self._woken, self._news = asyncio.Event(), asyncio.Event()
        self._said: bytes = b""
        self._state = State(version=-1)
        self._outcome: QuestionOutcome | None = None
        self._closed = False
        self._unlisten = classroom.listen(self._wake)
        self._task = self._loop.create_task(self._tell())

    def serves(self, classroom: Classroom) -> bool:
        """Tells whether it can serve the running event loop's phones of a class."""
        return not self._closed and self.classroom is classroom and self._loop is asyncio.get_running_loop()

    def close(self) -> None:
        """Ends every connection, from whichever thread."""
        if self._closed:
            return
        self._closed = True
        self._unlisten()
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it all of this
            self._loop.call_soon_threadsafe(self._end)

    async def events(self, device: str) -> AsyncIterator[bytes]:
        """Yields server-sent events for one device until it or the server goes away."""
        self.classroom.arrive(device)
        try:
            latest, own = b"", b""
            while not self._closed:
                news = self._news
                if self._said is not latest:
                    latest, its = self._said, self.own(device)
                    yield (its if its != own else b"") + latest
                    own = its
                    continue  # there may be more by now
                try:
                    await asyncio.wait_for(news.wait(), BEAT_SECONDS)
                except TimeoutError:
                    yield BEAT
        finally:
            self.classroom.leave(device)

    def own(self, device: str) -> bytes:
        """Returns the event that tells a device what it has sent itself."""
        return _event("own", phone_message.for_one(self._state, self.classroom.own(device), self._outcome))

    async def _tell(self) -> None:
        pause: float | None = None
        while True:
            self._woken.clear()
            state = self.classroom.state()
            is_new = state.version != self._state.version
            if is_new or pause is not None:
                pause = await self._look(state, is_new)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), pause)
            await asyncio.sleep(TOGETHER_SECONDS)

    async def _look(self, state: State, is_new: bool) -> float | None:
        """Tells phones what is new, and returns in how many seconds there may be more without a change of the class."""
        try:
            # A reveal must not wait for what takes statistics: that comes in a second message.
            arguments = self._running(), self.classroom, state, is_new
            event, self._outcome, live = await anyio.to_thread.run_sync(_made, *arguments)
        except UserError:  # the record cannot be read for now: phones keep what they have
            return LIVE_SECONDS
        except Exception:  # noqa: BLE001  # one step that cannot be told must not silence all that follow
            _log.exception("The message for phones could not be built.")
            self._state = state
            return None
        self._state = state
        if event != self._said:
            self._said = event
            self._call()
        if not live:
            return None
        return 0.0 if is_new else LIVE_SECONDS

    def _call(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._woken.set)

    def _end(self) -> None:
        self._task.cancel()
        self._call()


def _made(
    services: Services | None, classroom: Classroom, state: State, is_quick: bool
) -> tuple[bytes, QuestionOutcome | None, bool]:
    """Returns the event for all, the outcome that it tells, and whether there will be more without a change."""
    if state.phase != "revealed":
        return _event("state", phone_message.for_all(state, [], [], None)), None, False
    question = state.question
    if services and is_quick:
        services.refresh()  # what was read a moment ago may be from before the reveal
    snapshot = services.snapshot() if services else Snapshot([], state)
    runs = [run for run in (services.on_charts(snapshot) if services else []) if run.id in state.runs]
    outcome, rounds = None, []
    if question:
        before, answered = classroom.rounds(question.repeats)[:1], classroom.rounds(question.id)
        votes = [list(answers.values()) for answers in [*(before if answered else ()), *answered]]
        every = [answer for answers in votes for answer in answers]
        rounds = [tally(question, answers, every) for answers in votes]
        if services and not is_quick:
            outcome = services.outcome(question, snapshot, runs)
    live = not outcome.final if outcome else is_quick or any(not run.status.ended for run in runs)
    return _event("state", phone_message.for_all(state, runs, rounds, outcome)), outcome, live


def _event(kind: str, message: phone_message.Message) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(message, separators=(',', ':'))}\n\n".encode()
