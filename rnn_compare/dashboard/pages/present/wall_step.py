"""What the wall shows at a step of one kind."""

from collections.abc import Callable
from dataclasses import dataclass

from rnn_compare.dashboard.pages.present.lecture_context import Moment
from rnn_compare.lecture.lecture_file import StepKind


@dataclass(frozen=True)
class WallStep:
    """How steps of one kind are drawn below their title.

    Attributes:
        kind: Which steps.
        show: Draws one.
        ticks: Whether it is drawn anew while nobody presses anything, since something comes in.
    """

    kind: StepKind
    show: Callable[[Moment], None]
    ticks: bool = False
