"""The lecturer's own question; its lecture file may name the right answer."""

from collections.abc import Sequence

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.lecture.controls import CHOICES
from rnn_compare.lecture.questions import Question, QuestionKind, QuestionOutcome


def outcome(question: Question, _networks: Sequence[Group], _evidence: Evidence) -> QuestionOutcome:
    """Returns the right answer of the lecture file."""
    if question.right is None:
        return QuestionOutcome(None, "No answer is marked as right.")
    return QuestionOutcome(question.right, f"The answer: {question.choices[question.right]}.", only_names=True)


KIND = QuestionKind("own", CHOICES, outcome, needs="choices", needs_runs=False)
