"""Tests of differences: of two settings, with variance over seeds and held-out reviews, or of two trained networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnn_compare.comparison.accuracies import Achieved
from rnn_compare.comparison.difference import ALPHA, Difference, by_student, holm_adjusted
from rnn_compare.comparison.intervals import FEWEST, Spread, share_variance, spread


def settings(
    a: Sequence[Achieved], b: Sequence[Achieved], spread_a: Spread | None = None, spread_b: Spread | None = None
) -> Difference:
    """Compares two settings by their runs on the same reviews: would they differ if they were trained anew?

    Welch's test over the seeds, to which the share of the reviews is added. With verdicts
    c[s, i] = μ[i] + g[s] + e[s, i] of seed s and review i, that share is V / reviews: V is the variance over the
    reviews of the difference of both mean verdicts, less what the noise of single verdicts adds to it.

    Args:
        a, b: Runs of each setting, different in nothing but the seed, measured in the same way on the same reviews.
        spread_a, spread_b: Of at least three earlier runs of exactly that setting, measured in the same way: pooled
            with the runs' own, and all that tells what a seed does where there is one run.

    Returns:
        The difference. There is no p and no interval where there is one run of a setting and no spread of it. Where
        verdicts were not kept, the reviews' share is that of independent reviews, an upper bound (``paired`` is false).
        Raises ``ValueError`` if a setting has no runs.

    Example:
        >>> a = [Achieved(accuracy, None, 25_000) for accuracy in (0.88, 0.87, 0.89)]
        >>> b = [Achieved(accuracy, None, 25_000) for accuracy in (0.82, 0.84, 0.83)]
        >>> found = settings(a, b)
        >>> f"{found.difference:.3f}, from {found.low:.3f} to {found.high:.3f}, p = {found.p:.3f}: {found.verdict}"
        '0.050, from 0.016 to 0.084, p = 0.010: a is better'
    """
    if not a or not b:
        raise ValueError("each setting needs at least one run")
    difference = _mean(a) - _mean(b)
    runs = len(a), len(b)
    reviews = min(run.reviews for run in (*a, *b))
    of_a, of_b = _seeds(a, spread_a, reviews), _seeds(b, spread_b, reviews)
    if of_a is None or of_b is None:
        return Difference(difference, runs, reason="one seed")
    seeds = [(of_a.variance / len(a), of_a.df), (of_b.variance / len(b), of_b.df)]
    between = _between_reviews(a, b, of_a.noise / len(a) + of_b.noise / len(b))
    share = _binomial(a) + _binomial(b) if between is None else between / reviews
    judged = by_student(difference, runs, seeds, (share, max(1, reviews - 1)))
    return replace(judged, paired=between is not None, spreads=(of_a, of_b))


def settings_with_splits(
    a: Mapping[int, float], b: Mapping[int, float], training_reviews: int, validation_reviews: int
) -> Difference:
    """Compares two settings where the seed also decides which reviews are held out: seed by seed.

    Student's paired t with the correction of Nadeau and Bengio (2003): the parts of different seeds overlap, so that
    the variance of the mean of n differences is not S²/n but (1/n + validation reviews / training reviews) · S².

    Args:
        a, b: Accuracy of each setting by seed. Two runs with one seed judge the same reviews.
        training_reviews, validation_reviews: How many each run trains on and is judged by.

    Returns:
        The difference over the seeds that both have; the others are in ``left_out``. Without p where both have fewer
        than two.

    Example:
        >>> a, b = {1: 0.88, 2: 0.87, 3: 0.89}, {1: 0.83, 2: 0.83, 3: 0.82, 4: 0.90}
        >>> found = settings_with_splits(a, b, 20_000, 5_000)
        >>> f"{found.difference:.4f}, p = {found.p:.3f}, without {found.left_out}"
        '0.0533, p = 0.223, without (4,)'
    """
    shared = sorted(a.keys() & b.keys())
    left_out = tuple(sorted(a.keys() ^ b.keys()))
    differences = np.array([a[seed] - b[seed] for seed in shared])
    runs = len(shared), len(shared)
    if len(shared) < 2:
        over_all = float(np.mean(list(a.values())) - np.mean(list(b.values())))
        return Difference(over_all, (len(a), len(b)), reason="fewer than two shared seeds", left_out=left_out)
    variance = _with_floor(float(differences.var(ddof=1)), validation_reviews)
    freedom = len(shared) - 1
    overlap = validation_reviews / training_reviews
    whole = variance * (1 / len(shared) + overlap)
    difference = by_student(float(differences.mean()), runs, [(whole, freedom)], (0.0, 1))
    return replace(
        difference, variance_seeds=variance / len(shared), variance_reviews=variance * overlap, left_out=left_out
    )


def _seeds(group: Sequence[Achieved], earlier: Spread | None, reviews: int) -> Spread | None:
    """Returns the spread of a setting's seeds: from the group itself and from earlier runs, if they are enough."""
    own = spread(group) if len(group) > 1 else None
    if earlier is not None and earlier.runs >= FEWEST:
        own = own.pooled(earlier) if own else earlier
    return own and replace(own, variance=_with_floor(own.variance, reviews))


def _with_floor(variance: float, reviews: int) -> float:
    """Returns a variance of accuracies that is not 0, though all were equal: they are counted in steps of one review.

    An error of rounding is spread evenly over a step, which gives it a variance of step²/12.
    """
    return max(variance, 1 / (12 * reviews**2))


