"""The difference of two settings: t-interval, p-value and verdict, and the seeds that it takes to see one."""

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rnn_compare.comparison.intervals import FEWEST, Spread

Verdict = Literal["a is better", "b is better", "cannot tell"]
Reason = Literal["", "one seed", "fewer than two shared seeds", "too few reviews"]
"""Why there is no p: the variation between seeds is unknown, or next to nothing was held out."""
ALPHA = 0.05
"""In so many of 100 % of comparisons of equals a difference is called real, at any look from one seed to ten."""
LOOKS = 5
"""By what ``ALPHA`` is divided at each look: a constant level, after Pocock (1977); see docs/comparison.md."""
FEWEST_REVIEWS = 20
"""Held-out reviews for a verdict: of fewer, the 95 % interval of an accuracy of 50 % is wider than 40 points."""


@dataclass(frozen=True)
class Difference:
    """The difference of two settings, a − b, and what chance explains of it. Shares from 0 to 1, not points.

    Attributes:
        difference: Mean accuracy of a less that of b.
        runs: How many of a and of b.
        low, high: The interval that covers the true difference with probability ``level``; None where there is no p.
        p: Of a difference as significant, were the settings equal, at any look from one seed to ten: ``LOOKS`` times
            that of a single look. None where nothing tells what a seed does.
        p_adjusted: The same where several comparisons are made together; ``p`` for one alone.
        verdict: By ``p_adjusted`` at 5 %.
        df: Degrees of freedom of Student's t.
        variance_seeds: The seeds' share of the variance of ``difference``.
        variance_reviews: The held-out reviews' share.
        paired: Whether verdicts were compared review by review; else ``variance_reviews`` is an upper bound.
        reason: Why there is no p.
        left_out: Seeds that only one of the two settings has, where seeds are compared in pairs.
        spreads: Of single runs of a and of b, as the test took them; empty where seeds are compared in pairs.
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
    spreads: tuple[Spread, ...] = ()

    @property
    def standard_error(self) -> float | None:
        """Standard error of the difference, seeds and reviews together."""
        if self.variance_seeds is None or self.variance_reviews is None:
            return None
        return math.sqrt(self.variance_seeds + self.variance_reviews)


def by_student(
    difference: float, runs: tuple[int, int], seeds: Sequence[tuple[float, float]], reviews: tuple[float, float]
) -> Difference:
    """Judges a difference by Student's t, whose variance is a sum of parts that were estimated independently.

    Args:
        seeds: Variance and degrees of freedom of each part that seeds bring; together above 0.
        reviews: Those of the part that the held-out reviews bring.

    Example:
        >>> found = by_student(0.04, (3, 3), [(0.00005, 2), (0.00005, 2)], (0, 4999))
        >>> found.df, round(found.p, 3), found.verdict  # t = 4, of which p = 0.016 at a single look
        (4.0, 0.081, 'cannot tell')
    """
    from scipy.special import stdtr  # Student's distribution, without the weight of scipy.stats

    of_seeds = sum(variance for variance, _ in seeds)
    df = degrees_of_freedom(seeds, reviews)
    p = min(1.0, LOOKS * 2 * float(stdtr(df, -abs(difference) / math.sqrt(of_seeds + reviews[0]))))
    untested = Difference(difference, runs, p=p, df=df, variance_seeds=of_seeds, variance_reviews=reviews[0])
    return at_level(untested, 1 - ALPHA, p)


def degrees_of_freedom(seeds: Sequence[tuple[float, float]], reviews: tuple[float, float]) -> float:
    """Returns the degrees of freedom that the test of a sum of variances counts; arguments as in ``by_student``.

    They are Satterthwaite's. But two runs say next to nothing of the seed, and the reviews' thousands of degrees of
    freedom must not hide that: then Welch's own count, of the seeds alone, is the most there are.
    """
    df = satterthwaite(*seeds, reviews)
    few = any(freedom < FEWEST - 1 for _, freedom in seeds)
    return min(df, satterthwaite(*seeds)) if few else df


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Returns the degrees of freedom of a sum of variances (Satterthwaite 1946): (Σ v)² / Σ (v² / df)."""
    return sum(variance for variance, _ in parts) ** 2 / sum(v**2 / df for v, df in parts)


