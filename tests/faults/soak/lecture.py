"""One lecture, from Begin to End: votes, networks that train behind the curtain, the reveal, a review from the hall."""

import re
import time
from collections.abc import Callable
from random import Random
from typing import TypeVar

from rnn_compare.errors import UserError
from rnn_compare.lecture.scene import NOT_REVEALED
from rnn_compare.presets import PRESETS
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.faults.soak.hall import Hall
from tests.faults.soak.ledger import Ledger
from tests.faults.soak.presenter import Presenter, Wall

T = TypeVar("T")

VOTE_SECONDS, SHORT_SECONDS, REVIEW_SECONDS = 20.0, 2.0, 15.0
"""How long a presenter waits for the hall; a short vote closes on some."""
CLASS_SECONDS = 15.0
"""How long phones, of which most forge it, send what they have trained."""
COUNT_SECONDS = 40.0
"""By when the bars are those of the votes, unless a fault is in their way."""
SCRIPT = """
title = "Soaked"
preset = "{preset}"
[[steps]]
kind = "text"
title = "Welcome"
[[steps]]
kind = "predict"
title = "Which one?"
[steps.question]
id = "best"
kind = "best_network"
text = "Which network has the higher validation accuracy?"
[[steps]]
kind = "predict"
title = "By how much?"
[steps.question]
id = "lead"
kind = "lead"
text = "By how many points does the better one lead?"
[[steps]]
kind = "train"
title = "Training: curves hidden"
[[steps]]
kind = "reveal"
title = "What happened"
[[steps]]
kind = "review"
title = "Your review"
[[steps]]
kind = "home"
title = "Take it home"
[[steps]]
kind = "class_trains"
title = "Your networks"
preset = "{class_preset}"
"""
WELCOME, BEST, LEAD, TRAIN, REVEAL, REVIEW, HOME, CLASS = range(1, 9)


def experiments_of(preset: str) -> int:
    return next(len(candidate.experiments()) for candidate in PRESETS if candidate.name == preset)


