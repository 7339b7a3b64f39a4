"""Calibration of a network's probabilities: of the reviews called positive with 80 %, are 80 % positive?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The reviews whose predicted probability lies in one tenth of the range.

    Mean of these, share of the reviews that is positive, and the 95 % interval of that share (Wilson 1927).
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
        bins: Those that hold a review, from the lowest probability up.
        error: Expected calibration error: mean of \\|observed − predicted\\|, weighted by reviews (Guo et al. 2017).
        by_chance: About what a perfectly calibrated network would have for chance alone, with as many reviews in each
            bin: the error is never 0, and this is how far it is biased upwards at the least.
        overconfident: Whether verdicts are surer than they are right: mean confidence above accuracy.
        lean: Share that is positive less the mean predicted probability: below 0 where it predicts too much.
    """

    bins: tuple[Bin, ...]
    error: float
    by_chance: float
    overconfident: bool
    lean: float = 0.0


def calibration(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> Calibration:
    """Returns the calibration of one epoch's predictions, in ten bins of equal width; both arrays are (reviews,).

    Example:
        >>> found = calibration(np.array([0.9, 0.9, 0.9, 0.9, 0.1, 0.1]), np.array([1, 1, 1, 0, 0, 0]))
        >>> [(one.reviews, round(one.predicted, 2), round(one.observed, 2)) for one in found.bins]
        [(2, 0.1, 0.0), (4, 0.9, 0.75)]
        >>> round(found.error, 4), found.overconfident  # (2 · 0.1 + 4 · 0.15) / 6
        (0.1333, True)
    """
    from scipy.stats import binomtest

    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins, chance = [], 0.0
    for place in range(BINS):
        inside = probabilities[places == place].astype(np.float64)
        if not (count := len(inside)):
            continue
        positive = int(labels[places == place].sum())
        interval = binomtest(positive, count).proportion_ci(method="wilson")
        bins.append(Bin(float(inside.mean()), positive / count, float(interval.low), float(interval.high), count))
        # The mean of |x| of a normal x with variance v is sqrt(2 v / π).
        chance += count * math.sqrt(2 / math.pi * float(np.mean(inside * (1 - inside))) / count)
    confidence = np.maximum(probabilities, 1 - probabilities).astype(np.float64).mean()
    accuracy = float(np.mean((probabilities > 0.5) == (labels == 1)))
    lean = float(labels.mean() - probabilities.astype(np.float64).mean())
    error = sum(item.reviews * abs(item.observed - item.predicted) for item in bins) / len(labels)
    return Calibration(tuple(bins), error, chance / len(labels), bool(confidence > accuracy), lean)
