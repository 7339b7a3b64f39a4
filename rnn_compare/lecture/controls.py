"""Controls by which phones answer one question: buttons, a slider, or a drawn curve.

Each has the same names: ``message`` is what ``join_ask.js`` draws it from; ``check`` returns a phone's answer, any JSON
value, as it is stored, or raises ``UserError``; ``in_words`` returns a stored answer as text; ``tally`` counts answers,
and gives those of other rounds (``beside``) the same bars. Answers that have an order (``is_ordered``) have upright
bars; those that are drawn (``is_drawn``) are curves, which have none.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from rnn_compare.errors import UserError

Answer = int | float | tuple[float, ...]
"""An index into the choices, a number, an epoch (0: never), or a validation accuracy for each epoch."""

FEWEST_BARS, MOST_BARS = 5, 12
"""Bars of a slider; more would not be legible on a wall."""


@dataclass(frozen=True)
class Tally:
    """The counts of a class's answers.

    Attributes:
        labels: Labels of the bars, or the epochs of drawn curves.
        counts: Answers per bar; empty for drawn curves.
        low, middle, high: Lower quartile, median and upper quartile of the drawn curves at each epoch.
        edges: Where each bar begins, and where the last one ends; empty for drawn curves.
    """

    answered: int
    labels: tuple[str, ...]
    counts: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    middle: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    edges: tuple[float, ...] = ()

    def bar(self, answer: Answer | None) -> int | None:
        """Returns the index of the bar that counts an answer; None without one."""
        if answer is None or isinstance(answer, tuple):
            return None
        place = bisect_right(self.edges, answer) - 1
        return place if 0 <= place < len(self.labels) else None

    def with_counts(self, answers: Sequence[Answer]) -> "Tally":
        """Returns the same bars with the counts of answers."""
        numbers = [answer for answer in answers if not isinstance(answer, tuple)]
        counts = Counter(map(self.bar, numbers))
        return replace(self, answered=len(numbers), counts=tuple(counts[place] for place in range(len(self.labels))))


@dataclass(frozen=True)
class Choices:
    """A button for each answer, which is stored as its index."""

    labels: tuple[str, ...]

    is_ordered: ClassVar = False
    is_drawn: ClassVar = False

    def message(self) -> dict[str, Any]:
        """Returns each answer with its words and its button's text."""
        return {"name": "choices", "answers": [(place, label, label) for place, label in enumerate(self.labels)]}

    def check(self, answer: object) -> int:
        """Returns the index."""
        if type(answer) is not int or not 0 <= answer < len(self.labels):
            raise UserError(f"Choose one of the {len(self.labels)} answers.")
        return answer

    def in_words(self, answer: Any) -> str:
        """Returns the label."""
        return dict(enumerate(self.labels)).get(answer, str(answer))

    def tally(self, answers: Sequence[Answer], _beside: Sequence[Answer] = ()) -> Tally:
        """Counts each answer."""
        return Tally(0, self.labels, edges=tuple(range(len(self.labels) + 1))).with_counts(answers)


class Epochs(Choices):
    """A button for each epoch, and for never, which is stored as 0."""

    is_ordered: ClassVar = True

    def __init__(self, epochs: int) -> None:
        super().__init__(("never", *map(str, range(1, epochs + 1))))

    def message(self) -> dict[str, Any]:
        """Returns the answers as a grid of epochs, with the button for never below."""
        epochs = [(int(label), f"from epoch {label}", label) for label in self.labels[1:]]
        never = f"never within {len(epochs)} epochs"
        return {"name": "choices", "answers": [*epochs, (0, never, never)], "grid": True}


