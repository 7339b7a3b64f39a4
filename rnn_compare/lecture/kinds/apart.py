"""The distance of two networks that differ in the seed alone: of those that the class's phones train."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, NamedNetwork
from rnn_compare.formatting import counted
from rnn_compare.lecture.controls import POINTS
from rnn_compare.lecture.questions import ROUNDING, NoRightAnswer, Question, QuestionKind, QuestionOutcome, group_called

NEAR_POINTS = 2.0
"""Largest distance of a right guess from the median."""


def outcome(_question: Question, _networks: Sequence[Group], _evidence: Evidence) -> QuestionOutcome:
    """Raises ``NoRightAnswer``: the answer comes from the class's networks, which are no runs."""
    raise NoRightAnswer("the class's phones have trained no network.")


def class_outcome(question: Question, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
    """Returns the median distance of all pairs of networks of the cell in question, in points."""
    network = group_called(question.network, list(shares))
    if network is None or len(shares[network]) < 2:
        raise NoRightAnswer(f"fewer than two networks of {question.network} were trained.")
    others = [
        f"of {counted(len(values), other.experiment.cell)} {_middle_distance(values):.1f}"
        for other, values in shares.items()
        if other != network and len(values) > 1
    ]
    middle = _middle_distance(shares[network])
    beside = f"; {', '.join(others)}" if others else ""
    return QuestionOutcome(
        middle,
        f"Half of all pairs of {len(shares[network])} {network.experiment.cell}s are {middle:.1f} points apart or "
        f"more{beside}. Answers within {NEAR_POINTS:g} points count as right.",
    )


def _middle_distance(shares: Sequence[float]) -> float:
    """Returns the median distance of all pairs in points; a wall asks twice a second, and of 300 there are 44,850."""
    distances = np.abs(np.subtract.outer(shares, shares))[np.triu_indices(len(shares), 1)]
    return round(100 * float(np.median(distances)), 1)


KIND = QuestionKind(
    "apart",
    POINTS,
    outcome,
    lambda answer, middle: abs(answer - middle) <= NEAR_POINTS + ROUNDING,
    needs="network",
    needs_runs=False,
    class_outcome=class_outcome,
)
