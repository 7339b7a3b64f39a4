"""Pages without a browser that follow a lecture: phones that vote and write, and a presenter who presses on."""

import contextlib
import http.client
import itertools
import math
import time
from collections.abc import Callable
from random import Random
from typing import Any

from tests.faults.soak.ledger import Curtain, Ledger, Vote, device_of
from tests.kit.phones import Follower

NO_LINE = (OSError, http.client.HTTPException)
TRY_AGAIN = (429, 503)
"""Where a phone's page tries again as well: too much in a short time, or it cannot be kept for now."""
PATIENCE = 300.0
"""Seconds until what must come has come, faults included."""
AT_ONCE, SOON = 1.0, 5.0
"""Seconds after which a presenter presses again who sees something happen, and nothing."""

Message = dict[str, Any]


class Presenter(Follower):
    """Sees what the wall is sent, and presses on, whatever happens to the line or the server."""

    def __init__(self, host: str) -> None:
        self._numbers = itertools.count(1)
        super().__init__(host, "wall")

    def press(self, name: str, value: object = None) -> None:
        message = {"client": "presenter", "number": next(self._numbers), "press": name}
        with contextlib.suppress(*NO_LINE):
            self.line.send("/stage/press", message if value is None else message | {"value": value})

    def count(self, what: str) -> int:
        """Returns how many have ``answered``, or how many reviews are ``waiting``."""
        return int(self.heard.get("counts", {}).get(what, 0))

    def until(
        self,
        what: str,
        seen: Callable[[Message], object],
        act: Callable[[Message], object] = lambda _: None,
        patience: float = PATIENCE,
    ) -> Message:
        """Acts until something is seen on the wall, and returns what that was sent."""
        deadline, acted = time.monotonic() + patience, -math.inf
        before: Message = {}
        while time.monotonic() < deadline:
            wall: Message = self.heard.get("state", {})
            if wall:
                if seen(wall):
                    return wall
                waited = time.monotonic() - acted
                if waited > SOON or (waited > AT_ONCE and wall != before):
                    before, acted = wall, time.monotonic()
                    act(wall)
            time.sleep(0.1)
        raise TimeoutError(f"{what} never came; the wall: {before}")

    def press_at(self, wall: Message, step: int, name: str = "", value: object = None) -> None:
        """Presses on or back where another step is shown, else this."""
        shown = wall.get("step", step)
        if shown != step:
            self.press("show_next_step" if shown < step else "back")
        elif name:
            self.press(name, value)


class HallPhone(Follower):
    """One phone, with a thread that listens and one that sends, and tries until the server says that it keeps it."""

    def __init__(self, host: str, ledger: Ledger, curtain: Curtain, chance: Random, number: int, think: float) -> None:
        self._ledger, self._curtain, self._chance = ledger, curtain, chance
        self._number, self._think = number, think
        self._done: set[object] = set()
        super().__init__(host, "join")
        self._device = device_of(self.line.cookie)
        self.repeat(self._send, 0.3)

    def _follow(self) -> None:
        self._promised = self._ledger.lecture, self._ledger.votes_of(self._ledger.lecture)
        super()._follow()

    def hear(self, kind: str, message: Message) -> None:
        if kind == "own" and "own" not in self.heard:
            self._check_vote(message)
        if kind == "state" and message["curves"] and self._curtain.is_down():
            self._ledger.problem(f"Phones were shown curves before the reveal of lecture {self._ledger.lecture}.")
        super().hear(kind, message)

    def _check_vote(self, message: Message) -> None:
        """Checks what a phone that came back is told of its vote."""
        lecture, promised = self._promised
        vote = (lecture, message["question"], message["round"], self._device)
        allowed = (promised.get(vote), self._ledger.acknowledged.get(vote), self._ledger.perhaps.get(vote))
        if lecture == self._ledger.lecture and vote in promised and message["answer"] not in allowed:
            self._ledger.problem(f"A phone that came back was told {message['answer']} of its vote {vote}.")

    def _send(self) -> None:
        state, lecture = self.heard.get("state", {}), self._ledger.lecture
        if state.get("question") and state["phase"] == "open":
            vote = (lecture, state["question"]["id"], state["round"], self._device)
            # A finger that cannot make up its mind votes once more.
            if vote not in self._done or self._chance.random() < 0.03:
                self._vote(vote, state["question"])
        if state.get("reviews") and lecture not in self._done:
            text = f"Film {self._number} of hall {lecture} is {self._chance.choice(('wonderful', 'awful'))}."
            if self._tell("review", {"text": text})[0] == 200:
                self._ledger.reviews[lecture, self._device] = text
            self._done.add(lecture)

    def _vote(self, vote: Vote, question: Message) -> None:
        _, question_id, round_, _ = vote
        answer = self._chance.randrange(len(question["control"]["answers"]))
        self._ledger.tries(vote, answer)
        status, is_sure = self._tell("answer", {"question": question_id, "round": round_, "answer": answer})
        self._ledger.told(vote, answer, status == 200, is_sure)
        self._done.add(vote)

    def _tell(self, what: str, message: Message) -> tuple[int, bool]:
        """Sends something, a moment later; returns the status, and whether nothing sent before may be kept."""
        is_sure, pause = True, self._chance.uniform(0, self._think)
        while not self._over.wait(pause):
            pause = self._chance.uniform(0.3, 1.0)
            try:
                status, content = self.line.send(what, message)
            except NO_LINE:
                is_sure = False
                continue
            if status not in (200, 409, *TRY_AGAIN):
                self._ledger.problem(f"A phone was answered {status}: {content[:200]}")
            if status not in TRY_AGAIN:
                return status, is_sure or status == 200
        return 0, False
