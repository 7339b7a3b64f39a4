"""The outcome of a question to the class: the right answer, if there is one, and an explanation."""

from collections.abc import Mapping, Sequence

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.questions import Question, QuestionOutcome
from rnn_compare.runs.record import Run

ROUNDING = 1e-9
"""What an answer at a limit may differ from it."""


class NoRightAnswer(Exception):  # noqa: N818  # an outcome, not an error
    """No answer to a question is right, with the reason as a sentence."""


def class_outcome(question: Question, shares: Mapping[str, Sequence[float]]) -> QuestionOutcome | None:
    """Returns the outcome of a question on networks that phones have trained, from their accuracies by cell.

    None if the outcome comes from runs.
    """
    if question.kind.class_outcome is None:
        return None
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


def group_called(label: str, networks: Sequence[Group]) -> Group | None:
    """Returns the only group with this name or, if there is none, the only one with this cell; None otherwise."""
    by_name = [group for group in networks if group.name == label]
    matches = by_name or [group for group in networks if group.experiment.cell == label]
    return matches[0] if len(matches) == 1 else None


def network_in_question(question: Question, networks: Sequence[Group]) -> Group:
    """Returns the runs of the network in question; raises ``NoRightAnswer`` if none was trained to its end."""
    group = group_called(question.network, networks)
    if group is None or not group.counted:
        raise NoRightAnswer(f"{question.network} was not trained to its end.")
    return group
