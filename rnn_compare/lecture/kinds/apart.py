"""Two kinds of question on the class's networks: how far seeds are apart, and how often they turn a lead."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from pydantic import Field

from rnn_compare.class_networks.verdict import share_won
from rnn_compare.comparison.groups import NamedNetwork
from rnn_compare.formatting import counted, percent
from rnn_compare.lecture.controls import Slider
from rnn_compare.lecture.kinds.leader import POINTS
from rnn_compare.lecture.questions import NoRightAnswer, Question, QuestionOutcome, group_called

NEAR_POINTS = 2.0
"""Largest distance of a right guess from the median."""
ENDS = (1, 10, 25)
"""Of the choices of ``Turned``: percentages from which the next one is right."""
CHOICES = (
    f"in fewer than {ENDS[0]} of 100 pairs",
    *(f"in {low} to {high} of 100" for low, high in pairwise(ENDS)),
    f"in {ENDS[-1]} of 100 or more",
)


class Apart(Question):
    """How far two networks are apart that differ in the seed alone."""

    name, source, needs = "apart", "class", "network"

    @property
    def control(self) -> Slider:
        """Points."""
        return POINTS

    def from_class(self, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
        """Returns the median distance of all pairs of networks of the cell in question, in points."""
        network = group_called(self.network, list(shares))
        if network is None or len(shares[network]) < 2:
            raise NoRightAnswer(f"fewer than two networks of {self.network} were trained.")
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
            accepted=(middle - NEAR_POINTS, middle + NEAR_POINTS),
        )


class Turned(Question):
    """How often a network of the cell in question is ahead of one of the other, of all pairs."""

    name, source, needs = "turned", "class", "network"

    choices: tuple[str, ...] = Field(CHOICES, max_length=len(CHOICES), min_length=len(CHOICES))

    def from_class(self, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
        """Returns the choice that the share of pairs lies in; a tie is half a pair."""
        network = group_called(self.network, list(shares))
        others = [other for other, values in shares.items() if other != network and values]
        if network is None or not shares[network] or len(others) != 1:
            raise NoRightAnswer(f"there are no pairs of a {self.network} and one other cell.")
        share = share_won(np.subtract.outer(shares[network], shares[others[0]]))
        cell, other_cell = network.experiment.cell, others[0].experiment.cell
        place = bisect_right(ENDS, round(100 * share, 1))
        return QuestionOutcome(place, f"One {cell} beats one {other_cell} in {percent(share)} of pairs.")


def _middle_distance(shares: Sequence[float]) -> float:
    """Returns the median distance of all pairs in points; a wall asks twice a second, and of 300 there are 44,850."""
    distances = np.abs(np.subtract.outer(shares, shares))[np.triu_indices(len(shares), 1)]
    return round(100 * float(np.median(distances)), 1)
