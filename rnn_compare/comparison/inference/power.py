"""Power: the number of seeds that a difference of two settings takes to be detected."""

import bisect
import math

import numpy as np

from .difference import satterthwaite
from .intervals import FEWEST
from .levels import FIRST, MARGIN, Difference, level_of

POWER = 0.8
MOST = 100_000
"""The largest number of seeds that is tried."""
SURE = 0.05
"""The chance that the variance between seeds lies beyond either limit of its interval."""
Pair = tuple[float, float]


def seeds_to_see(difference: Difference) -> tuple[int | None, int | None]:
    """Returns limits of the seeds of each setting with which the next look detects a difference of the margin.

    By the limits of the 90 % interval of the variance between seeds, of which a few know little. None: none suffices.
    """
    from scipy.special import chdtri

    test = difference.newest
    lent_a, lent_b = (spread.df - runs + 1 for spread, runs in zip(test.spreads, test.runs, strict=True))
    estimates = [test.widest] if test.widest else test.spreads
    df = satterthwaite(*((spread.variance / spread.runs, spread.df) for spread in estimates))
    alpha = level_of(difference.looks + 1) / difference.divisor

    def needed(chance: float) -> int | None:
        factor = df / float(chdtri(df, chance))
        variances = factor * estimates[0].variance, factor * estimates[-1].variance
        return seeds_needed(variances, test.variance_reviews, difference.margin, (lent_a, lent_b), alpha)

    return needed(SURE), needed(1 - SURE)


def seeds_needed(
    variances: Pair,
    variance_reviews: float = 0.0,
    difference: float = MARGIN,
    lent: Pair = (0, 0),
    alpha: float = FIRST,
) -> int | None:
    """Returns how many seeds of each setting detect a true difference with 80 % power, two-sided.

    By the noncentral t of the test of ``difference.compare_settings``. The difference must be chosen beforehand: for
    the one just observed the answer would only repeat p (Hoenig and Heisey 2001).

    Args:
        variances: Of single runs' accuracies of either setting, as in ``intervals.Spread.variance``; above 0.
        variance_reviews: The share of the held-out reviews in the variance of the difference.
        lent: Degrees of freedom that earlier runs add to either variance.

    Returns:
        The number, at least 3; None if no number of seeds suffices, since the variance of the reviews alone hides such
        a difference: then more held-out reviews are needed.

    Example:
        >>> seeds_needed((0.01**2, 0.01**2))
        18
        >>> seeds_needed((0.01**2, 0.01**2), variance_reviews=0.004**2) is None
        True
    """

    from scipy.special import nctdtr, stdtrit

    def suffices(seeds: int) -> bool:
        of_seeds = [(variance / seeds, seeds - 1 + more) for variance, more in zip(variances, lent, strict=True)]
        df = satterthwaite(*of_seeds, (variance_reviews, math.inf))  # thousands of degrees of freedom
        beyond = float(stdtrit(df, 1 - alpha / 2))
        shift = difference / math.sqrt(sum(variances) / seeds + variance_reviews)
        below, above = np.nan_to_num(nctdtr(df, shift, np.array([-beyond, beyond])))  # nan where next to nothing
        return bool(1 - above + below >= POWER)

    return bisect.bisect_left(range(MOST), True, lo=FEWEST, key=suffices) if suffices(MOST) else None
