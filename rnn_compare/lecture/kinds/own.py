"""The lecturer's own question; its lecture file may name the right answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from rnn_compare.lecture.questions import Question, QuestionOutcome


class OwnQuestion(Question):
    """A question with choices.

    Attributes:
        right: Index of the right choice; None if there is none.
    """

    name, source, needs = "own", "file", "choices"

    right: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _has_the_right_choice(self) -> Self:
        if self.right is not None and self.right >= len(self.choices):
            raise ValueError("right must be the index of a choice, from 0")
        return self

    @classmethod
    def usual(cls, fields: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:  # noqa: ARG003  # other kinds read them
        """Asks how sure one is if an answer is right."""
        return {"confidence": "right" in fields}

    def from_file(self) -> QuestionOutcome:
        """Returns the right choice."""
        if self.right is None:
            return QuestionOutcome(None, "No answer is marked as right.")
        return QuestionOutcome(self.right, f"The answer: {self.choices[self.right]}.", only_names=True)