class SoakedLecture:
    """Gives one lecture after another."""

    def __init__(
        self,
        hall: Hall,
        store: RunStore,
        presenter: Presenter,
        ledger: Ledger,
        chance: Random,
        phones: int,
        networks: int,
    ) -> None:
        self._hall, self._store, self._presenter, self._ledger = hall, store, presenter, ledger
        self._chance, self._phones, self._networks = chance, phones, networks

    def give(self) -> list[Run]:
        presenter, before = self._presenter, {run.id for run in patiently(self._store.runs)}
        self._ledger.lecture += 1
        presenter.until("Begin", lambda wall: wall.place == WELCOME, lambda _: presenter.begin("soaked"))
        self._vote(BEST, "best")
        if self._chance.random() < 0.5:
            presenter.until("a second vote", _is_open, lambda wall: self._open(wall, BEST))
            self._vote(BEST, "best")
        self._vote(LEAD, "lead")
        self._train()
        presenter.show_step(REVEAL)
        presenter.until("the outcome", lambda wall: wall.place == REVEAL and wall.outcome, self._reveal_again)
        runs = [run for run in patiently(self._store.runs) if run.id not in before]
        if any(not run.status.ended for run in runs):
            self._wait_for_the_networks()
        shown = self._show_a_review()
        patiently(lambda: self._ledger.check_class(self._hall.cache))
        presenter.show_step(CLASS)
        until = time.monotonic() + CLASS_SECONDS
        presenter.until(
            "the class's networks", lambda wall: time.monotonic() > until and "held-out reviews" in wall.page
        )
        presenter.go("notes")
        presenter.until(
            "the end",
            lambda wall: "No lecture is running" in wall.page,
            lambda _: presenter.click("End it", "End the lecture"),
        )
        patiently(lambda: self._ledger.check_after_the_end(self._hall.cache, shown))
        runs = [run for run in patiently(self._store.runs) if run.id not in before]
        self._ledger.check_runs(runs, self._networks)
        return runs

    def _vote(self, place: int, question: str) -> None:
        presenter = self._presenter
        presenter.until("an open vote", _is_open, lambda wall: self._open(wall, place))
        until = time.monotonic() + self._chance.choice((VOTE_SECONDS, SHORT_SECONDS))
        presenter.until("the answers", lambda wall: wall.count >= self._phones or time.monotonic() > until)

        def close(wall: Wall) -> None:
            if not presenter.move(wall, place):  # pressed once too often
                presenter.press("PageDown")

        presenter.until("shown answers", lambda wall: wall.place == place and _is_shown(wall), close)
        try:
            presenter.until("the right bars", lambda wall: self._is_counted(wall, question), patience=COUNT_SECONDS)
        except TimeoutError as error:
            votes = self._ledger.votes_of(self._ledger.lecture)
            self._ledger.problem(f"The wall counts the answers to {question} wrongly: {error}; promised: {votes}")

    def _is_counted(self, wall: Wall, question: str) -> bool:
        """Tells whether the bars are of the votes that were promised, and of the last round."""
        answers, in_doubt = self._ledger.last_round(self._ledger.lecture, question)
        counts = _last_counts(wall.votes)
        if in_doubt:
            return len(answers) <= sum(counts) <= len(answers) + in_doubt
        if question == "best" and counts:
            return counts == [answers.count(choice) for choice in range(len(counts))]
        return sum(counts) == len(answers)

    def _open(self, wall: Wall, place: int) -> None:
        if not self._presenter.move(wall, place):
            self._presenter.click("Open the vote", "Discuss and vote again", "Reopen the vote")

    def _train(self) -> None:
        self._presenter.show_step(TRAIN)
        if self._chance.random() < 0.3:  # the curves are to grow before the class
            self._presenter.until("a first epoch", _has_an_epoch, self._have_them_learn)
        else:
            self._wait_for_the_networks()

    def _wait_for_the_networks(self) -> None:
        self._presenter.show_step(TRAIN)
        self._presenter.until("trained networks", _have_finished, self._have_them_learn)

    def _have_them_learn(self, wall: Wall) -> None:
        if not self._presenter.move(wall, TRAIN):  # a press that a killed server took late
            self._presenter.click("Continue", "Train")

    def _reveal_again(self, wall: Wall) -> None:
        if not self._presenter.move(wall, REVEAL) and NOT_REVEALED in wall.page:  # it says: go back
            self._presenter.press("ArrowLeft")

    def _show_a_review(self) -> str:
        presenter = self._presenter
        presenter.show_step(REVIEW)
        until = time.monotonic() + REVIEW_SECONDS
        wall = presenter.until("reviews", lambda wall: wall.count >= self._phones or time.monotonic() > until)
        if not wall.count:
            return ""
        presenter.go("notes")
        presenter.until("a review", lambda wall: "Show again" in wall.buttons, lambda _: presenter.click("Show"))
        presenter.go("wall")
        return presenter.until("a review on the wall", lambda wall: wall.review).review


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


def _is_open(wall: Wall) -> bool:
    return "Close the vote" in wall.buttons


def _is_shown(wall: Wall) -> bool:
    can_go_on = not {"Discuss and vote again", "Reopen the vote"}.isdisjoint(wall.buttons)
    return can_go_on and "Show the answers" not in wall.buttons


def _has_an_epoch(wall: Wall) -> bool:
    return "epoch 2 of" in wall.page or _have_finished(wall)


def _have_finished(wall: Wall) -> bool:
    return wall.status.startswith("Finished")


def _last_counts(votes: list[str]) -> list[int]:
    """Returns how many gave each answer at last, from bars such as ``LSTM(32): 3 of 5 answers, 2 of 5 answers``."""
    return [int(re.findall(r"(\d+) of \d+ answers?", vote.rpartition(": ")[2])[-1]) for vote in votes]
