"""The mean of several runs' curves, with the band in which the true mean lies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_compare.comparison.spread import FEWEST


@dataclass(frozen=True)
class Band:
    """Mean of curves by epoch.

    Attributes:
        mean: Of the runs that have finished the epoch (epochs,).
        low, high: Limits of the mean, for the epochs that ``FEWEST`` runs or more have finished: the interval of two is
            wider than any chart.
        runs: How many have finished each epoch (epochs,).
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    runs: NDArray[np.int64]


def band(curves: Sequence[Sequence[float]], level: float = 0.95) -> Band:
    """Returns the mean of curves, and at each epoch the t-interval of the mean.

    The interval is that of one epoch at a time, and of seeds alone: the same reviews judge all runs.

    Args:
        curves: One figure of one setting, by epoch from the first, of each run; runs may have come less far.
        level: Of the interval.

    Example:
        >>> found = band([[0.70, 0.80], [0.72, 0.82], [0.74]])
        >>> found.mean.round(2), found.low.round(2), found.high.round(2), found.runs
        (array([0.72, 0.81]), array([0.67]), array([0.77]), array([3, 2]))
    """
    from scipy.special import stdtrit

    epochs = max(map(len, curves), default=0)
    values = np.full((len(curves), epochs), np.nan)
    for row, curve in zip(values, curves, strict=True):
        row[: len(curve)] = curve
    runs = np.count_nonzero(~np.isnan(values), axis=0)
    mean = np.nanmean(values, axis=0) if epochs else np.empty(0)
    several = int(np.count_nonzero(runs >= FEWEST))
    deviation = np.nanstd(values[:, :several], axis=0, ddof=1) if several else np.empty(0)
    half = stdtrit(runs[:several] - 1, (1 + level) / 2) * deviation / np.sqrt(runs[:several])
    return Band(mean, mean[:several] - half, mean[:several] + half, runs)
