"""One lecture, from Begin to End: votes, networks that train behind the curtain, the reveal, a review from the hall."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from rnn_compare.errors import UserError
from rnn_compare.runs.store import RunStore
from tests.faults.soak.hall import Hall
from tests.faults.soak.ledger import Ledger
from tests.faults.soak.pages import Message, Presenter
from tests.kit.lectures import BEST, SHORT, TO_THE_REVEAL
from tests.kit.phones import present

T = TypeVar("T")

VOTE_SECONDS, SHORT_SECONDS, REVIEW_SECONDS = 20.0, 2.0, 15.0
"""How long a presenter waits for the hall; a short vote closes on some."""
COUNT_SECONDS = 40.0
"""By when the bars are those of the votes, unless a fault is in their way."""
SCRIPT = f"""{SHORT}{BEST}{TO_THE_REVEAL}
[[steps]]
kind = "review"
title = "Yours"
"""
VOTE, TRAIN, REVEAL, REVIEW = range(4)


@dataclass(frozen=True)
class SoakedLecture:
    """Gives one lecture after another.

    Attributes:
        hall, store, ledger: Where it is given, what is trained, what was promised.
        phones, networks: How many vote and write, and how many are trained.
    """

    hall: Hall
    store: RunStore
    presenter: Presenter
    ledger: Ledger
    chance: Random
    phones: int
    networks: int

    def give(self) -> None:
        presenter, before = self.presenter, {run.id for run in patiently(self.store.runs)}
        self.ledger.lecture += 1
        presenter.until("Begin", lambda wall: wall.get("step") == VOTE, lambda _: self._begin())
        for _ in range(self.chance.choice((1, 2))):
            self._vote()
        presenter.until("trained networks", _have_finished, self._have_them_learn)
        presenter.until(
            "the outcome",
            lambda wall: wall.get("step") == REVEAL and wall["outcome"],
            lambda wall: presenter.press_at(wall, REVEAL),
        )
        shown = self._show_a_review()
        patiently(lambda: self.ledger.check_class(self.hall.cache))
        presenter.until("the end", lambda wall: not wall["on"], lambda _: presenter.press("end"))
        patiently(lambda: self.ledger.check_after_the_end(self.hall.cache, shown))
        runs = [run for run in patiently(self.store.runs) if run.id not in before]
        self.ledger.check_runs(runs, self.networks)

    def _begin(self) -> None:
        with contextlib.suppress(OSError):  # the server is away, or cannot record it now
            present(self.hall.url, "go", "soaked", VOTE, False)

    def _vote(self) -> None:
        def is_in(phase: str) -> Callable[[Message], bool]:
            return lambda wall: wall.get("step") == VOTE and wall["phase"] == phase

        def close(wall: Message) -> None:
            presenter.press_at(wall, VOTE, "close_vote" if wall["phase"] == "open" else "show_answers")

        presenter = self.presenter
        presenter.until("an open vote", is_in("open"), lambda wall: presenter.press_at(wall, VOTE, "vote_again"))
        self._wait_for("answered", self.chance.choice((VOTE_SECONDS, SHORT_SECONDS)))
        presenter.until("shown answers", is_in("shown"), close)
        try:
            presenter.until("the right bars", self._is_counted, patience=COUNT_SECONDS)
        except TimeoutError as error:
            votes = self.ledger.votes_of(self.ledger.lecture)
            self.ledger.problem(f"The wall counts the answers wrongly: {error}; promised: {votes}")

    def _wait_for(self, what: str, seconds: float) -> None:
        """Waits until something has come of every phone, for so long at most."""
        until = time.monotonic() + seconds
        self.presenter.until(what, lambda _: self.presenter.count(what) >= self.phones or time.monotonic() > until)

    def _is_counted(self, wall: Message) -> bool:
        """Tells whether the bars are of the votes that were promised, and of the last round."""
        answers, in_doubt = self.ledger.last_round(self.ledger.lecture)
        counts: list[int] = wall["tallies"][-1]["counts"] if wall.get("tallies") else []
        if in_doubt:
            return len(answers) <= sum(counts) <= len(answers) + in_doubt
        return sum(counts) == len(answers) and counts == [answers.count(choice) for choice in range(len(counts))]

    def _have_them_learn(self, wall: Message) -> None:
        offered = {press["press"] for press in wall["presses"]} & {"train", "continue_training"}
        self.presenter.press_at(wall, TRAIN, "".join(offered))

    def _show_a_review(self) -> str:
        """Shows one that waits, if there is any, and returns it."""
        presenter = self.presenter
        presenter.until(
            "its step", lambda wall: wall.get("step") == REVIEW, lambda wall: presenter.press_at(wall, REVIEW)
        )
        self._wait_for("waiting", REVIEW_SECONDS)
        if not presenter.count("waiting"):
            return ""

        def show(wall: Message) -> None:
            with contextlib.suppress(OSError):
                presenter.press_at(wall, REVIEW, "show_review", present(self.hall.url, "reviews")[0]["id"])

        wall = presenter.until("a review on the wall", lambda wall: _part(wall, "verdicts"), show)
        return str(_part(wall, "verdicts")["text"])


def patiently(do: Callable[[], T], patience: float = 60.0) -> T:
    """Does what a fault may be in the way of."""
    until = time.monotonic() + patience
    while True:
        try:
            return do()
        except UserError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _part(wall: Message, kind: str) -> Message:
    return next((part for part in wall.get("parts", []) if part["kind"] == kind), {})


def _have_finished(wall: Message) -> bool:
    return str(_part(wall, "progress").get("status", "")).startswith("Finished")
