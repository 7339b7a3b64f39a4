"""The declaration of a kind of step: its name, and what a lecture opens, accepts or reveals there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class StepKind:
    """A kind of step.

    Attributes:
        name: Its name in a lecture's file.
        show: Draws such a step on the wall, below its title; called with the moment of the lecture.
        ticks: Whether it is drawn anew while nobody presses anything, since something comes in.
        writes: Whether it draws the step's text itself; else that stands below the title.
        asks: Whether it opens a vote on a question: each such step has one, and no other has.
        trains: Whether it starts the trainings of its networks, hidden.
        reveals: Whether it shows what was hidden, and the outcomes of the questions before it.
        takes_reviews: Whether phones may send reviews, which it shows.
    """

    name: str
    show: Callable[[Any], None]
    ticks: bool = False
    writes: bool = False
    asks: bool = False
    trains: bool = False
    reveals: bool = False
    takes_reviews: bool = False
