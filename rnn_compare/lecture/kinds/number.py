"""A number with a tolerance, both from the lecture file, and a slider with limits of its own."""

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from rnn_compare.lecture.controls import Slider
from rnn_compare.lecture.questions import Question, QuestionOutcome, is_right

USUAL_STEPS, MOST_STEPS = 100, 1000
"""Of a slider; a thumb hardly sets one of more."""

Limited = Annotated[float, Field(ge=-1e9, le=1e9)]


class Number(Question):
    """A question about a number.

    Attributes:
        about: The right number.
        within: How far from it an answer counts as right.
        least, most: The slider's limits; by default 0 and the next power of ten, which do not tell the number.
        step: The slider's step; by default a hundredth of the way.
        unit: What stands after the number.
    """

    name, source = "number", "file"

    about: Limited
    within: float = Field(ge=0, le=1e9)
    least: Limited = 0
    most: Limited | None = None
    step: float | None = Field(None, ge=1e-9, le=1e9)
    unit: str = Field("", max_length=20)

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        slider = self.control
        if not slider.least <= self.about <= slider.most or slider.least == slider.most:
            raise ValueError(f"about must lie between least and most, {slider.least:.12g} and {slider.most:.12g}")
        if not 1 <= slider.steps <= MOST_STEPS:
            raise ValueError(f"step must divide the way from least to most into {MOST_STEPS:,} steps at most")
        if not is_right(self, slider.check(self.about), self.from_file()):
            raise ValueError(f"no step of the slider lies within {self.within:.12g} of {self.about:.12g}; lessen step")
        return self

    @property
    def control(self) -> Slider:
        """The slider."""
        power = math.floor(math.log10(self.about)) + 1 if self.about > 0 else 1
        most = 10.0**power if self.most is None else self.most
        step = self.step or float(f"{(most - self.least) / USUAL_STEPS:.2g}")
        return Slider(self.least, most, step, (self.unit, self.unit))

    def from_file(self) -> QuestionOutcome:
        """Returns the number with its tolerance."""
        near = f" Answers within {self.within:.12g} count as right." if self.within else ""
        right = f"{self.about:.12g} {self.unit}".strip()
        accepted = self.about - self.within, self.about + self.within
        return QuestionOutcome(self.about, f"The answer: {right}.{near}", accepted=accepted)
