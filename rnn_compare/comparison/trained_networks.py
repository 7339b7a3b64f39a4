"""Whether two trained networks, as they are, judge reviews equally well: McNemar's exact test."""

from dataclasses import dataclass

import numpy as np

from rnn_compare.comparison.accuracies import Achieved
from rnn_compare.comparison.difference import ALPHA


@dataclass(frozen=True)
class NetworkDifference:
    """How far two trained networks differ on the same reviews. It says nothing of their settings trained anew.

    Attributes:
        difference: Accuracy of a less that of b, a share.
        low, high: 95 % interval for reviews of the same kind.
        p: Of verdicts that disagree as unevenly or more, were the networks equally good.
        only_a, only_b: Reviews that only one of them judges rightly; the others tell nothing.
        reviews: How many both judged.
    """

    difference: float
    low: float
    high: float
    p: float
    only_a: int
    only_b: int
    reviews: int


def trained_networks(a: Achieved, b: Achieved) -> NetworkDifference | None:
    """Compares two trained networks review by review (McNemar 1947, exact).

    Of n reviews on which exactly one network is right, a is right on b ~ Binomial(n, π), with π = ½ where the
    networks are equally good. The difference is (2π − 1) times the share θ of such reviews. Its limits are those of
    2π − 1 (Clopper and Pearson 1934) times that limit of θ which is farther from the estimate: so they exclude 0 where
    p < 5 %, and cover a large difference, where θ is uncertain too.

    Args:
        a, b: Verdicts on the same reviews that did not choose the epoch, such as of ``accuracies.kept``.

    Returns:
        What differs; None where verdicts are missing, are shares of several epochs, or are not of the same reviews.

    Example:
        >>> a = np.array([1.0] * 80 + [0.0] * 5 + [1.0] * 10 + [0.0] * 5)
        >>> b = np.array([1.0] * 80 + [1.0] * 5 + [0.0] * 10 + [0.0] * 5)
        >>> found = trained_networks(Achieved(0.9, a, 100), Achieved(0.85, b, 100))
        >>> found.only_a, found.only_b, round(found.difference, 3), round(found.p, 3)
        (10, 5, 0.05, 0.302)
    """
    if a.correct is None or b.correct is None or len(a.correct) != len(b.correct) or not (_plain(a) and _plain(b)):
        return None
    reviews = len(a.correct)
    only_a, only_b = int(np.sum(a.correct > b.correct)), int(np.sum(b.correct > a.correct))
    disagreed = only_a + only_b
    p, low, high = 1.0, -1.0, 1.0
    if disagreed:
        p = _as_uneven(min(only_a, only_b), disagreed)
        low, high = (2 * limit - 1 for limit in _limits(only_a, disagreed))
    least, most = _limits(disagreed, reviews)
    return NetworkDifference(
        (only_a - only_b) / reviews,
        low * (least if low > 0 else most),
        high * (least if high < 0 else most),
        p,
        only_a,
        only_b,
        reviews,
    )


def _plain(achieved: Achieved) -> bool:
    assert achieved.correct is not None
    return bool(np.all((achieved.correct == 0) | (achieved.correct == 1)))


def _as_uneven(fewer: int, n: int) -> float:
    """Returns the chance that n tosses of a fair coin fall ``fewer`` to the rest, or more unevenly."""
    from scipy.special import bdtr  # the binomial distribution, without the weight of scipy.stats

    return min(1.0, 2 * float(bdtr(fewer, n, 0.5)))


def _limits(hits: int, n: int) -> tuple[float, float]:
    """Returns the 95 % interval of a share (Clopper and Pearson 1934), as ``scipy.stats.binomtest`` does."""
    from scipy.special import betaincinv

    low = float(betaincinv(hits, n - hits + 1, ALPHA / 2)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - ALPHA / 2)) if hits < n else 1.0
    return low, high
