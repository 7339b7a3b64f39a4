"""The difference of two settings over all looks at it: levels, intervals that only narrow, and the answers that follow.

The error is spent by the looks that were made (Lan and DeMets 1983). Seeds that were submitted together were looked at
once. All levels of one comparison add up to at most 5 %, however often seeds are added, so the intersection of all
intervals covers the true difference in 95 % of cases, and only narrows (docs/comparison.md).
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from numbers import Real
from typing import Any, Literal, TypeVar

from ...errors import UserError
from .difference import Test

Verdict = Literal["a is better", "b is better", "a is ahead", "b is ahead", "equal", "unknown", "contradictory"]
"""What is known: settings are better, trained networks are ahead."""
Scope = Literal["settings", "networks"]
"""What a verdict is about: settings, trained again, or the trained networks as they are, where seeds are too few."""

ALPHA = 0.05
"""The share of comparisons of equal settings that may be called different, over all looks."""
FIRST = 0.04
"""Its share of the first look."""
LATER = 0.01
"""Its share of all later looks: the k-th of them has 1 / (k (k + 1)) of it, which adds up to 1."""
MARGIN = 0.01
"""Settings whose accuracies differ by less than this share are equal."""
WIDEST_MARGIN = 0.5
"""With a wider one a coin would equal a network without errors."""
PILES, MOST_IN_PILES = 1.2, 4
"""Seeds of another setting explain a difference if they are apart by it, but for a fifth, since piles have a width; up
to four seeds of each: more hardly ever lie in one pile by chance."""


def check_margin(margin: Any) -> None:
    """Raises ``UserError`` unless a margin is a share above 0, up to a half. The sentence is in points."""
    is_number = isinstance(margin, Real)
    if not (is_number and 0 < margin <= WIDEST_MARGIN):
        shown = f"{100 * margin:g} points" if is_number else f"{margin!r:.40}"
        most = f"{100 * WIDEST_MARGIN:g} points (a share of {WIDEST_MARGIN})"
        raise UserError(f"The margin is {shown}, but must be above 0 and up to {most}, such as 1 point (0.01).")


def level_of(look: int) -> float:
    """Returns the level of a look, counted from 1.

    Example:
        >>> [round(level_of(look), 5) for look in (1, 2, 3, 4)]
        [0.04, 0.005, 0.00167, 0.00083]
    """
    return FIRST if look == 1 else LATER / ((look - 1) * look)


@dataclass(frozen=True)
class Difference:
    """The difference of two settings, or of two groups of trained networks, a − b. Shares from 0 to 1, not points.

    Attributes:
        tests: The test of each look, the newest last; of trained networks there is one.
        levels: The level of each.
        looks: The number of the newest look.
        divisor: By what the levels are divided, since several comparisons are made together.
        margin: Accuracies that differ by less are equal.
    """

    tests: tuple[Test, ...]
    levels: tuple[float, ...]
    scope: Scope = "settings"
    looks: int = 1
    divisor: int = 1
    margin: float = MARGIN

    @property
    def newest(self) -> Test:
        """The test of all runs."""
        return self.tests[-1]

    @property
    def alpha(self) -> float:
        """The largest p of the newest look that shows a difference."""
        return self.levels[-1] / self.divisor

    @property
    def level(self) -> float:
        """The probability with which the interval covers the true difference, over all looks."""
        return 1 - sum(self.levels) / self.divisor

    @property
    def strength(self) -> float:
        """The smallest p as a multiple of the level of its look: the smallest of several pairs is judged first."""
        return min(test.p / level for test, level in zip(self.tests, self.levels, strict=True))

    @property
    def limits(self) -> tuple[float, float]:
        """The intersection of the intervals of all looks; the first limit is above the second if there is none."""
        intervals = [test.limits(level / self.divisor) for test, level in zip(self.tests, self.levels, strict=True)]
        return max(low for low, _ in intervals), min(high for _, high in intervals)

    @property
    def interval(self) -> tuple[float, float, float]:
        """The limits that are shown and their level: of all looks or, if these contradict each other, of the newest."""
        if self.is_contradictory:
            return *self.newest.limits(self.alpha), 1 - self.alpha
        return *self.limits, self.level

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval; None unless the newest look alone makes it, and no limit is cut off."""
        half, (low, high) = self.newest.half_width(self.alpha), self.limits
        whole = self.newest.difference - half >= low and self.newest.difference + half <= high
        return half if whole else None

    @property
    def is_decided(self) -> bool:
        """Whether one of them is better, or ahead: the interval excludes 0."""
        return self.strength <= 1 / self.divisor and not self.is_contradictory

    @property
    def is_equal(self) -> bool:
        """Whether they are equal: the interval lies within the margin. One of them may be better as well."""
        low, high = self.limits
        return -self.margin < low <= high < self.margin

    @property
    def is_contradictory(self) -> bool:
        """Whether the intervals of two looks exclude each other, or the mean of all seeds."""
        low, high = self.limits
        return not low <= self.newest.difference <= high

    @property
    def verdict(self) -> Verdict:
        """What is known; the better one if there is one, however little it is ahead."""
        if self.is_contradictory:
            return "contradictory"
        if self.is_decided:
            if self.scope == "networks":
                return "a is ahead" if sum(self.limits) > 0 else "b is ahead"
            return "a is better" if sum(self.limits) > 0 else "b is better"
        return "equal" if self.is_equal else "unknown"


