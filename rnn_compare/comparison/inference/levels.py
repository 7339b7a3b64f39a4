"""The level that p must reach, by the looks and comparisons that were made, and the three answers that follow.

The error is spent by the looks that were made (Lan and DeMets 1983). Seeds that were submitted together were looked at
once. All levels of one comparison add up to at most 5 %, however often seeds are added (docs/comparison.md).
"""

import bisect
from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from numbers import Real
from typing import Any, Literal, Self, TypeVar

from rnn_compare.comparison.inference.intervals import FEWEST
from rnn_compare.errors import UserError

Verdict = Literal["a is better", "b is better", "equal", "unknown"]
ALPHA = 0.05
"""The share of comparisons of equal settings that may be called different, over all looks."""
FIRST = 0.04
"""Its share of the first look, at three seeds or more."""
EARLY, AFTER_EARLY = 0.02, 0.01
"""Its shares of a first look at fewer seeds, which earlier runs make possible, and of the first one at three."""
LATER = 0.01
"""Its share of all later looks: the k-th of them has 1 / (k (k + 1)) of it, which adds up to 1."""
MARGIN = 0.01
"""Settings whose accuracies differ by less than this share are equal."""


def check_margin(margin: Any) -> None:
    """Raises ``UserError`` unless a margin is a share between 0 and 1; the sentence has points too, as options do."""
    is_number = isinstance(margin, Real)
    if not (is_number and 0 < margin < 1):
        shown = f"{100 * margin:g} points" if is_number else f"{margin!r:.40}"
        raise UserError(
            f"The margin is {shown}, but must be above 0 and below 100 points, such as 1 (a share of 0.01)."
        )


def level_at(looks: Sequence[int]) -> float:
    """Returns the level of the newest look.

    Args:
        looks: The seeds of each setting at every look, the newest last; none for a test that is made once.

    Example:
        >>> level_at([3]), level_at([1]), level_at([1, 3]), level_at([3, 5]), round(level_at([3, 5, 8]), 5)
        (0.04, 0.02, 0.01, 0.005, 0.00167)
    """
    if not looks:
        return ALPHA
    *before, seeds = looks
    if not before:
        return FIRST if seeds >= FEWEST else EARLY
    if before[-1] < FEWEST <= seeds:
        return AFTER_EARLY
    later = len(before) - (before[0] < FEWEST <= seeds)
    return LATER / (later * (later + 1))


def looks(a: Sequence[float], b: Sequence[float], fewest: tuple[int, int] = (FEWEST, FEWEST)) -> tuple[int, ...]:
    """Returns the seeds of each of two settings at every look that could give a verdict, the newest last.

    Args:
        a, b: When each seed was submitted; those of one submission have the same time.
        fewest: The seeds of a and of b that a verdict takes.

    Example:
        >>> looks([1, 1, 1, 4, 4], [1, 1, 1, 4]), looks([1, 2, 3], [4, 4, 4]), looks([1], [1])
        ((3, 4), (3,), ())
    """
    seeds = [(bisect.bisect(sorted(a), time), bisect.bisect(sorted(b), time)) for time in sorted({*a, *b})]
    return tuple(min(now) for now in seeds if now[0] >= fewest[0] and now[1] >= fewest[1])


@dataclass(frozen=True)
class DifferenceTest(ABC):
    """A difference of two accuracies, a − b, and its test. Shares from 0 to 1, not points.

    Attributes:
        p: The p-value of this test alone.
        looks: As in ``level_at``.
        divisor: By what the level is divided, since several comparisons are made together.
        comparisons: Their number.
        margin: Accuracies that differ by less are equal.
    """

    difference: float
    _: KW_ONLY
    p: float
    looks: tuple[int, ...] = ()
    divisor: int = 1
    comparisons: int = 1
    margin: float = MARGIN

    def among(self, _tests: Collection["DifferenceTest"], _divisor: int) -> Self:
        """Returns this test as it is judged together with others, by the level over ``divisor``."""
        return self

    @property
    def alpha(self) -> float:
        """The largest p that shows a difference."""
        return level_at(self.looks) / self.divisor

    @property
    def strength(self) -> float:
        """p as a multiple of the level of this look: the smallest is judged first."""
        return self.p / level_at(self.looks)

    @property
    def level(self) -> float:
        """The probability with which the interval covers the true difference, at this look."""
        return 1 - self.alpha

    @property
    @abstractmethod
    def limits(self) -> tuple[float, float]:
        """The interval of that level: it excludes 0 exactly where p is at most ``alpha``."""

    @property
    def is_decided(self) -> bool:
        """Whether one of them is better."""
        return self.p <= self.alpha

    @property
    def verdict(self) -> Verdict:
        """The better one; or that they are equal, since the interval lies within the margin; or that it is unknown."""
        if self.is_decided:
            return "a is better" if self.difference > 0 else "b is better"
        low, high = self.limits
        return "equal" if -self.margin < low and high < self.margin else "unknown"


Item = TypeVar("Item", bound=DifferenceTest)
Pair = TypeVar("Pair", bound=tuple[Hashable, Hashable])


def judged_together(differences: Mapping[Pair, Item]) -> dict[Pair, Item]:
    """Returns differences with levels for being compared together: Holm's (1979), for all pairs Shaffer's (1986).

    If two of three settings differ, at most one of the other two pairs can be equal: after the first pair is told
    apart, the other two have the whole level. What is not told apart has the level of the first such pair, so that
    every interval excludes 0 exactly where there is a verdict.

    Args:
        differences: By the two settings of each.

    Example:
        >>> class Test(DifferenceTest):
        ...     limits = 0.0, 0.2
        >>> p_values = {"AB": 0.012, "AC": 0.5, "BC": 0.03}
        >>> three = {pair: Test(0.1, p=p, looks=(3,)) for pair, p in p_values.items()}
        >>> [(item.divisor, item.is_decided) for item in judged_together(three).values()]
        [(3, True), (1, False), (1, True)]
        >>> with_one = {pair: three[pair] for pair in ("AB", "AC")}
        >>> [(item.divisor, item.is_decided) for item in judged_together(with_one).values()]
        [(2, True), (1, False)]
    """
    count, settings = len(differences), len({setting for pair in differences for setting in pair})
    divisors = _shaffer(settings) if 2 * count == settings * (settings - 1) else range(count, 0, -1)
    differences = {pair: item.among(differences.values(), divisors[0]) for pair, item in differences.items()}
    judged, undecided = dict(differences), 0
    for pair, divisor in zip(sorted(differences, key=lambda pair: differences[pair].strength), divisors, strict=True):
        judged[pair] = replace(differences[pair], divisor=undecided or divisor, comparisons=count)
        if not judged[pair].is_decided:
            undecided = undecided or divisor
    return judged


@cache
def _shaffer(settings: int) -> tuple[int, ...]:
    """Returns how many pairs can be equal at most, if none was told apart, one, two, …"""
    pairs = settings * (settings - 1) // 2
    possible = _equal_pairs(settings)
    return tuple(max(number for number in possible if number <= left) for left in range(pairs, 0, -1))


@cache
def _equal_pairs(settings: int) -> frozenset[int]:
    """Returns the numbers of equal pairs that settings can have: those within each set of equal ones."""
    if settings < 2:
        return frozenset({0})
    return frozenset(
        size * (size - 1) // 2 + rest for size in range(1, settings + 1) for rest in _equal_pairs(settings - size)
    )