def at_level(difference: Difference, level: float, p_adjusted: float) -> Difference:
    """Returns a difference that has a p with the interval of another level, and the verdict by an adjusted p."""
    from scipy.special import stdtrit

    assert difference.df is not None
    assert difference.standard_error is not None
    half = float(stdtrit(difference.df, 1 - (1 - level) / LOOKS / 2)) * difference.standard_error
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
    Differences without p are left as they are and do not count.

    Example:
        >>> three = [by_student(points / 100, (5, 5), [(0.005**2, 8)], (0, 1)) for points in (4.0, 2.2, 0.1)]
        >>> [(round(one.p, 3), round(one.p_adjusted, 3), one.verdict) for one in holm(three)]
        [(0.0, 0.001, 'a is better'), (0.011, 0.023, 'a is better'), (1.0, 1.0, 'cannot tell')]
    """
    tested = [(place, item.p) for place, item in enumerate(differences) if item.p is not None]
    judged = list(differences)
    for (place, _), (p, level) in zip(tested, holm_adjusted([p for _, p in tested]), strict=True):
        judged[place] = at_level(replace(differences[place], comparisons=len(tested)), level, p)
    return judged


def holm_adjusted(ps: Sequence[float]) -> list[tuple[float, float]]:
    """Returns p-values adjusted for being tested together (Holm 1979), with the levels of the intervals that match.

    Example:
        >>> [(p, round(level, 4)) for p, level in holm_adjusted([0.04, 0.01, 0.03])]
        [(0.06, 0.975), (0.03, 0.9833), (0.06, 0.975)]
    """
    # Not statsmodels' multipletests: each call of it collects all garbage, 50 ms in a server, for these lines.
    count, order = len(ps), sorted(range(len(ps)), key=lambda place: ps[place])
    steps = itertools.accumulate((ps[place] * (count - rank) for rank, place in enumerate(order)), max)
    adjusted = [min(1.0, step) for step in steps]
    called_real = sum(p <= ALPHA for p in adjusted)
    levels = [1 - ALPHA / (count - min(rank, called_real)) for rank in range(count)]
    by_place = dict(zip(order, zip(adjusted, levels, strict=True), strict=True))
    return [by_place[place] for place in range(count)]


POWER = 0.8
"""In so many of 100 % of comparisons a difference of the chosen size is to be called real."""
POINT = 0.01
MOST = 100_000
"""Seeds beyond which nobody asks."""
Pair = tuple[float, float]


def seeds_to_see(difference: float, measured: Difference) -> int | None:
    """Returns ``seeds_needed`` by the variances and the earlier runs of a comparison of two settings."""
    variances = measured.spreads[0].variance, measured.spreads[1].variance
    lent_a, lent_b = (spread.df - runs + 1 for spread, runs in zip(measured.spreads, measured.runs, strict=True))
    return seeds_needed(variances, measured.variance_reviews or 0.0, difference, (lent_a, lent_b))


def seeds_needed(
    variances: Pair, variance_reviews: float = 0.0, difference: float = POINT, lent: Pair = (0, 0)
) -> int | None:
    """Returns how many seeds of each setting show a true difference with 80 % power at 5 %, two-sided.

    By the noncentral t of the very test of ``inference.settings``. The difference is to be one that matters, chosen
    beforehand: put in the one just seen, and the answer only repeats p (Hoenig and Heisey 2001).

    Args:
        variances: Of single runs' accuracies of either setting, as in ``intervals.Spread.variance``; above 0.
        variance_reviews: The share that the held-out reviews have in the variance of the difference.
        difference: That is to be seen, a share: one point if not given.
        lent: Degrees of freedom that earlier runs add to either variance.

    Returns:
        The number, at least 2; None where no number of seeds suffices, for the reviews alone hide such a difference:
        then more held-out reviews are needed.

    Example:
        >>> seeds_needed((0.01**2, 0.01**2))
        26
        >>> seeds_needed((0.01**2, 0.01**2), variance_reviews=0.003**2) is None
        True
    """

    def suffices(seeds: int) -> bool:
        return power_reached(seeds, variances, variance_reviews, difference, lent) >= POWER

    return bisect.bisect_left(range(MOST), True, lo=2, key=suffices) if suffices(MOST) else None


def power_reached(
    seeds: int, variances: Pair, variance_reviews: float = 0.0, difference: float = POINT, lent: Pair = (0, 0)
) -> float:
    """Returns the chance that a true difference is called real with so many seeds of each setting, at least 2.

    Example:
        >>> round(power_reached(26, (0.01**2, 0.01**2)), 2)
        0.82
    """
    from scipy.special import stdtrit

    of_seeds = [(variance / seeds, seeds - 1 + more) for variance, more in zip(variances, lent, strict=True)]
    of_reviews = variance_reviews, math.inf  # thousands of degrees of freedom: nothing beside the seeds
    beyond = float(stdtrit(degrees_of_freedom(of_seeds, of_reviews), 1 - ALPHA / LOOKS / 2))
    df = satterthwaite(*of_seeds, of_reviews)
    shift = difference / math.sqrt(sum(variances) / seeds + variance_reviews)
    return 1 - _noncentral_t(beyond, df, shift) + _noncentral_t(-beyond, df, shift)


def _noncentral_t(value: float, df: float, shift: float) -> float:
    from scipy.special import nctdtr

    chance = float(nctdtr(df, shift, value))
    return 0.0 if math.isnan(chance) else chance  # scipy gives up where the chance is next to nothing