def _between_reviews(a: Sequence[Achieved], b: Sequence[Achieved], noise: float) -> float | None:
    """Returns the variance over reviews of the settings' true difference; None where verdicts cannot be paired."""
    mean_a, mean_b = _mean_verdicts(a), _mean_verdicts(b)
    if mean_a is None or mean_b is None or len(mean_a) != len(mean_b) or len(mean_a) < 2:
        return None
    return max(0.0, float(np.var(mean_a - mean_b, ddof=1)) - noise)


def _mean_verdicts(runs: Sequence[Achieved]) -> NDArray[np.float64] | None:  # (reviews,)
    verdicts = [run.correct for run in runs if run.correct is not None]
    if len(verdicts) < len(runs) or len({len(correct) for correct in verdicts}) > 1:
        return None
    mean: NDArray[np.float64] = np.mean(verdicts, axis=0)
    return mean


def _binomial(runs: Sequence[Achieved]) -> float:
    return share_variance(_mean(runs), min(run.reviews for run in runs))


def _mean(runs: Sequence[Achieved]) -> float:
    return float(np.mean([run.accuracy for run in runs]))


@dataclass(frozen=True)
class NetworkDifference:
    """Difference of two trained networks on the same reviews; it says nothing of their settings trained anew.

    Attributes:
        only_a, only_b: Reviews that only one of them judges rightly; the others tell nothing.
        right_a, right_b: Reviews that it judges rightly.
        p: Of verdicts that disagree as unevenly or more, were the networks equally good.
        p_adjusted: The same where several pairs are judged together; ``p`` for one alone.
        epochs: Whose weights judged, of a and of b; empty for those that judged the test reviews.
    """

    only_a: int
    only_b: int
    right_a: int
    right_b: int
    reviews: int
    p: float
    p_adjusted: float
    level: float = 1 - ALPHA
    epochs: tuple[int, ...] = ()

    @property
    def difference(self) -> float:
        """Accuracy of a less that of b, a share."""
        return (self.only_a - self.only_b) / self.reviews

    @property
    def limits(self) -> tuple[float, float]:
        """The interval of the difference for reviews of the same kind."""
        disagreed = self.only_a + self.only_b
        low, high = (2 * limit - 1 for limit in _limits(self.only_a, disagreed, self.level)) if disagreed else (-1, 1)
        least, most = _limits(disagreed, self.reviews, self.level)
        return low * (least if low > 0 else most), high * (least if high < 0 else most)


def trained_networks(a: Achieved, b: Achieved) -> NetworkDifference | None:
    """Compares two trained networks review by review (McNemar 1947, exact).

    Of n reviews on which exactly one network is right, a is right on b ~ Binomial(n, π), with π = ½ where the
    networks are equally good. The difference is (2π − 1) times the share θ of such reviews. Its limits are those of
    2π − 1 (Clopper and Pearson 1934) times that limit of θ which is farther from the estimate: so they exclude 0 where
    p < 5 %, and cover a large difference, where θ is uncertain too.

    Where both halves of the reviews chose the same epoch (``accuracies.kept``) all of them judge its weights. Otherwise
    no one network gave all verdicts: then the even places judge the weights that the odd ones chose.

    Args:
        a, b: Verdicts on the same reviews that did not choose the epoch, such as of ``accuracies.kept``.

    Returns:
        The difference; None where verdicts are missing, are shares of several epochs, or are not of the same reviews.

    Example:
        >>> a = np.array([1.0] * 80 + [0.0] * 5 + [1.0] * 10 + [0.0] * 5)
        >>> b = np.array([1.0] * 80 + [1.0] * 5 + [0.0] * 10 + [0.0] * 5)
        >>> result = trained_networks(Achieved(0.9, a, 100), Achieved(0.85, b, 100))
        >>> result.only_a, result.only_b, result.difference, round(result.p, 3)
        (10, 5, 0.05, 0.302)
    """
    if a.correct is None or b.correct is None or len(a.correct) != len(b.correct) or not (_plain(a) and _plain(b)):
        return None
    step = 1 if all(len(set(network.epochs)) < 2 for network in (a, b)) else 2
    first, second = a.correct[::step], b.correct[::step]
    only_a, only_b = int(np.sum(first > second)), int(np.sum(second > first))
    p = _as_uneven(min(only_a, only_b), only_a + only_b)
    epochs = (*a.epochs[:1], *b.epochs[:1])
    return NetworkDifference(only_a, only_b, int(first.sum()), int(second.sum()), len(first), p, p, epochs=epochs)


def networks_together(pairs: Sequence[NetworkDifference | None]) -> list[NetworkDifference | None]:
    """Returns the same differences, judged together (Holm): that any is called real by chance stays below 5 %."""
    adjusted = iter(holm_adjusted([pair.p for pair in pairs if pair]))
    together = ((pair, next(adjusted)) if pair else (None, (1.0, 0.0)) for pair in pairs)
    return [pair and replace(pair, p_adjusted=p, level=level) for pair, (p, level) in together]


def _plain(achieved: Achieved) -> bool:
    assert achieved.correct is not None
    return bool(np.all((achieved.correct == 0) | (achieved.correct == 1)))


def _as_uneven(fewer: int, n: int) -> float:
    """Returns the chance that n tosses of a fair coin fall ``fewer`` to the rest, or more unevenly."""
    from scipy.special import bdtr  # the binomial distribution, without the weight of scipy.stats

    return min(1.0, 2 * float(bdtr(fewer, n, 0.5)))


def _limits(hits: int, n: int, level: float) -> tuple[float, float]:
    """Returns the interval of a share (Clopper and Pearson 1934), as ``scipy.stats.binomtest`` does."""
    from scipy.special import betaincinv

    low = float(betaincinv(hits, n - hits + 1, (1 - level) / 2)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, (1 + level) / 2)) if hits < n else 1.0
    return low, high
