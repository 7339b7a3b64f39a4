"""Controls by which phones answer: a choice, points, an epoch, or a drawn curve; ``join_ask.js`` draws them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_compare.errors import UserError

if TYPE_CHECKING:
    from rnn_compare.lecture.questions import Question

Answer = int | float | tuple[float, ...]
"""An index into the choices, points, an epoch (0: never), or a validation accuracy for each epoch."""

MOST_POINTS = 50.0
"""The largest lead: guessing is right for half of the reviews."""
STEP = 0.5
"""Points between two answers of a slider."""
BIN_WIDTHS = (1, 2, 5)
MOST_BINS = 12
"""Bars that are legible on a wall; with more, bins become wider."""


@dataclass(frozen=True)
class Tally:
    """The counts of a class's answers.

    Attributes:
        labels: Labels of the bars, or the epochs of drawn curves.
        counts: Answers per bar; empty for drawn curves.
        low, middle, high: Lower quartile, median and upper quartile of the drawn curves at each epoch.
        width: Width of a bar: an answer is counted in the bar ``answer // width``.
    """

    answered: int
    labels: tuple[str, ...]
    counts: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    middle: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    width: int = 1

    def bar(self, answer: Answer | None) -> int | None:
        """Returns the index of the bar that counts an answer; None without one."""
        if answer is None or isinstance(answer, tuple):
            return None
        place = int(answer // self.width)
        return place if place < len(self.labels) else None


@dataclass(frozen=True)
class Control:
    """A way to answer.

    Attributes:
        name: Its name in ``join_ask.js``.
        check: Returns a phone's answer, any JSON value, as it is stored; raises ``UserError`` if it is not valid.
        bars: Returns the bars' labels and width for some answers; None for drawn curves.
        is_ordered: Whether the answers have an order, and their bars stand upright.
    """

    name: str
    check: Callable[["Question", object], Answer]
    in_words: Callable[["Question", Any], str]
    bars: Callable[["Question", Sequence[float]], tuple[tuple[str, ...], int]] | None
    is_ordered: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether answers are curves, which have no bars."""
        return self.bars is None

    def tally(self, question: "Question", answers: Sequence[Answer], beside: Sequence[Answer]) -> Tally:
        """Counts answers; ``beside`` are those of other rounds, which get the same bars."""
        if self.bars is None:
            return _band(question, answers)
        labels, width = self.bars(question, _numbers([*answers, *beside]))
        numbers = [number // width for number in _numbers(answers)]
        return Tally(len(numbers), labels, tuple(map(numbers.count, range(len(labels)))), width=width)


def _numbers(answers: Sequence[Answer]) -> list[float]:
    return [float(answer) for answer in answers if not isinstance(answer, tuple)]


def _whole(answer: object, most: int, sentence: str) -> int:
    if type(answer) is not int or not 0 <= answer <= most:
        raise UserError(sentence)
    return answer


def _points(_: "Question", answer: object) -> float:
    # The range also refuses NaN and integers too large for a float.
    if not isinstance(answer, int | float) or isinstance(answer, bool) or not 0 <= answer <= MOST_POINTS:
        raise UserError(f"Enter a number of points from 0 to {MOST_POINTS:g}.")
    return round(answer / STEP) * STEP


def _point_bars(_: "Question", answers: Sequence[float]) -> tuple[tuple[str, ...], int]:
    largest = max(answers, default=0.0)
    width = next((width for width in BIN_WIDTHS if largest < width * MOST_BINS), BIN_WIDTHS[-1])
    starts = [width * index for index in range(max(5, int(largest // width) + 1))]
    return tuple(f"{start}–{start + width - 0.1:g}" for start in starts), width


def _curve(question: "Question", answer: object) -> tuple[float, ...]:
    if not isinstance(answer, list | tuple) or len(answer) != question.epochs:
        raise UserError(f"Draw the whole curve: {question.epochs} epochs.")
    if not all(type(share) in (int, float) and 0 <= share <= 1 for share in answer):
        raise UserError("Validation accuracy is between 0 and 100 %.")
    return tuple(round(float(share), 3) for share in answer)


def _band(question: "Question", answers: Sequence[Answer]) -> Tally:
    curves = [answer for answer in answers if isinstance(answer, tuple)]
    labels = tuple(map(str, range(1, question.epochs + 1)))
    if not curves:
        return Tally(0, labels)
    low, middle, high = map(tuple, np.quantile(curves, (0.25, 0.5, 0.75), axis=0).round(4).tolist())
    return Tally(len(curves), labels, (), low, middle, high)


CHOICES = Control(
    "choices",
    lambda question, answer: _whole(
        answer, len(question.choices) - 1, f"Choose one of the {len(question.choices)} answers."
    ),
    lambda question, index: dict(enumerate(question.choices)).get(index, str(index)),
    lambda question, _: (question.choices, 1),
)
POINTS = Control("points", _points, lambda _, answer: str(answer), _point_bars, is_ordered=True)
EPOCHS = Control(
    "epochs",
    lambda question, answer: _whole(answer, question.epochs, f"Choose an epoch from 1 to {question.epochs}, or never."),
    lambda _, answer: str(answer) if answer else "never",
    lambda question, _: (("never", *map(str, range(1, question.epochs + 1))), 1),
    is_ordered=True,
)
CURVE = Control("curve", _curve, lambda _, shares: " ".join(map(str, shares)), None)
