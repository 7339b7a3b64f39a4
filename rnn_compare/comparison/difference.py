"""The difference of two settings: Student's t-interval, p-value and verdict, adjusted for several comparisons."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Verdict = Literal["a is better", "b is better", "cannot tell"]
Reason = Literal["", "one seed", "fewer than two shared seeds"]
"""Why there is no p: nothing tells what the seed alone does."""
ALPHA = 0.05
"""In so many of 100 % of comparisons of equals a difference is called real."""


@dataclass(frozen=True)
class Difference:
    """The difference of two settings, a − b, and what chance explains of it. Shares from 0 to 1, not points.

    Attributes:
        difference: Mean accuracy of a less that of b.
        runs: How many of a and of b.
        low, high: The interval that covers the true difference with probability ``level``; None where there is no p.
        p: Of a difference as large or larger, were the settings equal; None where nothing tells what a seed does.
        p_adjusted: The same where several comparisons are made together; ``p`` for one alone.
        verdict: By ``p_adjusted`` at 5 %.
        df: Degrees of freedom of Student's t.
        variance_seeds: The seeds' share of the variance of ``difference``.
        variance_reviews: The held-out reviews' share.
        paired: Whether verdicts were compared review by review; else ``variance_reviews`` is an upper bound.
        level: Of the interval.
        comparisons: How many were made together.
        reason: Why there is no p.
        left_out: Seeds that only one of the two settings has, where seeds are compared in pairs.
    """

    difference: float
    runs: tuple[int, int]
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    verdict: Verdict = "cannot tell"
    df: float | None = None
    variance_seeds: float | None = None
    variance_reviews: float | None = None
    paired: bool = True
    level: float = 1 - ALPHA
    comparisons: int = 1
    reason: Reason = ""
    left_out: tuple[int, ...] = ()

    @property
    def standard_error(self) -> float | None:
        """Standard error of the difference, seeds and reviews together."""
        if self.variance_seeds is None or self.variance_reviews is None:
            return None
        return math.sqrt(self.variance_seeds + self.variance_reviews)


def by_student(
    difference: float,
    runs: tuple[int, int],
    seeds: Sequence[tuple[float, float]],
    reviews: tuple[float, float],
    most_df: float = math.inf,
) -> Difference:
    """Judges a difference by Student's t, whose variance is a sum of parts that were estimated independently.

    Degrees of freedom by Satterthwaite (1946): (Σ v)² / Σ (v² / df).

    Args:
        difference: a − b.
        runs: How many of a and of b.
        seeds: Variance and degrees of freedom of each part that seeds bring; together above 0.
        reviews: Those of the part that the held-out reviews bring.
        most_df: Degrees of freedom at most.

    Example:
        >>> found = by_student(0.02, (3, 3), [(0.00005, 2), (0.00005, 2)], (0, 4999))
        >>> found.df, round(found.p, 3), found.verdict  # t = 2
        (4.0, 0.116, 'cannot tell')
    """
    from scipy.special import stdtr  # Student's distribution, without the weight of scipy.stats

    parts = [*seeds, reviews]
    total = sum(variance for variance, _ in parts)
    df = min(most_df, total**2 / sum(variance**2 / freedom for variance, freedom in parts))
    p = min(1.0, 2 * float(stdtr(df, -abs(difference) / math.sqrt(total))))
    untested = Difference(
        difference, runs, p=p, df=df, variance_seeds=sum(variance for variance, _ in seeds), variance_reviews=reviews[0]
    )
    return at_level(untested, 1 - ALPHA, p)


def at_level(difference: Difference, level: float, p_adjusted: float) -> Difference:
    """Returns a difference with the interval of another level, and the verdict by an adjusted p.

    Args:
        difference: A difference that has a p.
        level: Of the interval, from 0 to 1.
        p_adjusted: By which the verdict goes.
    """
    from scipy.special import stdtrit

    assert difference.df is not None
    assert difference.standard_error is not None
    half = float(stdtrit(difference.df, (1 + level) / 2)) * difference.standard_error
    verdict: Verdict = "cannot tell"
    if p_adjusted <= ALPHA:
        verdict = "a is better" if difference.difference > 0 else "b is better"
    return replace(
        difference,
        low=difference.difference - half,
        high=difference.difference + half,
        p_adjusted=p_adjusted,
        verdict=verdict,
        level=level,
    )


def holm(differences: Sequence[Difference]) -> list[Difference]:
    """Returns the same differences, judged together: that any of them is called real by chance stays below 5 %.

    The smallest of m p-values is multiplied by m, the next by m − 1, and so on; none becomes smaller than one before it
    (Holm 1979). The interval of the one of rank j has the level 1 − 5 % / (m − j* + 1), where j* is j, or the rank of
    the first that is not called real if that comes before: so it excludes 0 where the adjusted p is below 5 %. Each
    interval matches its test; that all of them cover at once in 95 % is not claimed.

    Args:
        differences: Those without p are left as they are and do not count.

    Example:
        >>> from rnn_compare.comparison.difference import by_student
        >>> three = [by_student(points / 100, (5, 5), [(0.005**2, 8)], (0, 1)) for points in (3.0, 1.5, 0.1)]
        >>> [(round(one.p, 3), round(one.p_adjusted, 3), one.verdict) for one in holm(three)]
        [(0.0, 0.001, 'a is better'), (0.017, 0.034, 'a is better'), (0.846, 0.846, 'cannot tell')]
    """
    tested = sorted((item.p, place) for place, item in enumerate(differences) if item.p is not None)
    adjusted = holm_adjusted([p for p, _ in tested])
    called_real = sum(p <= ALPHA for p in adjusted)
    judged = list(differences)
    for rank, (_, place) in enumerate(tested):
        item = replace(differences[place], comparisons=len(tested))
        judged[place] = at_level(item, 1 - ALPHA / (len(tested) - min(rank, called_real)), adjusted[rank])
    return judged


def holm_adjusted(ps: Sequence[float]) -> list[float]:
    """Returns p-values adjusted for being tested together (Holm 1979).

    Example:
        >>> holm_adjusted([0.04, 0.01, 0.03])
        [0.06, 0.03, 0.06]
    """
    # Not statsmodels' multipletests: each call of it collects all garbage, 50 ms in a server, for these lines.
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    steps = itertools.accumulate((ps[place] * (len(ps) - rank) for rank, place in enumerate(order)), max)
    adjusted = {place: min(1.0, step) for place, step in zip(order, steps, strict=True)}
    return [adjusted[place] for place in range(len(ps))]
