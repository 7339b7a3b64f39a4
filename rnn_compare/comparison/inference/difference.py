"""One test of the difference of two settings, or of two trained networks: the model, the estimate and its limits.

Of seed s, the verdict on review i, 1 for right, is c[s, i] = μ[i] + g[s] + e[s, i]: the setting's effect on the review,
the seed's on all reviews, and noise. docs/comparison.md has the formulas, and tests of the test.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .accuracies import Score, stacked
from .intervals import FEWEST, Spread, share_variance, spread

# Distributions come from scipy.special, without the weight of scipy.stats.

FIXED = Spread(0.0, 0.0, runs=10**9)
"""The spread of what has no seeds, such as a baseline: fitted again, it gives the same verdicts."""


@dataclass(frozen=True)
class Test:
    """A difference of two mean accuracies, a − b, tested at one moment. Shares from 0 to 1, not points.

    Attributes:
        runs: The numbers of runs of a and of b.
        df: Degrees of freedom of Student's t.
        variance_seeds: The seeds' share of the variance of ``difference``; 0 where the seeds are fixed.
        variance_reviews: The held-out reviews' share.
        spreads: The spreads of a and of b; empty where the seeds are fixed.
        paired: Whether predictions were compared review by review; else ``variance_reviews`` is an upper bound.
        widest: The widest spread of all settings compared, if it was used in their place (``levels.judged_together``).
        at: When the newest of its runs was submitted.
    """

    difference: float
    runs: tuple[int, int]
    df: float
    variance_seeds: float
    variance_reviews: float
    spreads: tuple[Spread, ...] = ()
    paired: bool = True
    widest: Spread | None = None
    at: float = field(default=0.0, compare=False)

    @property
    def p(self) -> float:
        """The two-sided p-value of this test alone."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.df, -abs(self.difference) / math.sqrt(self.variance_seeds + self.variance_reviews)))

    def half_width(self, alpha: float) -> float:
        """Returns half the width of the interval that misses the true difference with a probability of ``alpha``."""
        from scipy.special import stdtrit

        return float(stdtrit(self.df, 1 - alpha / 2)) * math.sqrt(self.variance_seeds + self.variance_reviews)

    def limits(self, alpha: float) -> tuple[float, float]:
        """Returns the limits of that interval, within what two accuracies can differ by."""
        half = self.half_width(alpha)
        return max(-1.0, self.difference - half), min(1.0, self.difference + half)

    def with_spread(self, widest: Spread) -> "Test":
        """Returns the test with another variance between seeds, the same for both settings."""
        variance = widest.variance * sum(1 / count for count in self.runs)
        return replace(self, df=widest.df, variance_seeds=variance, widest=widest)


def compare_settings(
    a: Sequence[Score], b: Sequence[Score], lent_a: Spread | None = None, lent_b: Spread | None = None
) -> Test:
    """Tests whether two settings would differ if they were trained again, by their runs on the same reviews.

    Welch's test over the seeds, with the variance of the reviews added: V / reviews, where V is the variance over the
    reviews of the difference of both mean verdicts, less the noise of single verdicts in it.

    Args:
        a, b: Runs of each setting, at least three, that differ in their seed alone, measured alike on the same reviews;
            of what is ``FIXED`` one.
        lent_a, lent_b: The spread of at least three earlier runs of exactly that setting, measured in the same way,
            which is pooled with that of the runs; or ``FIXED``.

    Returns:
        The test. If predictions were not recorded, the reviews count as independent (``paired`` is false).

    Raises:
        ValueError: If a setting that is not fixed has fewer than three runs.

    Example:
        >>> a = [Score(accuracy, None, 25_000) for accuracy in (0.88, 0.87, 0.89)]
        >>> b = [Score(accuracy, None, 25_000) for accuracy in (0.82, 0.84, 0.83)]
        >>> test = compare_settings(a, b)
        >>> low, high = test.limits(0.04)
        >>> f"{test.difference:.3f}, from {low:.3f} to {high:.3f}, p = {test.p:.4f}"
        '0.050, from 0.026 to 0.074, p = 0.0019'
    """
    spreads = tuple(_spread(runs, lent) for runs, lent in ((a, lent_a), (b, lent_b)))
    parts = [(spread.variance / len(runs), spread.df) for spread, runs in zip(spreads, (a, b), strict=True)]
    noise = sum(spread.noise / len(runs) for spread, runs in zip(spreads, (a, b), strict=True))
    share, paired = _share_of_reviews(a, b, noise)
    parts.append((share, max(1, _reviews(a, b) - 1)))
    return Test(
        difference=_mean(a) - _mean(b),
        runs=(len(a), len(b)),
        df=satterthwaite(*parts),
        variance_seeds=parts[0][0] + parts[1][0],
        variance_reviews=share,
        spreads=spreads,
        paired=paired,
    )


