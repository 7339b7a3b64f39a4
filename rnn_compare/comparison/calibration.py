"""Calibration of a network's probabilities: of the reviews called positive with 80 %, are 80 % positive?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
DRAWS = 2000
"""Draws of the labels that a perfectly calibrated network would have met."""


@dataclass(frozen=True)
class Bin:
    """The reviews whose predicted probability lies in one tenth of the range.

    Attributes:
        predicted: Mean of their predicted probabilities.
        observed: The share of them that is positive.
        low, high: The 95 % interval of that share (Wilson 1927).
    """

    predicted: float
    observed: float
    low: float
    high: float
    reviews: int


@dataclass(frozen=True)
class Calibration:
    """Agreement of predicted probabilities with observed frequencies.

    Attributes:
        bins: The bins that hold a review, from the lowest probability up.
        error: Expected calibration error: mean of \\|observed − predicted\\|, weighted by reviews (Guo et al. 2017).
        by_chance: The error to be expected of a perfectly calibrated network with as many reviews in each bin: the
            estimate is biased upwards by about this much at least.
        limit: The error that 95 % of perfectly calibrated networks with these bins stay within.
        overconfident: Whether the mean confidence is above the accuracy.
        lean: The share that is positive less the mean predicted probability: below 0 if it predicts too much.
    """

    bins: tuple[Bin, ...]
    error: float
    by_chance: float
    limit: float
    overconfident: bool
    lean: float = 0.0

    @property
    def is_within_chance(self) -> bool:
        """Whether a perfectly calibrated network may well have as large an error."""
        return self.error <= self.limit


def calibration(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> Calibration:
    """Returns the calibration of one epoch's predictions, in ten bins of equal width; both arrays are (reviews,).

    Example:
        >>> result = calibration(np.array([0.9, 0.9, 0.9, 0.9, 0.1, 0.1]), np.array([1, 1, 1, 0, 0, 0]))
        >>> [(item.reviews, round(item.predicted, 2), round(item.observed, 2)) for item in result.bins]
        [(2, 0.1, 0.0), (4, 0.9, 0.75)]
        >>> round(result.error, 4), result.overconfident  # (2 · 0.1 + 4 · 0.15) / 6
        (0.1333, True)
    """
    from scipy.stats import binomtest

    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins, chance, by_luck, luck = [], 0.0, np.zeros(DRAWS), np.random.default_rng(1)
    for place in np.unique(places):
        inside = probabilities[places == place].astype(np.float64)
        count, positive = len(inside), int(labels[places == place].sum())
        interval = binomtest(positive, count).proportion_ci(method="wilson")
        bins.append(Bin(float(inside.mean()), positive / count, float(interval.low), float(interval.high), count))
        # The mean of |x| of a normal x with variance v is sqrt(2 v / π).
        by_luck += np.abs(luck.binomial(count, inside.mean(), DRAWS) - count * inside.mean()) / len(labels)
        chance += count * math.sqrt(2 / math.pi * float(np.mean(inside * (1 - inside))) / count)
    confidence = np.maximum(probabilities, 1 - probabilities).astype(np.float64).mean()
    accuracy = float(np.mean((probabilities > 0.5) == (labels == 1)))
    lean = float(labels.mean() - probabilities.astype(np.float64).mean())
    error = sum(item.reviews * abs(item.observed - item.predicted) for item in bins) / len(labels)
    limit = float(np.quantile(by_luck, 0.95))
    return Calibration(tuple(bins), error, chance / len(labels), limit, bool(confidence > accuracy), lean)
