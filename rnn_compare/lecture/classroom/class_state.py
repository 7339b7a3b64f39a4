"""The state of a lecture and its class, as immutable values."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from pydantic import SerializeAsAny, TypeAdapter

from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom.neighbours import Sign
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.questions import Question
from rnn_compare.runs.record import Run
from rnn_compare.settings import SETTINGS

Phase = Literal["idle", "open", "closed", "shown", "revealed"]
"""Closed: only the presenter sees the answers; shown: so does the class; revealed: with the right answer."""
NOT_OPEN = {
    "idle": "The vote is not open yet.",
    "closed": "The vote is closed.",
    "shown": "The vote is closed.",
    "revealed": "The outcome has been revealed: the vote is over.",
}


@dataclass(frozen=True)
class State:
    """The state of a lecture.

    Attributes:
        lecture: Its name; empty without a lecture.
        step: The current step, from 0.
        title, text: The step's title and text for phones.
        phase: Phase of the question, or of a step without one: ``revealed`` once its curves are shown.
        round: Round of the vote, from 1: a class may discuss and vote again.
        runs: Ids of the step's runs.
        hidden: Ids of the runs that are hidden until the reveal.
        hidden_settings: Settings (``curve_setting``) whose runs are all hidden until the reveal.
        reviews_open: Whether phones may send reviews.
        networks_offered: Whether phones may open the page that reads, with the step's networks.
        wall_review: Text of the review on the wall.
        wall_verdicts: The networks' verdicts on it, a line each.
        rows_asked: Whether phones ask for the row of seats.
        neighbours: How often phones were paired for the coming discussion; 0 while they show no sign.
        recorded: Whether recorded runs replace the trainings.
        task: The preset whose networks the class's phones train in this lecture; empty if they train none.
        task_since: When they began, in seconds since 1970; 0 before.
        task_shown: Whether the class may see its networks.
        replayed: Number of an earlier lecture whose class's networks are played; 0 without one.
        compared: Number of an earlier lecture whose class is shown beside this one; 0 without one.
        drawing: Number of the drawing of a few networks that the wall shows; 0 for none.
        reading_text: The text that the networks read inside their cells; empty for the step's first example.
        word_by_word: Whether the review on the wall is read word by word.
        presses: The latest press that each client has had carried out: its id and the press's number.
        version: Increases with every change.
    """

    lecture: str = ""
    step: int = 0
    title: str = ""
    text: str = ""
    question: SerializeAsAny[Question] | None = None
    phase: Phase = "idle"
    round: int = 1
    runs: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    hidden_settings: frozenset[str] = frozenset()
    reviews_open: bool = False
    networks_offered: bool = False
    wall_review: str | None = None
    wall_verdicts: tuple[str, ...] = ()
    wall_review_id: str = ""
    rows_asked: bool = False
    neighbours: int = 0
    recorded: bool = False
    task: str = ""
    task_since: float = 0.0
    task_shown: bool = False
    replayed: int = 0
    compared: int = 0
    drawing: int = 0
    reading_text: str = ""
    word_by_word: bool = False
    presses: tuple[tuple[str, int], ...] = ()
    version: int = 0

    def hides(self, run: Run) -> bool:
        """Returns whether a run is hidden until the reveal, on all pages, phones and downloads."""
        if not (self.hidden or self.hidden_settings):
            return False  # without a lecture no run's hash is computed
        return run.id in self.hidden or curve_setting(run.experiment) in self.hidden_settings

    def ended(self) -> "State":
        """Returns the state after the end of the lecture: phones keep the networks that were offered."""
        runs = self.runs if self.networks_offered else ()
        return State(version=self.version, runs=runs, networks_offered=self.networks_offered)


_OF_A_CURVE = sorted({setting.curve or name for name, setting in SETTINGS.items() if setting.curve is not None})


def curve_setting(experiment: Experiment) -> str:
    """Returns a hash of what decides a network's curve: runs that share it draw the same one, but for chance.

    Chance is the seed, the choice and order of reviews, and rounding. Some of them draw less of it: fewer epochs, or,
    with another schedule, only the first one.
    """
    values = [getattr(experiment, name) for name in _OF_A_CURVE]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


STATE = TypeAdapter(State)
"""Reads and writes a state as JSON."""


@dataclass(frozen=True)
class Counts:
    """The numbers of devices that joined, have a page open, and answered the question in this round."""

    joined: int
    here: int
    answered: int


@dataclass(frozen=True)
class SentReview:
    """A phone's review.

    Attributes:
        id: A random id, which does not identify the sender.
        shown: Whether it is or was on the wall.
        at: When it was sent, in seconds since 1970.
    """

    id: str
    text: str
    shown: bool
    at: float


@dataclass(frozen=True)
class Contribution:
    """A device's answer to the question in this round, how sure it is of it, its last review, and its network.

    Attributes:
        deal: The cell and seed that it trains; None where phones train nothing.
        sent: Whether it has sent its network.
        confidence: An index into ``CONFIDENCE``.
        row: Its row of seats, if it gave one.
        sign: The sign by which its neighbour finds it, while phones show them.
    """

    answer: Answer | None = None
    review: SentReview | None = None
    deal: tuple[str, int] | None = None
    sent: bool = False
    confidence: int | None = None
    row: int | None = None
    sign: Sign | None = None
