"""Questions to a class before a training, and the validation and tally of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rnn_compare.errors import UserError

Kind = Literal["best_network", "lead", "overfits_from", "curve", "own"]
Answer = int | float | tuple[float, ...]
"""An index into the choices, points, an epoch (0: never), or a validation accuracy for each epoch."""

MOST_POINTS = 50.0
"""The largest lead: guessing is right for half of the reviews."""
CHANCE = "No difference beyond chance"
"""A choice for ``best_network``: right where the verdict is not that one is better than all others."""
STEP = 0.5
"""Points between two answers of a slider."""
BIN_WIDTHS = (1, 2, 5)
MOST_BINS = 12
"""Bars that are legible on a wall; with more, bins become wider."""


class Question(BaseModel):
    """One question to a class.

    Attributes:
        id: Its id within the lecture.
        kind: Its subject: which of ``choices`` is better than all others, the lead of the first over the second in
            points, the epoch from which ``network`` overfits, its validation curve, or the lecturer's own question.
        choices: Labels of the networks and ``CHANCE``, or the answers to an own question.
        right: Index of an own question's right choice; None if there is none.
        epochs: Number of epochs of the training.
        network: Label of the network in question.
        repeats: The id of an earlier question that this one asks again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[\w.-]{1,40}$")
    kind: Kind
    text: str = Field(min_length=1, max_length=300)
    choices: tuple[str, ...] = Field((), max_length=9)
    right: int | None = Field(None, ge=0)
    epochs: int = Field(10, ge=1, le=100)
    network: str = Field("", max_length=80)
    repeats: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind in ("best_network", "own") and len(self.choices) < 2:
            raise ValueError("choices must name at least two answers")
        if any(not 0 < len(choice) <= 80 for choice in self.choices) or len(set(self.choices)) < len(self.choices):
            raise ValueError("choices must differ and have 1 to 80 characters")
        if self.kind in ("overfits_from", "curve") and not self.network:
            raise ValueError("network must name the network in question")
        if self.right is not None and (self.kind != "own" or self.right >= len(self.choices)):
            raise ValueError("right must be the index of a choice of an own question, from 0")
        return self


@dataclass(frozen=True)
class Tally:
    """The counts of a class's answers.

    Attributes:
        answered: Number of answers.
        labels: Labels of the bars, or the epochs of drawn curves.
        counts: Answers per bar; empty for drawn curves.
        low, middle, high: Lower quartile, median and upper quartile of the drawn curves at each epoch.
    """

    answered: int
    labels: tuple[str, ...]
    counts: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    middle: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def checked(question: Question, answer: object) -> Answer:
    """Returns a phone's answer, any JSON value, as it is stored.

    Raises:
        UserError: If it is not a valid answer to the question.

    Example:
        >>> checked(Question(id="lead", kind="lead", text="By how many points?"), 3.2)
        3.0
    """
    if question.kind == "curve":
        return _curve(question, answer)
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise UserError("This question expects a number.")
    if question.kind == "lead":
        if not 0 <= answer <= MOST_POINTS:  # also refuses NaN and integers too large for a float
            raise UserError(f"Enter a lead between 0 and {MOST_POINTS:g} points.")
        return round(answer / STEP) * STEP
    if not isinstance(answer, int):
        raise UserError("This question expects a whole number.")
    if question.kind == "overfits_from":
        if not 0 <= answer <= question.epochs:
            raise UserError(f"Choose an epoch from 1 to {question.epochs}, or never.")
    elif not 0 <= answer < len(question.choices):
        raise UserError(f"Choose one of the {len(question.choices)} answers.")
    return answer


def in_words(question: Question, answer: Answer) -> str:
    """Returns an answer as text."""
    if isinstance(answer, tuple):
        return " ".join(map(str, answer))
    if question.kind == "overfits_from" and not answer:
        return "never"
    return question.choices[int(answer)] if answer in range(len(question.choices)) else str(answer)


def tally(question: Question, answers: Sequence[Answer], beside: Sequence[Answer] = ()) -> Tally:
    """Counts answers.

    Args:
        answers: Valid answers, one per device.
        beside: Answers of another round shown beside this one, so that both have the same bars.

    Example:
        >>> which = Question(id="best", kind="best_network", text="Which is best?", choices=("SimpleRNN", "LSTM"))
        >>> tally(which, [1, 1, 0]).counts
        (1, 2)
    """
    if question.kind == "curve":
        return _band(question, answers)
    numbers = [float(answer) for answer in answers if not isinstance(answer, tuple)]
    if question.kind == "lead":
        largest = max((float(answer) for answer in (*answers, *beside) if not isinstance(answer, tuple)), default=0.0)
        width = next((width for width in BIN_WIDTHS if largest < width * MOST_BINS), BIN_WIDTHS[-1])
        bins = max(5, int(largest // width) + 1)
        labels = tuple(f"{width * index}–{width * (index + 1) - 0.1:g}" for index in range(bins))
        numbers = [number // width for number in numbers]
    elif question.kind == "overfits_from":
        labels = ("never", *map(str, range(1, question.epochs + 1)))
    else:
        labels = question.choices
    return Tally(len(numbers), labels, tuple(numbers.count(index) for index in range(len(labels))))


def _curve(question: Question, answer: object) -> tuple[float, ...]:
    if not isinstance(answer, list | tuple) or len(answer) != question.epochs:
        raise UserError(f"Draw the whole curve: {question.epochs} epochs.")
    for share in answer:
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise UserError("Validation accuracy is between 0 and 100 %.")
    return tuple(round(float(share), 3) for share in answer)


def _band(question: Question, answers: Sequence[Answer]) -> Tally:
    curves = [answer for answer in answers if isinstance(answer, tuple)]
    labels = tuple(map(str, range(1, question.epochs + 1)))
    if not curves:
        return Tally(0, labels)
    low, middle, high = map(tuple, np.quantile(curves, (0.25, 0.5, 0.75), axis=0).round(4).tolist())
    return Tally(len(curves), labels, (), low, middle, high)
