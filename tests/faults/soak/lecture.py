"""One lecture, from Begin to End: votes, networks that train behind the curtain, the reveal."""

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

VOTE_SECONDS, SHORT_SECONDS = 20.0, 2.0
"""How long a presenter waits for the hall; a short vote closes on some."""
SCRIPT = f"{SHORT}{BEST}{TO_THE_REVEAL}"
VOTE, TRAIN, REVEAL = range(3)


@dataclass(frozen=True)
class SoakedLecture:
    """Gives one lecture after another.

    Attributes:
        hall, store, ledger: Where it is given, what is trained, what was promised.
        phones, networks: How many vote, and how many are trained.
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
        patiently(lambda: self.ledger.check_class(self.hall.cache))
        presenter.until("the end", lambda wall: not wall["on"], lambda _: presenter.press("end"))
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
        until = time.monotonic() + self.chance.choice((VOTE_SECONDS, SHORT_SECONDS))
        presenter.until("answers", lambda _: presenter.answered >= self.phones or time.monotonic() > until)
        presenter.until("shown answers", is_in("shown"), close)

    def _have_them_learn(self, wall: Message) -> None:
        offered = {press["press"] for press in wall["presses"]} & {"train", "continue_training"}
        self.presenter.press_at(wall, TRAIN, "".join(offered))


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


def _have_finished(wall: Message) -> bool:
    return any(str(part.get("status")).startswith("Finished") for part in wall.get("parts", []))
