"""The difference of two settings: tests over seeds and reviews, intervals, and correction for several comparisons."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Literal, TypeVar

import numpy as np

from rnn_compare.comparison.accuracies import Score, stacked
from rnn_compare.comparison.intervals import FEWEST, Spread, share_variance, spread

# Distributions come from scipy.special, without the weight of scipy.stats.

Verdict = Literal["a is better", "b is better", "cannot tell"]
Reason = Literal["", "one seed", "fewer than two shared seeds", "too few reviews"]
"""Why nothing was tested: the variation between seeds is unknown, or too few reviews were held out."""
ALPHA = 0.05
"""The share of comparisons of equal settings that may be called different, at any look from one seed to ten."""
LOOKS = 5
"""Divides ``ALPHA`` at each look: a constant level, after Pocock (1977); see docs/comparison.md."""
FEWEST_REVIEWS = 20
"""Held-out reviews that a verdict takes: with fewer, the 95 % interval of a 50 % accuracy exceeds 40 points."""


@dataclass(frozen=True)
class TestedDifference:
    """A difference of two accuracies, a − b, and its test. Shares from 0 to 1, not points.

    Attributes:
        p: The p-value; None if nothing was tested, and then ``level`` means nothing.
        p_adjusted: ``p`` adjusted for the other comparisons that are made together.
        level: The probability with which the interval covers the true difference.
        comparisons: The number of comparisons that are made together.
    """

    difference: float
    _: KW_ONLY
    p: float | None = None
    p_adjusted: float | None = None
    level: float = 1 - ALPHA
    comparisons: int = 1

    @property
    def verdict(self) -> Verdict:
        """The better one by ``p_adjusted`` at 5 %."""
        if self.p_adjusted is None or self.p_adjusted > ALPHA:
            return "cannot tell"
        return "a is better" if self.difference > 0 else "b is better"


@dataclass(frozen=True)
class Difference(TestedDifference):
    """The difference of two settings, of their mean accuracies.

    Its p is valid at any look from one seed to ten: ``LOOKS`` times that of a single look. Without p the fields from
    ``df`` to ``paired`` mean nothing.

    Attributes:
        runs: The numbers of runs of a and of b.
        df: Degrees of freedom of Student's t.
        variance_seeds: The seeds' share of the variance of ``difference``.
        variance_reviews: The held-out reviews' share.
        paired: Whether predictions were compared review by review; else ``variance_reviews`` is an upper bound.
        reason: Why nothing was tested.
        left_out: Seeds that only one of the two settings has, where seeds are compared in pairs.
        spreads: The spreads of a and of b that the test used; empty where seeds are compared in pairs.
    """

    runs: tuple[int, int]
    df: float = 0.0
    variance_seeds: float = 0.0
    variance_reviews: float = 0.0
    paired: bool = True
    reason: Reason = ""
    left_out: tuple[int, ...] = ()
    spreads: tuple[Spread, ...] = ()

    @property
    def standard_error(self) -> float:
        """Standard error of the difference, seeds and reviews together."""
        return math.sqrt(self.variance_seeds + self.variance_reviews)

    @property
    def half_width(self) -> float:
        """Half the width of the interval; 0 where there is no p."""
        from scipy.special import stdtrit

        if self.p is None:
            return 0.0
        return float(stdtrit(self.df, 1 - (1 - self.level) / LOOKS / 2)) * self.standard_error

    @property
    def low(self) -> float | None:
        """Lower limit of the interval; None where there is no p."""
        return None if self.p is None else self.difference - self.half_width

    @property
    def high(self) -> float | None:
        """Upper limit of the interval; None where there is no p."""
        return None if self.p is None else self.difference + self.half_width


Item = TypeVar("Item", bound=TestedDifference)


def settings(
    a: Sequence[Score], b: Sequence[Score], spread_a: Spread | None = None, spread_b: Spread | None = None
) -> Difference:
    """Tests whether two settings would differ if they were trained again, by their runs on the same reviews.

    Welch's test over the seeds, with the variance of the reviews added. With verdicts c[s, i] = μ[i] + g[s] + e[s, i]
    of seed s on review i, that is V / reviews: V is the variance over the reviews of the difference of both mean
    verdicts, less the noise of single verdicts in it.

    Args:
        a, b: Runs of each setting, at least one, that differ in their seed alone, measured in the same way on the same
            reviews.
        spread_a, spread_b: Of at least three earlier runs of exactly that setting, measured in the same way: pooled
            with that of the runs, or used alone where there is one run.

    Returns:
        The difference; without p if there is one run of a setting and no earlier spread. If predictions were not
        recorded, the reviews count as independent, which gives an upper bound (``paired`` is false).

    Raises:
        ValueError: If a setting has no runs.

    Example:
        >>> a = [Score(accuracy, None, 25_000) for accuracy in (0.88, 0.87, 0.89)]
        >>> b = [Score(accuracy, None, 25_000) for accuracy in (0.82, 0.84, 0.83)]
        >>> result = settings(a, b)
        >>> f"{result.difference:.3f}, from {result.low:.3f} to {result.high:.3f}, p = {result.p:.3f}: {result.verdict}"
        '0.050, from 0.016 to 0.084, p = 0.010: a is better'
    """
    if not a or not b:
        raise ValueError("each setting needs at least one run")
    mean_a, mean_b = (float(np.mean([run.accuracy for run in runs])) for runs in (a, b))
    runs = len(a), len(b)
    reviews = min(run.reviews for run in (*a, *b))
    of_a, of_b = _seeds(a, spread_a, reviews), _seeds(b, spread_b, reviews)
    if of_a is None or of_b is None:
        return Difference(mean_a - mean_b, runs, reason="one seed")
    seeds = [(of_a.variance / len(a), of_a.df), (of_b.variance / len(b), of_b.df)]
    verdicts = stacked([*a, *b])
    if verdicts is None or verdicts.shape[1] < 2:
        paired, share = False, share_variance(mean_a, reviews) + share_variance(mean_b, reviews)
    else:
        between = np.var(verdicts[: len(a)].mean(axis=0) - verdicts[len(a) :].mean(axis=0), ddof=1)
        paired, share = True, max(0.0, float(between) - of_a.noise / len(a) - of_b.noise / len(b)) / reviews
    judged = by_student(mean_a - mean_b, runs, seeds, (share, max(1, reviews - 1)))
    return replace(judged, paired=paired, spreads=(of_a, of_b))


def settings_with_splits(
    a: Mapping[int, float], b: Mapping[int, float], training_reviews: int, validation_reviews: int
) -> Difference:
    """Tests the difference of two settings seed by seed, where the seed also chooses the held-out reviews.

    Student's paired t with the correction of Nadeau and Bengio (2003): the splits overlap, so that the variance of the
    mean of n differences is not S²/n but (1/n + validation reviews / training reviews) · S².

    Args:
        a, b: Accuracy of each setting by seed.
        training_reviews, validation_reviews: The numbers of reviews of each run.

    Returns:
        The difference over the seeds that both have; the others are in ``left_out``. Without p if they share fewer than
        two.

    Example:
        >>> a, b = {1: 0.88, 2: 0.87, 3: 0.89}, {1: 0.83, 2: 0.83, 3: 0.82, 4: 0.90}
        >>> result = settings_with_splits(a, b, 20_000, 5_000)
        >>> f"{result.difference:.4f}, p = {result.p:.3f}, without {result.left_out}"
        '0.0533, p = 0.223, without (4,)'
    """
    left_out = tuple(sorted(a.keys() ^ b.keys()))
    differences = np.array([a[seed] - b[seed] for seed in sorted(a.keys() & b.keys())])
    count = len(differences)
    if count < 2:
        over_all = float(np.mean(list(a.values())) - np.mean(list(b.values())))
        return Difference(over_all, (len(a), len(b)), reason="fewer than two shared seeds", left_out=left_out)
    variance = _with_floor(float(differences.var(ddof=1)), validation_reviews)
    of_seeds, of_overlap = variance / count, variance * validation_reviews / training_reviews
    judged = by_student(float(differences.mean()), (count, count), [(of_seeds + of_overlap, count - 1)], (0.0, 1))
    return replace(judged, variance_seeds=of_seeds, variance_reviews=of_overlap, left_out=left_out)


def _seeds(group: Sequence[Score], earlier: Spread | None, reviews: int) -> Spread | None:
    own = spread(group) if len(group) > 1 else None
    if earlier is not None and earlier.runs >= FEWEST:
        own = own.pooled(earlier) if own else earlier
    return own and replace(own, variance=_with_floor(own.variance, reviews))


def _with_floor(variance: float, reviews: int) -> float:
    # Accuracies move in steps of one review. A rounding error is uniform over a step: its variance is step²/12.
    return max(variance, 1 / (12 * reviews**2))


def by_student(
    difference: float, runs: tuple[int, int], seeds: Sequence[tuple[float, float]], reviews: tuple[float, float]
) -> Difference:
    """Tests a difference by Student's t, with a variance that is a sum of independent estimates.

    Args:
        seeds: Variance and degrees of freedom of each part that comes from seeds; together above 0.
        reviews: Those of the part that comes from the held-out reviews.

    Example:
        >>> result = by_student(0.04, (3, 3), [(0.00005, 2), (0.00005, 2)], (0, 4999))
        >>> result.df, round(result.p, 3), result.verdict  # t = 4, of which p = 0.016 at a single look
        (4.0, 0.081, 'cannot tell')
    """
    from scipy.special import stdtr

    of_seeds = sum(variance for variance, _ in seeds)
    df = degrees_of_freedom(seeds, reviews)
    p = min(1.0, LOOKS * 2 * float(stdtr(df, -abs(difference) / math.sqrt(of_seeds + reviews[0]))))
    return Difference(difference, runs, df, of_seeds, reviews[0], p=p, p_adjusted=p)


def degrees_of_freedom(seeds: Sequence[tuple[float, float]], reviews: tuple[float, float]) -> float:
    """Returns the test's degrees of freedom, by Satterthwaite; arguments as in ``by_student``.

    Two runs say next to nothing about the seed, and the reviews' thousands of degrees of freedom must not hide that:
    then Welch's count, of the seeds alone, is the upper limit.
    """
    df = satterthwaite(*seeds, reviews)
    few = any(freedom < FEWEST - 1 for _, freedom in seeds)
    return min(df, satterthwaite(*seeds)) if few else df


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Returns the degrees of freedom of a sum of variances (Satterthwaite 1946): (Σ v)² / Σ (v² / df)."""
    return sum(variance for variance, _ in parts) ** 2 / sum(v**2 / df for v, df in parts)


