"""Power: the number of seeds that a difference of two settings takes to be detected."""

import bisect
import math

import numpy as np

from rnn_compare.comparison.difference import ALPHA, LOOKS, Difference, degrees_of_freedom, satterthwaite

POWER = 0.8
POINT = 0.01
MOST = 100_000
"""The largest number of seeds that is tried."""
Pair = tuple[float, float]


def seeds_to_see(difference: float, measured: Difference) -> int | None:
    """Returns ``seeds_needed`` for the variances and the earlier runs of a comparison."""
    variances = measured.spreads[0].variance, measured.spreads[1].variance
    lent_a, lent_b = (spread.df - runs + 1 for spread, runs in zip(measured.spreads, measured.runs, strict=True))
    return seeds_needed(variances, measured.variance_reviews, difference, (lent_a, lent_b))


def seeds_needed(
    variances: Pair, variance_reviews: float = 0.0, difference: float = POINT, lent: Pair = (0, 0)
) -> int | None:
    """Returns how many seeds of each setting detect a true difference with 80 % power at 5 %, two-sided.

    By the noncentral t of the test of ``difference.settings``. The difference must be chosen beforehand: for the one
    just observed the answer would only repeat p (Hoenig and Heisey 2001).

    Args:
        variances: Of single runs' accuracies of either setting, as in ``intervals.Spread.variance``; above 0.
        variance_reviews: The share of the held-out reviews in the variance of the difference.
        difference: The difference to be detected, a share.
        lent: Degrees of freedom that earlier runs add to either variance.

    Returns:
        The number, at least 2; None if no number of seeds suffices, since the variance of the reviews alone hides such
        a difference: then more held-out reviews are needed.

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
    """Returns the power: the chance that a true difference is significant with so many seeds (at least 2) of each.

    Example:
        >>> round(power_reached(26, (0.01**2, 0.01**2)), 2)
        0.82
    """
    from scipy.special import nctdtr, stdtrit

    of_seeds = [(variance / seeds, seeds - 1 + more) for variance, more in zip(variances, lent, strict=True)]
    of_reviews = variance_reviews, math.inf  # thousands of degrees of freedom: nothing beside the seeds
    beyond = float(stdtrit(degrees_of_freedom(of_seeds, of_reviews), 1 - ALPHA / LOOKS / 2))
    df = satterthwaite(*of_seeds, of_reviews)
    shift = difference / math.sqrt(sum(variances) / seeds + variance_reviews)
    below, above = np.nan_to_num(nctdtr(df, shift, np.array([-beyond, beyond])))  # nan where next to nothing
    return float(1 - above + below)
