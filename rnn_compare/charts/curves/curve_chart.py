"""The declaration of a chart over the epochs, as ``assets/board/board.js`` draws it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

ROOM = 1.005
"""A hair beyond the last tick, or Plotly leaves it out."""


def up_to_1(usual: float) -> Callable[[Sequence[float]], tuple[float, float]]:
    """Returns a range that begins at a usual value, or at the tenth below the lowest of the values."""
    return lambda values: (min(usual, math.floor(10 * min(values, default=1.0)) / 10), ROOM)


@dataclass(frozen=True)
class Mark:
    """A line across a chart at one value.

    Attributes:
        color: Its colour; empty for that of the page's text.
        side: The edge of the text that touches the line: the text stands on its free side.
    """

    text: str
    at: float
    color: str
    side: Literal["top", "bottom"]


@dataclass(frozen=True)
class CurveChart:
    """One chart of the board.

    Attributes:
        name: Names it in addresses and messages.
        training: The figure whose curve is dashed and grows within an epoch too; None if there is none.
        validation: The figure whose curve is solid, with a marker at each epoch; usually of the validation.
        tickformat: Of the numbers along the axis, as d3 writes them.
        hoverformat: Of the numbers beside the pointer.
        unit: Stands behind the numbers of both.
        factor: How many of the unit 1 is.
        range: Gives the axis' ends, given all values that are drawn.
        position: Where it stands among the others, the lowest first.
        shown_first: Whether a viewer who chose nothing sees it.
        marks: Drawn where they are wanted.
        has_baselines: Whether baselines are drawn in it: it shows validation accuracy.
    """

    name: str
    title: str
    training: str | None
    validation: str
    tickformat: str
    hoverformat: str
    range: Callable[[Sequence[float]], tuple[float, float]]
    position: int
    unit: str = ""
    factor: int = 1
    shown_first: bool = False
    marks: tuple[Mark, ...] = ()
    has_baselines: bool = False

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures that it draws."""
        return (self.validation,) if self.training is None else (self.training, self.validation)

    @property
    def solid(self) -> str:
        """What its solid curves are measured in, as its key names it."""
        return "validation" if self.validation.startswith("val_") else "training"
