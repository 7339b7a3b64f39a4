"""How much the accuracy of one setting varies from seed to seed, and how much single verdicts do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.comparison.accuracies import Achieved

FEWEST = 3
"""Runs from which a variance may be lent to a single run of the same setting."""


@dataclass(frozen=True)
class Spread:
    """What runs of one setting, different in nothing but the seed, show of the seed: for one measure of accuracy.

    Attributes:
        variance: Of the runs' accuracies on the same reviews: the seed's share and that of single verdicts together.
        noise: Of one verdict from run to run beyond the shift of all of them, averaged over the reviews; 0 where no
            verdicts were kept, which errs on the careful side.
        runs: How many it was measured on; the variance has one degree of freedom less.
    """

    variance: float
    noise: float
    runs: int


def spread(runs: Sequence[Achieved]) -> Spread:
    """Returns the spread of runs of one setting that judge the same reviews.

    With verdicts c[s, i] = μ[i] + g[s] + e[s, i] the noise Var(e) is half the variance over reviews of the
    difference of two runs, averaged over all pairs (components of variance: Searle, Casella and McCulloch 1992).

    Args:
        runs: At least two.

    Example:
        >>> one, other = np.array([1.0, 1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0, 1.0])
        >>> found = spread([Achieved(0.75, one, 4), Achieved(0.5, other, 4)])
        >>> found.variance, found.noise, found.runs  # (0.25² / 2), Var(0, 1, 0, 0) / 2
        (0.03125, 0.125, 2)
    """
    if len(runs) < 2:
        raise ValueError(f"a spread needs two runs, not {len(runs)}")
    variance = float(np.var([run.accuracy for run in runs], ddof=1))
    return Spread(variance, _noise(runs), len(runs))


def _noise(runs: Sequence[Achieved]) -> float:
    kept = [run.correct for run in runs if run.correct is not None]
    reviews = {len(correct) for correct in kept}
    if len(kept) < len(runs) or len(reviews) > 1 or reviews == {1}:
        return 0.0
    verdicts = np.stack(kept)
    verdicts -= verdicts.mean(axis=1, keepdims=True)
    # The mean of Var(x - y) / 2 over pairs is the mean variance less the mean covariance; neither needs the pairs.
    squares = float(np.sum(verdicts**2))
    products = float(np.sum(verdicts.sum(axis=0) ** 2)) - squares
    count, freedom = len(verdicts), len(verdicts[0]) - 1
    return max(0.0, (squares / count - products / (count * (count - 1))) / freedom)
