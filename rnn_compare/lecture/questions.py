"""Questions to a class before a training, their kinds (the files of ``kinds/``), and their outcomes."""

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, PlainSerializer, model_validator

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, NamedNetwork, Placed, groups
from rnn_compare.discovery import declared
from rnn_compare.lecture.controls import Answer, Control, Tally
from rnn_compare.runs.record import Run

CHANCE = "No difference beyond chance"
"""A choice where networks are offered: right where the verdict is not that one is better than all others."""
CONFIDENCE = ("guessing", "fairly sure", "sure")
"""Answers to how sure one is."""


@dataclass(frozen=True)
class QuestionOutcome:
    """The outcome of a question.

    Attributes:
        answer: The right answer; None if there is none, or not yet.
        final: Whether the outcome can no longer change.
        within_chance: Whether a lead of 0 is right too.
        only_names: Whether the explanation only names the right answer.
    """

    answer: Answer | None
    explanation: str
    final: bool = True
    within_chance: bool = False
    only_names: bool = False


@dataclass(frozen=True)
class QuestionKind:
    """A kind of question.

    Attributes:
        name: Its name in a lecture file.
        control: How phones answer it, and how answers are checked and counted.
        outcome: Returns the outcome from the question and the networks, which have ended; raises ``NoRightAnswer``
            if no answer is right.
        needs: The field of ``Question`` that it must have: ``choices``, ``network``, or none.
        needs_runs: Whether its outcome comes from runs; if not, a lecture file may give the ``right`` choice.
        offers_networks: Whether its choices are networks, in their colours; a file need not list them.
        shows_training: Whether phones get the training accuracy with the outcome.
        class_outcome: Returns the outcome from the best accuracies, by network, of those that phones have trained;
            None where it comes from runs.
    """

    name: str
    control: Control
    outcome: Callable[["Question", Sequence[Group], Evidence], QuestionOutcome]
    is_right: Callable[[Any, Any], bool] = operator.eq
    needs: str = ""
    needs_runs: bool = True
    offers_networks: bool = False
    shows_training: bool = False
    class_outcome: Callable[["Question", Mapping[NamedNetwork, Sequence[float]]], QuestionOutcome] | None = None

    @property
    def is_about_epochs(self) -> bool:
        """Whether it is about the epochs of one network's curve."""
        return self.needs == "network" and self.needs_runs


@functools.cache  # not at import, since the kinds' files import this module
def kinds() -> dict[str, QuestionKind]:
    """Returns every kind that the files of ``kinds/`` declare, by name."""
    return {kind.name: kind for kind in declared(f"{__package__}.kinds", QuestionKind)}


def _kind(name: object) -> QuestionKind:
    if isinstance(name, QuestionKind):
        return name
    if not isinstance(name, str) or name not in kinds():
        raise ValueError(f"{str(name)[:60]!r} is not a kind of question; the kinds are {', '.join(sorted(kinds()))}")
    return kinds()[name]


class Question(BaseModel):
    """One question to a class.

    Attributes:
        id: Its id within the lecture.
        choices: Labels of the networks and ``CHANCE``, or the answers to an own question.
        right: Index of an own question's right choice; None if there is none.
        epochs: Number of epochs of the training.
        network: Label of the network in question.
        repeats: The id of an earlier question that this one asks again.
        confidence: Whether phones ask how sure one is; in a lecture file by default if an answer may be right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[\w.-]{1,40}$")
    kind: Annotated[InstanceOf[QuestionKind], BeforeValidator(_kind), PlainSerializer(lambda kind: kind.name)]
    text: str = Field(min_length=1, max_length=300)
    choices: tuple[str, ...] = Field((), max_length=9)
    right: int | None = Field(None, ge=0)
    epochs: int = Field(10, ge=1, le=100)
    network: str = Field("", max_length=80)
    repeats: str = ""
    confidence: bool = Field(False, strict=True)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind.needs == "choices" and len(self.choices) < 2:
            raise ValueError("choices must name at least two answers")
        if any(not 0 < len(choice) <= 80 for choice in self.choices) or len(set(self.choices)) < len(self.choices):
            raise ValueError("choices must differ and have 1 to 80 characters")
        if self.kind.needs == "network" and not self.network:
            raise ValueError("network must name the network in question")
        if self.right is not None and (self.kind.needs_runs or self.right >= len(self.choices)):
            raise ValueError("right must be the index of a choice of an own question, from 0")
        return self


def checked(question: Question, answer: object) -> Answer:
    """Returns a phone's answer, any JSON value, as it is stored.

    Raises:
        UserError: If it is not a valid answer to the question.

    Example:
        >>> checked(Question(id="lead", kind="lead", text="By how many points?"), 3.2)
        3.0
    """
    return question.kind.control.check(question, answer)


def in_words(question: Question, answer: Answer) -> str:
    """Returns an answer as text."""
    if isinstance(answer, tuple) is not question.kind.control.is_drawn:  # the question's kind was edited since
        return str(answer)
    return question.kind.control.in_words(question, answer)


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
    return question.kind.control.tally(question, answers, beside)


ROUNDING = 1e-9
"""What an answer at a limit may differ from it."""


class NoRightAnswer(Exception):  # noqa: N818  # an outcome, not an error
    """No answer to a question is right, with the reason as a sentence."""


def class_outcome(question: Question, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
    """Returns the outcome of a question on networks that phones have trained, from their accuracies by cell."""
    assert question.kind.class_outcome is not None
    try:
        return question.kind.class_outcome(question, shares)
    except NoRightAnswer as reason:
        return QuestionOutcome(None, f"No answer is right: {reason}")


def outcome(question: Question, runs: Sequence[Run], evidence: Evidence) -> QuestionOutcome:
    """Returns the outcome of a question on runs."""
    if not all(run.status.ended for run in runs):
        return QuestionOutcome(None, "The outcome is known after the last epoch.", final=False)
    if question.kind.needs_runs and not runs:
        return QuestionOutcome(None, "No network has been trained for this question yet.", final=False)
    try:
        return question.kind.outcome(question, groups(runs), evidence)
    except NoRightAnswer as reason:
        return QuestionOutcome(None, f"No answer is right: {reason}")


def is_right(question: Question, answer: Answer, outcome: QuestionOutcome) -> bool | None:
    """Returns whether an answer is right; None if no answer is, or it is not known yet.

    Example:
        >>> lead = Question(id="lead", kind="lead", text="By how many points?")
        >>> [is_right(lead, answer, QuestionOutcome(2.1, "")) for answer in (3.0, 4.0)]
        [True, False]
    """
    right = outcome.answer
    if right is None or not outcome.final:
        return None
    if isinstance(answer, tuple) is not isinstance(right, tuple):  # the question's kind was edited since
        return False
    return question.kind.is_right(answer, right) or (outcome.within_chance and not answer)


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
