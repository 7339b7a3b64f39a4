"""The state of a lecture and the messages of its class: plain values that any thread may hold."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from rnn_compare.lecture.questions import Answer, Question
from rnn_compare.runs.record import Run

Phase = Literal["idle", "open", "closed", "shown", "revealed"]
"""Closed: only the presenter sees the answers; shown: the class does; revealed: also what is right."""


@dataclass(frozen=True)
class State:
    """The state of a lecture.

    Attributes:
        lecture: Its name; empty while there is none.
        step: The step at hand, from 0.
        title, text: Those of the step, as phones show them.
        phase: Of the question, or of the step where it has none: ``revealed`` once its curves may be seen.
        round: Of the vote, from 1: a class may discuss and vote again.
        runs: Ids of the runs whose curves belong to the step.
        hidden: Ids of the runs that nobody may see before the reveal.
        hidden_settings: Settings of which nobody may see any run before the reveal (``Experiment.setting``).
        reviews_open: Whether phones may send a review.
        networks_offered: Whether phones may open the page that reads with the step's networks.
        wall_review: The text of the review that the wall shows.
        wall_verdicts: The verdicts of the networks on it, a line each.
        recorded: Whether recorded runs are played in the place of trainings.
        version: Goes up with every change of the above.
    """

    lecture: str = ""
    step: int = 0
    title: str = ""
    text: str = ""
    question: Question | None = None
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
    recorded: bool = False
    version: int = 0

    def hides(self, run: Run) -> bool:
        """Tells whether nobody may see a run before the reveal: the one rule for all that is shown or handed out."""
        return run.id in self.hidden or (bool(self.hidden_settings) and run.experiment.setting in self.hidden_settings)


STATE = TypeAdapter(State)
"""Reads and writes a state as JSON."""


@dataclass(frozen=True)
class Counts:
    """The numbers of devices that take part."""

    joined: int
    here: int  # with an open page
    answered: int  # the question at hand, in this round


@dataclass(frozen=True)
class SentReview:
    """A review that a phone has sent.

    Attributes:
        id: A random name; it says nothing of its sender.
        shown: Whether the wall shows it, or has.
        at: The time at which it was sent, in seconds since 1970.
    """

    id: str
    text: str
    shown: bool
    at: float


@dataclass(frozen=True)
class Own:
    """A device's answer to the question at hand, in this round, and its last review that waits or was shown."""

    answer: Answer | None = None
    review: SentReview | None = None
