"""McNemar's exact test of two trained networks on the same reviews."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from rnn_compare.comparison.inference.accuracies import Score, stacked
from rnn_compare.comparison.inference.levels import MARGIN, DifferenceTest


@dataclass(frozen=True)
class NetworkDifference(DifferenceTest):
    """The difference of two trained networks on the same reviews; it says nothing about their settings trained again.

    Attributes:
        only_a, only_b: Reviews that only one of them gets right.
        right_a, right_b: Reviews that each gets right.
        epochs: The epochs of the weights of a and of b; empty on the test reviews.
    """

    _: KW_ONLY
    only_a: int
    only_b: int
    right_a: int
    right_b: int
    reviews: int
    epochs: tuple[int, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """The interval of the difference on all reviews of the same kind."""
        disagreed = self.only_a + self.only_b
        low, high = (2 * limit - 1 for limit in _limits(self.only_a, disagreed, self.level)) if disagreed else (-1, 1)
        least, most = _limits(disagreed, self.reviews, self.level)
        return low * (least if low > 0 else most), high * (least if high < 0 else most)


def trained_networks(a: Score, b: Score, margin: float = MARGIN) -> NetworkDifference | None:
    """Tests two trained networks review by review: McNemar's exact test (1947), and the interval of docs/comparison.md.

    If both halves of the reviews chose the same epoch (``accuracies.kept``), all reviews count. Otherwise no single
    network gave all predictions: then the even places count, with the weights that the odd ones chose.

    Args:
        a, b: Accuracies on the same reviews, which did not choose the epoch, such as of ``accuracies.kept``.

    Returns:
        The difference; None if predictions are missing, are shares of several epochs, or are not of the same reviews.

    Example:
        >>> a = np.array([1.0] * 80 + [0.0] * 5 + [1.0] * 10 + [0.0] * 5)
        >>> b = np.array([1.0] * 80 + [1.0] * 5 + [0.0] * 10 + [0.0] * 5)
        >>> result = trained_networks(Score(0.9, a, 100), Score(0.85, b, 100))
        >>> result.only_a, result.only_b, result.difference, round(result.p, 3)
        (10, 5, 0.05, 0.302)
    """
    from scipy.special import bdtr  # the binomial distribution, without the weight of scipy.stats

    verdicts = stacked([a, b])
    if verdicts is None or not np.all((verdicts == 0) | (verdicts == 1)):
        return None
    step = 1 if len(set(a.epochs)) < 2 and len(set(b.epochs)) < 2 else 2
    first, second = verdicts[:, ::step]
    only_a, only_b = int(np.sum(first > second)), int(np.sum(second > first))
    p = min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))
    epochs = (*a.epochs[:1], *b.epochs[:1])
    difference, right = (only_a - only_b) / len(first), (int(first.sum()), int(second.sum()))
    return NetworkDifference(
        difference, p=p, only_a=only_a, only_b=only_b, right_a=right[0], right_b=right[1], reviews=len(first),
        epochs=epochs, margin=margin,
    )  # fmt: skip


def _limits(hits: int, n: int, level: float) -> tuple[float, float]:
    """Returns the interval of a share (Clopper and Pearson 1934), as ``scipy.stats.binomtest`` does."""
    from scipy.special import betaincinv

    low = float(betaincinv(hits, n - hits + 1, (1 - level) / 2)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, (1 + level) / 2)) if hits < n else 1.0
    return low, high
