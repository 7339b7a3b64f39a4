"""The number of seeds that it takes to see a difference of a chosen size."""

import math

from rnn_compare.comparison.difference import ALPHA

POWER = 0.8
"""In so many of 100 % of comparisons a difference of the chosen size is to be called real."""
POINT = 0.01
MOST = 100_000
"""Seeds beyond which nobody asks."""


def seeds_needed(
    variance_a: float, variance_b: float, variance_reviews: float = 0.0, difference: float = POINT, power: float = POWER
) -> int | None:
    """Returns how many seeds of each setting show a true difference with 80 % power at 5 %, two-sided.

    By the noncentral t of the very test of ``inference.settings``. The difference is to be one that matters, chosen
    beforehand: put in the one just seen, and the answer only repeats p (Hoenig and Heisey 2001).

    Args:
        variance_a, variance_b: Of single runs' accuracies, as in ``intervals.Spread.variance``; above 0.
        variance_reviews: The share that the held-out reviews have in the variance of the difference.
        difference: That is to be seen, a share: one point if not given.
        power: Asked for.

    Returns:
        The number, at least 2; None where no number of seeds suffices, for the reviews alone hide such a difference:
        then more held-out reviews are needed.

    Example:
        >>> seeds_needed(0.01**2, 0.01**2)
        17
        >>> seeds_needed(0.01**2, 0.01**2, variance_reviews=0.004**2) is None
        True
    """
    if power_reached(MOST, variance_a, variance_b, variance_reviews, difference) < power:
        return None
    few, many = 1, 2
    while power_reached(many, variance_a, variance_b, variance_reviews, difference) < power:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        enough = power_reached(middle, variance_a, variance_b, variance_reviews, difference) >= power
        few, many = (few, middle) if enough else (middle, many)
    return many


def power_reached(
    seeds: int, variance_a: float, variance_b: float, variance_reviews: float = 0.0, difference: float = POINT
) -> float:
    """Returns the chance that a true difference is called real with so many seeds of each setting.

    Args:
        seeds: At least 2.
        variance_a, variance_b, variance_reviews, difference: As in ``seeds_needed``.

    Example:
        >>> round(power_reached(17, 0.01**2, 0.01**2), 2)
        0.81
    """
    from scipy.special import stdtrit

    of_a, of_b = variance_a / seeds, variance_b / seeds
    total = of_a + of_b + variance_reviews
    df = total**2 / ((of_a**2 + of_b**2) / (seeds - 1))  # the reviews' share has thousands: nothing beside the seeds
    beyond = float(stdtrit(df, 1 - ALPHA / 2))
    shift = difference / math.sqrt(total)
    return 1 - _noncentral_t(beyond, df, shift) + _noncentral_t(-beyond, df, shift)


def _noncentral_t(value: float, df: float, shift: float) -> float:
    """Returns the chance of a value or less."""
    from scipy.special import nctdtr

    chance = float(nctdtr(df, shift, value))
    return 0.0 if math.isnan(chance) else chance  # scipy gives up where the chance is next to nothing