@dataclass(frozen=True)
class Slider:
    """A number in steps from the least on.

    Attributes:
        units: The unit of 1 and of other numbers.
        zero: What 0 means, if that is not plain.
        together: Steps that share a bar, if that makes few enough bars; else 2, 5, 10, … times as many.
        whole: Whether the bars reach to the most; otherwise to the largest answer.
    """

    least: float
    most: float
    step: float
    units: tuple[str, str] = ("", "")
    zero: str = ""
    together: int = 1
    whole: bool = True

    is_ordered: ClassVar = True
    is_drawn: ClassVar = False

    @property
    def steps(self) -> int:
        """The number of steps to the largest answer."""
        return self._place(self.most)

    def number(self, place: int) -> float:
        """Returns the number after so many steps, as the decimal that people write."""
        return round(self.least + place * self.step, self._decimals)

    def message(self) -> dict[str, Any]:
        """Returns the limits, the step, where the slider starts, the units, and what 0 means."""
        limits = {"least": self.least, "most": self.number(self.steps), "step": self.step}
        words = {"units": self.units, "zero": self.zero}
        return {"name": "slider", **limits, "start": self.number(self.steps // 2), **words}

    def check(self, answer: object) -> float:
        """Returns the number at the nearest step."""
        # The range also refuses NaN and integers too large for a float.
        if not isinstance(answer, int | float) or isinstance(answer, bool) or not self.least <= answer <= self.most:
            raise UserError(f"Enter a number from {self.least:.12g} to {self.most:.12g}.")
        return float(self.number(min(round((answer - self.least) / self.step), self.steps)))

    def in_words(self, answer: Any) -> str:
        """Returns the number."""
        return str(answer)

    def tally(self, answers: Sequence[Answer], beside: Sequence[Answer] = ()) -> Tally:
        """Counts answers in bars of one width."""
        numbers = [answer for answer in (*answers, *beside) if not isinstance(answer, tuple)]
        last = self.steps if self.whole else max(map(self._place, numbers), default=0)
        widths = (self.together * width * 10**power for power in range(9) for width in (1, 2, 5))
        width = next(width for width in widths if last < width * MOST_BARS)
        bars = max(last // width + 1, 1 if self.whole else FEWEST_BARS)
        edges = tuple(self.number(bar * width) for bar in range(bars + 1))
        return Tally(0, tuple(self._label(*ends) for ends in pairwise(edges)), edges=edges).with_counts(answers)

    @property
    def _decimals(self) -> int:
        exponents = (Decimal(repr(float(number))).normalize().as_tuple().exponent for number in (self.least, self.step))
        return max(0, *(-int(exponent) for exponent in exponents))

    def _place(self, number: float) -> int:
        """Returns the number of whole steps below a number."""
        return int(round((number - self.least) / self.step, 6))

    def _label(self, low: float, high: float) -> str:
        """Returns the first and the last number of a bar that have the decimals of all steps."""
        last = min(round(high - 10**-self._decimals, self._decimals), self.most)
        ends = [f"{number:.12g}".replace("-", "−") for number in dict.fromkeys((low, last))]
        return (" to " if low < 0 else "–").join(ends)


@dataclass(frozen=True)
class Curve:
    """A validation accuracy for each epoch, drawn with a finger.

    Attributes:
        network: The name of the network whose curve is drawn.
    """

    epochs: int
    network: str

    is_ordered: ClassVar = False
    is_drawn: ClassVar = True

    def message(self) -> dict[str, Any]:
        """Returns the number of epochs and the network's name."""
        return {"name": "curve", "epochs": self.epochs, "network": self.network}

    def check(self, answer: object) -> tuple[float, ...]:
        """Returns the accuracies."""
        if not isinstance(answer, list | tuple) or len(answer) != self.epochs:
            raise UserError(f"Draw the whole curve: {self.epochs} epochs.")
        if not all(type(share) in (int, float) and 0 <= share <= 1 for share in answer):
            raise UserError("Validation accuracy is between 0 and 100 %.")
        return tuple(round(float(share), 3) for share in answer)

    def in_words(self, answer: Any) -> str:
        """Returns the accuracies."""
        return " ".join(map(str, answer))

    def tally(self, answers: Sequence[Answer], _beside: Sequence[Answer] = ()) -> Tally:
        """Returns the quartiles of the curves at each epoch."""
        curves = [answer for answer in answers if isinstance(answer, tuple)]
        labels = tuple(map(str, range(1, self.epochs + 1)))
        if not curves:
            return Tally(0, labels)
        low, middle, high = map(tuple, np.quantile(curves, (0.25, 0.5, 0.75), axis=0).round(4).tolist())
        return Tally(len(curves), labels, (), low, middle, high)


Control = Choices | Slider | Curve