def compare_networks(a: Sequence[Score], b: Sequence[Score]) -> Test:
    """Tests whether two groups of trained networks, as they are, would differ on other reviews of the same kind.

    Student's paired t over the reviews, of the difference of both mean verdicts; the seeds are fixed, so the result
    says nothing about networks that are trained again.

    Args:
        a, b: Runs of each group, at least one, measured alike on the same reviews.

    Returns:
        The test. If predictions were not recorded, the reviews count as independent (``paired`` is false).

    Example:
        >>> a = np.array([1.0] * 80 + [0.0] * 5 + [1.0] * 10 + [0.0] * 5)
        >>> b = np.array([1.0] * 80 + [1.0] * 5 + [0.0] * 10 + [0.0] * 5)
        >>> test = compare_networks([Score(0.9, a, 100)], [Score(0.85, b, 100)])
        >>> f"{test.difference:.2f}, p = {test.p:.2f}"
        '0.05, p = 0.23'
    """
    share, paired = _share_of_reviews(a, b)
    reviews = _reviews(a, b)
    return Test(_mean(a) - _mean(b), (len(a), len(b)), max(1, reviews - 1), 0.0, share, paired=paired)


def _share_of_reviews(a: Sequence[Score], b: Sequence[Score], noise: float = 0.0) -> tuple[float, bool]:
    """Returns the variance of the difference that comes from the choice of reviews, and whether they were paired.

    Args:
        noise: The variance of single verdicts that is part of the variance between reviews, but not theirs.
    """
    reviews, verdicts = _reviews(a, b), stacked([*a, *b])
    if verdicts is None or verdicts.shape[1] < 2:
        return share_variance(_mean(a), reviews) + share_variance(_mean(b), reviews), False
    between = float(np.var(verdicts[: len(a)].mean(axis=0) - verdicts[len(a) :].mean(axis=0), ddof=1))
    # One review more that only a gets right, and one that only b does: where nobody errs, further reviews differ.
    return (max(0.0, between - noise) + 2 / (reviews + 2)) / reviews, True


def _spread(runs: Sequence[Score], lent: Spread | None) -> Spread:
    if lent == FIXED:
        return FIXED
    if len(runs) < FEWEST:
        raise ValueError(f"a variance between seeds takes {FEWEST} runs, not {len(runs)}")
    own = spread(runs)
    pooled = own.pooled(lent) if lent is not None and lent.runs >= FEWEST else own
    # Accuracies move in steps. A rounding error is uniform over a step: its variance is step²/12.
    return replace(pooled, variance=max(pooled.variance, max(run.step for run in runs) ** 2 / 12))


def _mean(runs: Sequence[Score]) -> float:
    return float(np.mean([run.accuracy for run in runs]))


def _reviews(a: Sequence[Score], b: Sequence[Score]) -> int:
    return min(run.reviews for run in (*a, *b))


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Returns the degrees of freedom of a sum of variances (Satterthwaite 1946): (Σ v)² / Σ (v² / df)."""
    return sum(variance for variance, _ in parts) ** 2 / sum(v**2 / df for v, df in parts)
