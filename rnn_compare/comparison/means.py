"""The mean of what several seeds achieved, and how well it is known. ± is its 95 % interval everywhere."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.comparison.bands import band


@dataclass(frozen=True)
class Mean:
    """The mean over the runs of one setting.

    Attributes:
        mean: Over the runs.
        margin: Half the width of the 95 % interval of the mean, by Student's t over the seeds: what is written ±. The
            reviews that judge are the same for all runs, and no part of it. None for one run or two.
        deviation: Standard deviation of single runs; None for a single one.
        lowest, highest: Of single runs.
        runs: How many there are.
    """

    mean: float
    margin: float | None
    deviation: float | None
    lowest: float
    highest: float
    runs: int


def mean(values: Sequence[float]) -> Mean | None:
    """Returns the mean of one figure over the runs of a setting; None of no runs.

    Example:
        >>> found = mean([0.86, 0.87, 0.88])
        >>> f"{found.mean:.3f} ± {found.margin:.3f}, standard deviation {found.deviation:.3f}, {found.runs} runs"
        '0.870 ± 0.025, standard deviation 0.010, 3 runs'
    """
    if not values:
        return None
    found = band([[value] for value in values])
    return Mean(
        statistics.fmean(values),
        float(found.high[0] - found.mean[0]) if len(found.high) else None,
        statistics.stdev(values) if len(values) > 1 else None,
        min(values),
        max(values),
        len(values),
    )
