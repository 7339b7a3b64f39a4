"""Questions to a class: what all kinds have in common, and outcomes. The kinds are the files of ``kinds/``."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, model_validator

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, NamedNetwork, Placed, groups
from rnn_compare.discovery import declared
from rnn_compare.lecture.controls import Answer, Choices, Control, Tally
from rnn_compare.runs.record import Run

SAME = "more or less the same"
NONE = f"None: {SAME}"
"""A choice where networks are offered: right where the verdict is not that one is better than all others."""
CONFIDENCE = ("guessing", "fairly sure", "sure")
"""Answers to how sure one is."""
ROUNDING = 1e-9
"""What an answer at a limit may differ from it."""


@dataclass(frozen=True)
class QuestionOutcome:
    """The outcome of a question.

    Attributes:
        answer: The right answer; None if there is none, or not yet.
        final: Whether the outcome can no longer change.
        accepted: The least and the largest number that count as right; None if only ``answer`` does.
        also: Further choices that count as right: what was measured does not exclude them.
        only_names: Whether the explanation only names the right answer.
    """

    answer: Answer | None
    explanation: str
    final: bool = True
    accepted: tuple[float, float] | None = None
    also: tuple[int, ...] = ()
    only_names: bool = False


class NoRightAnswer(Exception):  # noqa: N818  # an outcome, not an error
    """No answer to a question is right, with the reason as a sentence."""


@functools.cache  # not at import, since the kinds' files import this module
def kinds() -> dict[str, type["Question"]]:
    """Returns every kind that the files of ``kinds/`` and installed packages declare, by name."""

    def is_kind(value: type) -> bool:
        return issubclass(value, Question) and bool(value.name)

    classes: list[type[Question]] = declared(f"{__package__}.kinds", type, "rnn_compare.questions", where=is_kind)
    return {kind.name: kind for kind in classes}


class Question(BaseModel):
    """One question to a class. Its kind is a class derived from this one, which may declare further fields.

    What is made of this class itself, from arguments or data, is a question of the kind that ``kind`` names. A kind
    defines one of ``from_runs``, ``from_class`` and ``from_file``, as its ``source`` says; and a ``control``, unless
    phones choose from ``choices``.

    Attributes:
        id: Its id within the lecture.
        choices: Labels of the networks and ``NONE``, or the answers to an own question.
        epochs: Number of epochs of the training.
        network: Label of the network in question.
        repeats: The id of an earlier question that this one asks again.
        confidence: Whether phones ask how sure one is.
        name: The kind's name in a lecture file.
        source: What its outcome comes from: runs, the networks of the class's phones, or the lecture file.
        rule: What counts as right, in a sentence for who looks through a lecture; "" where the lecture file answers.
        needs: The field that it must have: ``choices``, ``network``, or none.
        offers_networks: Whether its choices are networks, in their colours.
        shows_training: Whether phones get the training accuracy with the outcome.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[\w.-]{1,40}$")
    kind: str
    text: str = Field(min_length=1, max_length=300)
    choices: tuple[str, ...] = Field((), max_length=9)
    epochs: int = Field(10, ge=1, le=100)
    network: str = Field("", max_length=80)
    repeats: str = ""
    confidence: bool = Field(False, strict=True)

    name: ClassVar[str] = ""
    source: ClassVar[Literal["runs", "class", "file"]] = "runs"
    rule: ClassVar[str] = ""
    needs: ClassVar[Literal["choices", "network", ""]] = ""
    offers_networks: ClassVar[bool] = False
    shows_training: ClassVar[bool] = False

    def __new__(cls, **fields: Any) -> Self:
        """Makes a question of its kind."""
        kind: Any = kinds().get(fields.get("kind", ""), cls) if cls is Question else cls
        question: Self = super().__new__(kind)
        return question

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_kind(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if not isinstance(value, Mapping):
            return handler(value)
        value = {name: field for name, field in value.items() if field is not None}  # which stands for left out
        if cls is not Question:
            return handler(value)
        if (name := str(value.get("kind"))) not in kinds():
            raise ValueError(f"{name[:60]!r} is not a kind of question; the kinds are {', '.join(sorted(kinds()))}")
        return kinds()[name].model_validate(value)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.needs == "choices" and len(self.choices) < 2:
            raise ValueError("choices must name at least two answers")
        if any(not 0 < len(choice) <= 80 for choice in self.choices) or len(set(self.choices)) < len(self.choices):
            raise ValueError("choices must differ and have 1 to 80 characters")
        if self.needs == "network" and not self.network:
            raise ValueError("network must name the network in question")
        return self

    @classmethod
    def usual(cls, fields: Mapping[str, Any], networks: Sequence[str]) -> dict[str, Any]:  # noqa: ARG003  # kinds use them
        """Returns what a lecture file may leave out: how sure one is is asked where an answer may be right.

        Args:
            fields: Those that it has.
            networks: The labels of the step's networks.
        """
        return {"confidence": cls.source != "class"}

    @property
    def is_about_epochs(self) -> bool:
        """Whether it is about the epochs of one network's curve."""
        return self.needs == "network" and self.source == "runs"

    @property
    def control(self) -> Control:
        """How phones answer it, and how answers are checked and counted."""
        return Choices(self.choices)

    def from_runs(self, networks: Sequence[Group], evidence: Evidence) -> QuestionOutcome:
        """Returns the outcome from networks, which have ended; raises ``NoRightAnswer`` if no answer is right."""
        raise NotImplementedError

    def from_class(self, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
        """Returns the outcome from the best accuracies, by network, of those that phones have trained.

        Raises:
            NoRightAnswer: If no answer is right.
        """
        raise NotImplementedError

    def from_file(self) -> QuestionOutcome:
        """Returns the outcome that the lecture file names."""
        raise NotImplementedError

    def accepts(self, answer: Any, outcome: QuestionOutcome) -> bool | None:
        """Returns whether an answer is right by an outcome that has a right answer; None if it is not graded."""
        right: Any = outcome.answer
        low, high = outcome.accepted or (right, right)
        return answer in outcome.also or bool(low - ROUNDING <= answer <= high + ROUNDING)


def checked(question: Question, answer: object) -> Answer:
    """Returns a phone's answer, any JSON value, as it is stored.

    Raises:
        UserError: If it is not a valid answer to the question.

    Example:
        >>> checked(Question(id="lead", kind="lead", text="By how many points?"), 3.2)
        3.0
    """
    return question.control.check(answer)


def in_words(question: Question, answer: Answer) -> str:
    """Returns an answer as text."""
    if isinstance(answer, tuple) is not question.control.is_drawn:  # the question's kind was edited since
        return str(answer)
    return question.control.in_words(answer)


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
    return question.control.tally(answers, beside)


def class_outcome(question: Question, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
    """Returns the outcome of a question on networks that phones have trained, from their accuracies by cell."""
    try:
        return question.from_class(shares)
    except NoRightAnswer as reason:
        return QuestionOutcome(None, f"No answer is right: {reason}")


def outcome(question: Question, runs: Sequence[Run], evidence: Evidence) -> QuestionOutcome:
    """Returns the outcome of a question on runs, or of one that the lecture file answers."""
    if not all(run.status.ended for run in runs):
        return QuestionOutcome(None, "The outcome is known after the last epoch.", final=False)
    if question.source == "file":
        return question.from_file()
    if question.source == "class":
        return QuestionOutcome(None, "No answer is right: the class's phones have trained no network.")
    if not runs:
        return QuestionOutcome(None, "No network has been trained for this question yet.", final=False)
    try:
        return question.from_runs(groups(runs), evidence)
    except NoRightAnswer as reason:
        return QuestionOutcome(None, f"No answer is right: {reason}")


def is_right(question: Question, answer: Answer, outcome: QuestionOutcome) -> bool | None:
    """Returns whether an answer is right; None if no answer is, or it is not known yet.

    Example:
        >>> lead = Question(id="lead", kind="lead", text="By how many points?")
        >>> [is_right(lead, answer, QuestionOutcome(2.1, "", accepted=(0.4, 3.8))) for answer in (3.0, 4.0)]
        [True, False]
    """
    right = outcome.answer
    if right is None or not outcome.final:
        return None
    if isinstance(answer, tuple) is not isinstance(right, tuple):  # the question's kind was edited since
        return False
    return question.accepts(answer, outcome)


def group_called(label: str, networks: Sequence[Placed]) -> Placed | None:
    """Returns the only network with this name or, if there is none, the only one with this cell; None otherwise."""
    by_name = [group for group in networks if group.name == label]
    matches = by_name or [group for group in networks if group.experiment.cell == label]
    return matches[0] if len(matches) == 1 else None


def network_in_question(question: Question, networks: Sequence[Group]) -> Group:
    """Returns the runs of the network in question; raises ``NoRightAnswer`` if none was trained to its end."""
    group = group_called(question.network, networks)
    if group is None or not group.counted:
        raise NoRightAnswer(f"{question.network} was not trained to its end.")
    return group