def holm(differences: Sequence[Item]) -> list[Item]:
    """Returns the differences with p-values and intervals adjusted for being compared together (Holm 1979).

    Intervals have the levels at which they exclude 0 where the adjusted p is below 5 %; they do not claim to cover all
    at once in 95 % (docs/comparison.md). What was not tested does not count and stays as it is.

    Example:
        >>> three = [by_student(points / 100, (5, 5), [(0.005**2, 8)], (0, 1)) for points in (4.0, 2.2, 0.1)]
        >>> [(round(item.p, 3), round(item.p_adjusted, 3), item.verdict) for item in holm(three)]
        [(0.0, 0.001, 'a is better'), (0.011, 0.023, 'a is better'), (1.0, 1.0, 'cannot tell')]
    """
    # Not statsmodels' multipletests: each call of it collects all garbage, 50 ms in a server, for these lines.
    tested = sorted((item.p, place) for place, item in enumerate(differences) if item.p is not None)
    count = len(tested)
    adjusted = [min(1.0, p) for p in itertools.accumulate((p * (count - i) for i, (p, _) in enumerate(tested)), max)]
    called_real = sum(p <= ALPHA for p in adjusted)
    judged = list(differences)
    for rank, (p, (_, place)) in enumerate(zip(adjusted, tested, strict=True)):
        level = 1 - ALPHA / (count - min(rank, called_real))
        judged[place] = replace(judged[place], p_adjusted=p, level=level, comparisons=count)
    return judged