Pair = TypeVar("Pair", bound=tuple[Hashable, Hashable])


def judged_together(differences: Mapping[Pair, Difference]) -> dict[Pair, Difference]:
    """Returns differences with levels for being compared together: Holm's (1979), for all pairs Shaffer's (1986).

    If two of three settings differ, at most one of the other two pairs can be equal: after the first pair is told
    apart, the other two have the whole level. What is not told apart has the level of the first such pair, so that
    every interval excludes 0 exactly where there is a verdict.

    Args:
        differences: By the two settings of each.

    Example:
        >>> def difference(points: float) -> Difference:
        ...     return Difference((Test(points / 100, (3, 3), 1000, 0.01**2, 0.0),), (level_of(1),))
        >>> three = {pair: difference(points) for pair, points in {"AB": 2.5, "AC": 0.5, "BC": 2.2}.items()}
        >>> [(item.divisor, item.verdict) for item in judged_together(three).values()]
        [(3, 'a is better'), (1, 'unknown'), (1, 'a is better')]
        >>> with_one = {pair: three[pair] for pair in ("AB", "AC")}
        >>> [(item.divisor, item.verdict) for item in judged_together(with_one).values()]
        [(2, 'a is better'), (1, 'unknown')]
    """
    count, settings = len(differences), len({setting for pair in differences for setting in pair})
    divisors = _shaffer(settings) if 2 * count == settings * (settings - 1) else range(count, 0, -1)
    if count > 1:
        differences = {pair: _among(item, differences.values(), divisors[0]) for pair, item in differences.items()}
    judged, undecided = dict(differences), 0
    in_order = sorted(differences, key=lambda pair: _ranked(differences[pair].strength))
    for pair, divisor in zip(in_order, divisors, strict=True):
        judged[pair] = replace(differences[pair], divisor=undecided or divisor)
        if judged[pair].strength > 1 / divisor:  # a contradictory pair was told apart
            undecided = undecided or divisor
    return judged


def _ranked(strength: float) -> float:
    """Returns a strength of which rounding errors do not change the order: it decides on levels, also in a browser."""
    return float(f"{max(strength, 1e-300):.9e}")


def _among(difference: Difference, all_of_them: Collection[Difference], divisor: int) -> Difference:
    """Returns a difference whose tests have the widest spread of all settings, where that explains the difference.

    Where seeds fall into two piles, all seeds of a are in one and all of b in the other with a probability of up
    to 2 / 2^(seeds of both): too often among many pairs of three seeds. Another setting's seeds show the piles.
    """
    tests = list(difference.tests)
    for look, (test, level) in enumerate(zip(tests, difference.levels, strict=True)):
        by_chance = 2.0 ** (1 - sum(spread.runs for spread in test.spreads))
        if not test.spreads or max(test.runs) > MOST_IN_PILES or test.p > level or by_chance <= level / divisor:
            continue
        # What is trained later does not take a verdict back.
        until_then = [[other for other in item.tests if other.at <= test.at] for item in all_of_them]
        spreads = [spread for others in until_then for other in others[-1:] for spread in other.spreads]
        widest = max(spreads, key=lambda spread: spread.variance)
        # A single seed of n that lies apart by a distance gives a deviation of the distance / √n.
        if abs(test.difference) <= PILES * (min(test.runs) * widest.variance) ** 0.5:
            tests[look] = test.with_spread(widest)
    return replace(difference, tests=tuple(tests))


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
