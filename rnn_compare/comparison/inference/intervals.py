"""Means of curves over seeds with their intervals, and the variance between seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...formatting import percent
from .accuracies import Score, stacked

FEWEST = 3
"""Runs that an interval of a mean takes, and a variance that is used for other runs of the same setting."""


@dataclass(frozen=True)
class Spread:
    """Variance between runs of one setting that differ in their seed alone, by one measure of accuracy.

    Attributes:
        variance: Of the runs' accuracies on the same reviews.
        noise: Variance of a single verdict between runs, beyond the shift that all verdicts of a run share, averaged
            over the reviews; 0 if predictions were not recorded, which makes tests conservative.
        runs: The number of runs.
        groups: The number of means around which the variance was measured.
    """

    variance: float
    noise: float
    runs: int
    groups: int = 1

    @property
    def df(self) -> int:
        """Degrees of freedom of the variance."""
        return self.runs - self.groups

    def pooled(self, other: "Spread") -> "Spread":
        """Returns the pooled spread, weighted by the degrees of freedom; each set of runs keeps its own mean."""
        runs, groups = self.runs + other.runs, self.groups + other.groups
        variance = (self.df * self.variance + other.df * other.variance) / (runs - groups)
        noise = (self.df * self.noise + other.df * other.noise) / (runs - groups)
        return Spread(variance, noise, runs, groups)


def spread(runs: Sequence[Score]) -> Spread:
    """Returns the spread of at least two runs of one setting on the same reviews.

    With verdicts c[s, i] = μ[i] + g[s] + e[s, i] the noise Var(e) is half the variance over reviews of the
    difference of two runs, averaged over all pairs (components of variance: Searle, Casella and McCulloch 1992).

    Example:
        >>> first, second = np.array([1.0, 1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0])
        >>> result = spread([Score(0.75, first, 4), Score(0.5, second, 4)])
        >>> result.variance, result.noise, result.runs  # (0.25² / 2), Var(0, 1, 0, 0) / 2
        (0.03125, 0.125, 2)
    """
    if len(runs) < 2:
        raise ValueError(f"a spread needs two runs, not {len(runs)}")
    variance = float(np.var([run.accuracy for run in runs], ddof=1))
    return Spread(variance, _noise(runs), len(runs))


def _noise(runs: Sequence[Score]) -> float:
    verdicts = stacked(runs)
    if verdicts is None or verdicts.shape[1] < 2:
        return 0.0
    verdicts -= verdicts.mean(axis=1, keepdims=True)
    # The mean of Var(x - y) / 2 over pairs is the mean variance less the mean covariance; neither needs the pairs.
    squares = float(np.sum(verdicts**2))
    products = float(np.sum(verdicts.sum(axis=0) ** 2)) - squares
    count, freedom = len(verdicts), len(verdicts[0]) - 1
    return max(0.0, (squares / count - products / (count * (count - 1))) / freedom)


def share_variance(share: float, reviews: int) -> float:
    """Returns the variance of a share of reviews; one success and one failure are added, since 0 and 1 vary too."""
    careful = (share * reviews + 1) / (reviews + 2)
    return careful * (1 - careful) / reviews


def share_limits(share: float, trials: int) -> tuple[float, float]:
    """Returns the limits of a share of independent trials, by Wilson's 95 % interval (1927)."""
    z = 1.96**2 / trials
    centre, half = share + z / 2, math.sqrt(z * (share * (1 - share) + z / 4))
    return max(0.0, (centre - half) / (1 + z)), min(1.0, (centre + half) / (1 + z))


def share_text(share: float, trials: int) -> str:
    """Returns a share with its limits.

    Example:
        >>> share_text(0.77, 200), share_text(1.0, 200)
        ('77 % (71 to 82)', '100 % (98 to 100)')
    """
    low, high = (f"{100 * limit:.0f}" for limit in share_limits(share, trials))
    return f"{percent(share, 0)} ({low} to {high})"


def band(curves: Sequence[Sequence[float]], fewest: int = FEWEST) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the mean of curves, and at each epoch half the width of the 95 % t-interval of the mean.

    The mean is of the runs that have finished the epoch (epochs,), the interval for the epochs that enough of them have
    finished. It holds for one epoch at a time and covers the variation between seeds alone.

    Args:
        curves: Of each run one figure by epoch, from the first; some may be shorter than others.
        fewest: Runs that an interval takes.

    Example:
        >>> mean, half = band([[0.70, 0.80], [0.72, 0.82], [0.74]])
        >>> mean.round(2), half.round(2)
        (array([0.72, 0.81]), array([0.05]))
    """
    from scipy.special import stdtrit

    epochs = max(map(len, curves), default=0)
    values = np.full((len(curves), epochs), np.nan)
    for row, curve in zip(values, curves, strict=True):
        row[: len(curve)] = curve
    runs = np.count_nonzero(~np.isnan(values), axis=0)
    mean = np.nanmean(values, axis=0) if epochs else np.empty(0)
    several = int(np.count_nonzero(runs >= fewest))
    deviation = np.nanstd(values[:, :several], axis=0, ddof=1) if several else np.empty(0)
    return mean, stdtrit(runs[:several] - 1, 0.975) * deviation / np.sqrt(runs[:several])
