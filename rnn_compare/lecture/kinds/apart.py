"""Two kinds of question on the class's networks: how far seeds are apart, and how often they turn a lead."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rnn_compare.class_networks.verdict import share_won
from rnn_compare.comparison.groups import NamedNetwork
from rnn_compare.comparison.inference.wins import wins
from rnn_compare.formatting import counted, percent
from rnn_compare.lecture.controls import Slider
from rnn_compare.lecture.kinds.leader import POINTS
from rnn_compare.lecture.questions import NoRightAnswer, Question, QuestionOutcome, group_called

NEAR_POINTS = 2.0
"""A guess this near to the median is right, however many networks there are."""
ENDS = (1, 10, 25)
"""Of the choices of ``Turned``: percentages from which the next one is right."""
CHOICES = (
    f"in fewer than {ENDS[0]} of 100 pairs",
    *(f"in {low} to {high - 1} of 100" for low, high in pairwise(ENDS)),
    f"in {ENDS[-1]} of 100 or more",
)


class Apart(Question):
    """How far two networks are apart that differ in the seed alone."""

    name, source, needs = "apart", "class", "network"
    rule = f"Right: the class's median, with its interval over other seeds, and {NEAR_POINTS:g} points to either side."

    @property
    def control(self) -> Slider:
        """Points."""
        return POINTS

    def from_class(self, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
        """Returns the median distance of all pairs of networks of the cell in question, in points.

        A class is a sample of seeds: whatever other classes could have had for a median is right, too.
        """
        network = group_called(self.network, list(shares))
        if network is None or len(shares[network]) < 2:
            raise NoRightAnswer(f"fewer than two networks of {self.network} were trained.")
        others = [
            f"of {counted(len(values), other.experiment.cell)} {np.median(_distances(values)):.1f}"
            for other, values in shares.items()
            if other != network and len(values) > 1
        ]
        middle, low, high = _median(shares[network])
        beside = f"; {', '.join(others)}" if others else ""
        return QuestionOutcome(
            middle,
            f"Half of all pairs of {len(shares[network])} {network.experiment.cell}s are {middle:.1f} points apart or "
            f"more{beside}. With other seeds in mind, answers from {low:.1f} to {high:.1f} points count as right.",
            accepted=(low, high),
        )


class Turned(Question):
    """How often a network of the cell in question is ahead of one of the other, of all pairs."""

    name, source, needs = "turned", "class", "network"
    rule = "Right: the share of all pairs of this class, and what its interval over other seeds reaches."

    choices: tuple[str, ...] = Field(CHOICES, max_length=len(CHOICES), min_length=len(CHOICES))

    def from_class(self, shares: Mapping[NamedNetwork, Sequence[float]]) -> QuestionOutcome:
        """Returns the choice that the share of pairs lies in, a tie as half a pair; what its interval reaches, too."""
        network = group_called(self.network, list(shares))
        others = [other for other, values in shares.items() if other != network and values]
        if network is None or not shares[network] or len(others) != 1:
            raise NoRightAnswer(f"there are no pairs of a {self.network} and one other cell.")
        share = share_won(np.subtract.outer(shares[network], shares[others[0]]))
        newly = wins(shares[network], shares[others[0]])
        limits = (newly.low, share, newly.high) if newly else (share, share, share)
        first, place, last = (bisect_right(ENDS, round(100 * limit, 1)) for limit in limits)
        cell, other_cell = network.experiment.cell, others[0].experiment.cell
        words = f"One {cell} beats one {other_cell} in {percent(share)} of pairs."
        if first < last:
            words += f" With other seeds in mind, {100 * limits[0]:.0f} to {100 * limits[2]:.0f} % counts as right."
        return QuestionOutcome(place, words, also=tuple(range(first, last + 1)))


def _distances(shares: Sequence[float]) -> NDArray[np.float64]:
    """Returns the distances of all pairs in points."""
    # A wall asks twice a second, and of 300 networks there are 44,850 pairs.
    return 100 * np.abs(np.subtract.outer(shares, shares))[np.triu_indices(len(shares), 1)]


def _median(shares: Sequence[float]) -> tuple[float, float, float]:
    """Returns the median distance of all pairs in points, and between which limits a guess of it is right.

    The limits are those of the median's 95 % interval over other seeds, and at least ``NEAR_POINTS`` away. Pairs share
    networks, so the share of pairs below the median varies as the mean over networks of twice the share of their own
    pairs (Hoeffding 1948), and the limits are the quantiles that far from one half.
    """
    distances, count = _distances(shares), len(shares)
    middle = float(np.median(distances))
    to_others = 100 * np.abs(np.subtract.outer(shares, shares))
    below = (np.sum(to_others < middle, axis=1) + np.sum(to_others == middle, axis=1) / 2 - 1) / (count - 1)
    half = min(0.5, 1.96 * 2 * float(np.std(below, ddof=1)) / math.sqrt(count))
    low, high = np.quantile(distances, (0.5 - half, 0.5 + half))
    low, high = max(0.0, min(low, middle - NEAR_POINTS)), max(high, middle + NEAR_POINTS)
    return round(middle, 1), round(float(low), 1), round(float(high), 1)
