"""Phones that vote and write by what their stream tells them, and try again until the server says that it keeps it."""

import base64
import contextlib
import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

from rnn_compare.class_networks.networks import recorded
from rnn_compare.presets import PHONES
from tests.faults.soak.ledger import Ledger, Vote, answer_of, device_of
from tests.faults.soak.watch import Curtain
from tests.kit.classes import some_correct
from tests.kit.phones import PlainPhone

NO_LINE = (OSError, http.client.HTTPException)
TRY_AGAIN = (429, 503)
"""Where a phone's page tries again as well: too much in a short time, or it cannot be kept for now."""
HONEST = range(235, 400)
"""Right reviews, of 500, after the best epoch of any network that phones may train."""
EVENT = re.compile(rb"event: (\w+)\ndata: (.*)\n\n")


class HallPhone:
    """One phone, with a thread that listens and one that sends."""

    def __init__(
        self, host: str, ledger: Ledger, curtain: Curtain, chance: Random, number: int, seconds: float
    ) -> None:
        self._phone = PlainPhone(host)
        self._device = device_of(self._phone.cookie)
        self._curtain = curtain
        self._ledger, self._chance, self._number, self._seconds = ledger, chance, number, seconds
        self._told: dict[str, Any] = {}
        self._own: dict[str, Any] = {}
        self._done: set[Vote | tuple[int, str] | tuple[int, str, str]] = set()
        self._curves: dict[tuple[int, str], bytes] = {}  # packed, of a fixed length an epoch
        self._over, self._away = threading.Event(), threading.Event()
        loops = (self._listen, self._send)
        self._threads = [threading.Thread(target=self._run, args=(loop,), daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def close_page(self, seconds: float) -> None:
        """Closes the page for a while; the cookie stays."""
        self._away.set()
        time.sleep(seconds)
        self._away.clear()

    def end(self) -> None:
        self._over.set()
        self._threads[1].join()

    def _run(self, loop: Callable[[], None]) -> None:
        """Runs one of the phone's loops; a phone that cannot read what it is sent would only say nothing."""
        try:
            loop()
        except Exception as error:
            self._ledger.problem(f"A phone broke down: {error!r}")
            raise

    def _listen(self) -> None:
        while not self._over.is_set():
            if not self._away.is_set():
                with contextlib.suppress(*NO_LINE):
                    self._follow()
            self._told = {}
            time.sleep(self._chance.uniform(0.3, 1.0))

    def _follow(self) -> None:
        lecture, promised = self._ledger.lecture, self._ledger.votes_of(self._ledger.lecture)
        heard, is_first = b"", True
        with contextlib.closing(self._phone.listen()) as parts:
            for part in parts:
                if self._over.is_set() or self._away.is_set():
                    return
                *events, heard = re.split(rb"(?<=\n\n)", heard + part)
                for event in events:
                    if match := EVENT.fullmatch(event):
                        kind, message = match[1], json.loads(match[2])
                        if kind == b"own" and is_first and self._ledger.lecture == lecture:
                            self._check_own(message, lecture, promised)
                        if kind == b"own":
                            self._own, is_first = message, False
                        if kind == b"state":
                            self._hear(message)

    def _check_own(self, message: dict[str, Any], lecture: int, promised: dict[Vote, Any]) -> None:
        vote = (lecture, message["question"], message["round"], self._device)
        allowed = (promised.get(vote), self._ledger.acknowledged.get(vote), self._ledger.perhaps.get(vote))
        if vote in promised and answer_of(message["answer"]) not in allowed:
            self._ledger.problem(f"A phone that came back was told {message['answer']} of its vote {vote}.")

    def _hear(self, message: dict[str, Any]) -> None:
        self._told, lecture = message, self._ledger.lecture
        curves = message["curves"]["groups"] if message["curves"] else []
        if curves and self._curtain.is_down():
            self._ledger.problem(f"Phones were shown curves before the reveal of lecture {lecture}.")
        for curve in curves:
            name, accuracies = curve["label"], base64.b64decode(curve["figures"]["val_accuracy"])
            before = self._curves.get((lecture, name), b"")
            if not accuracies.startswith(before):
                self._ledger.problem(f"A phone was shown {before!r} of {name}, then {accuracies!r}.")
            self._curves[lecture, name] = accuracies
        cells = (message["task"] or {}).get("cells") or []
        if beyond := [best for row in cells for best in row["bests"] if best not in HONEST]:
            self._ledger.problem(f"The class was shown networks with {beyond} of 500 reviews right.")

    def _send(self) -> None:
        while not self._over.is_set():
            time.sleep(self._chance.uniform(0.1, 0.5))
            state, lecture = self._told, self._ledger.lecture
            if state.get("question") and state["phase"] == "open":
                vote = (lecture, state["question"]["id"], state["round"], self._device)
                # A finger that cannot make up its mind votes once more.
                if vote not in self._done or self._chance.random() < 0.03:
                    self._vote(vote, state["question"])
            if state.get("reviews") and (lecture, self._device) not in self._done:
                self._review(lecture)
            if (state.get("task") or {}).get("trains") and (lecture, self._device, "trained") not in self._done:
                self._train(lecture)

    def _vote(self, vote: Vote, question: dict[str, Any]) -> None:
        _, question_id, round_, _ = vote
        many = len(question["control"].get("answers", ()))
        time.sleep(self._chance.uniform(0, self._seconds))
        answer = self._chance.randrange(many) if many else self._chance.randrange(40) / 2
        self._ledger.tries(vote, answer)
        status, is_sure = self._until_told(lambda: self._phone.answer(answer, question_id, round_))
        self._ledger.told(vote, answer, status == 200, is_sure)
        self._done.add(vote)

    def _review(self, lecture: int) -> None:
        time.sleep(self._chance.uniform(0, self._seconds))
        text = f"Film {self._number} of hall {lecture} is {self._chance.choice(('wonderful', 'awful'))}."
        status, _ = self._until_told(lambda: self._phone.send("review", {"text": text}))
        if status == 200:
            self._ledger.reviews[lecture, self._device] = text
        self._done.add((lecture, self._device))

    def _train(self, lecture: int) -> None:
        """Sends a result that no phone has trained: an impossible one, one that no training gives, a likely one."""
        if self._own.get("deal") is None:
            return
        time.sleep(self._chance.uniform(0, self._seconds))
        cell, seed = self._own["deal"]
        likely = [list(network.right) for network in recorded(PHONES.name).values() if network.cell == cell]
        right = self._chance.choice([[0] * 8, [500] * 8, [230] * 8, [250] * 7 + [420], *likely[:2]])
        sent = {"cell": cell, "seed": seed, "right": right, "correct": some_correct(right)}
        status, _ = self._until_told(lambda: self._phone.send("trained", sent))
        if status == 200 and max(right) not in HONEST:
            self._ledger.forged[lecture, self._device] = right
        self._done.add((lecture, self._device, "trained"))

    def _until_told(self, ask: Callable[[], tuple[int, str]]) -> tuple[int, bool]:
        is_sure = True
        while not self._over.is_set():
            try:
                status, content = ask()
            except NO_LINE:
                is_sure = False
            else:
                if status not in (200, 409, *TRY_AGAIN):
                    self._ledger.problem(f"A phone was answered {status}: {content[:200]}")
                if status not in TRY_AGAIN:
                    return status, is_sure or status == 200
            time.sleep(self._chance.uniform(0.3, 1.0))
        return 0, False
