"""The difference of two settings: the model of the verdicts, the estimate and its limits; levels are in ``levels``.

Of seed s, the verdict on review i, 1 for right, is c[s, i] = μ[i] + g[s] + e[s, i]: the setting's effect on the review,
the seed's on all reviews, and noise. docs/comparison.md has the formulas, and tests of the test.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import ClassVar, Literal, Self

import numpy as np

from rnn_compare.comparison.inference.accuracies import Score, stacked
from rnn_compare.comparison.inference.intervals import FEWEST, Spread, share_variance, spread
from rnn_compare.comparison.inference.levels import MARGIN, DifferenceTest, Verdict, level_at

# Distributions come from scipy.special, without the weight of scipy.stats.

Reason = Literal["too few seeds", "too few shared seeds", "too few reviews"]
PILES = 1.2
"""Seeds of another setting explain a difference if they are apart by it, but for a fifth: piles have a width."""
FEWEST_REVIEWS = 20
"""Held-out reviews that a verdict takes: with fewer, the 95 % interval of a 50 % accuracy exceeds 40 points."""


@dataclass(frozen=True)
class Untested:
    """A difference of two settings, a − b, that was not tested.

    Attributes:
        runs: The numbers of runs of a and of b.
        reason: Why: the variation between seeds is unknown, or too few reviews were held out.
        left_out: Seeds that only one of the two settings has, where seeds are compared in pairs.
    """

    difference: float
    runs: tuple[int, int]
    reason: Reason
    left_out: tuple[int, ...] = ()
    verdict: ClassVar[Verdict] = "unknown"


@dataclass(frozen=True)
class TestedDifference(DifferenceTest):
    """The difference of two settings, of their mean accuracies, and its test.

    Attributes:
        runs: The numbers of runs of a and of b.
        variance_seeds: The seeds' share of the variance of ``difference``.
        variance_reviews: The held-out reviews' share.
        paired: Whether predictions were compared review by review; else ``variance_reviews`` is an upper bound.
        left_out: Seeds that only one of the two settings has, where seeds are compared in pairs.
        spreads: The spreads of a and of b; empty where seeds are compared in pairs.
        widest: The widest spread of all settings compared, if the test used it in their place (``among``).
    """

    _: KW_ONLY
    runs: tuple[int, int]
    df: float
    variance_seeds: float
    variance_reviews: float
    paired: bool = True
    left_out: tuple[int, ...] = ()
    spreads: tuple[Spread, ...] = ()
    widest: Spread | None = None

    @property
    def half_width(self) -> float:
        """Half the width of the interval, where no limit is cut off."""
        from scipy.special import stdtrit

        return float(stdtrit(self.df, 1 - self.alpha / 2)) * math.sqrt(self.variance_seeds + self.variance_reviews)

    @property
    def limits(self) -> tuple[float, float]:
        """The interval, within what two accuracies can differ by."""
        return max(-1.0, self.difference - self.half_width), min(1.0, self.difference + self.half_width)

    def among(self, tests: Collection[DifferenceTest], divisor: int) -> Self:
        """Returns this test with the widest spread of all settings, if that explains the difference.

        Where seeds fall into two piles, all seeds of a are in one and all of b in the other with a probability of up
        to 2 / 2^(seeds of both): too often among many pairs of three seeds. Another setting's seeds show the piles.
        """
        seeds, level = sum(spread.runs for spread in self.spreads), level_at(self.looks)
        if len(tests) < 2 or not self.spreads or self.p > level or 2.0 ** (1 - seeds) <= level / divisor:
            return self
        all_spreads = [spread for test in tests if isinstance(test, TestedDifference) for spread in test.spreads]
        widest = max(all_spreads, key=lambda spread: spread.variance)
        # A single seed of n that lies apart by a distance gives a deviation of the distance / √n.
        if abs(self.difference) > PILES * math.sqrt(min(self.runs) * widest.variance):
            return self
        of_seeds = widest.variance * sum(1 / count for count in self.runs)
        p = float(two_sided(self.difference, of_seeds + self.variance_reviews, widest.df))
        return replace(self, p=p, df=widest.df, variance_seeds=of_seeds, widest=widest)


Difference = TestedDifference | Untested


def compare_settings(
    a: Sequence[Score],
    b: Sequence[Score],
    spread_a: Spread | None = None,
    spread_b: Spread | None = None,
    *,
    looks: Sequence[int] = (),
    margin: float = MARGIN,
) -> Difference:
    """Tests whether two settings would differ if they were trained again, by their runs on the same reviews.

    Welch's test over the seeds, with the variance of the reviews added: V / reviews, where V is the variance over the
    reviews of the difference of both mean verdicts, less the noise of single verdicts in it.

    Args:
        a, b: Runs of each setting, at least one, that differ in their seed alone, measured alike on the same reviews.
        spread_a, spread_b: Of at least three earlier runs of exactly that setting, measured in the same way: pooled
            with that of the runs, or used alone where there is one run.
        looks: The seeds of each at every look (``levels.level_at``); this is the first one if empty.
        margin: Accuracies that differ by less are equal.

    Returns:
        The difference; untested with fewer than three runs of a setting that has no earlier spread. If predictions were
        not recorded, the reviews count as independent, which gives an upper bound (``paired`` is false).

    Raises:
        ValueError: If a setting has no runs.

    Example:
        >>> a = [Score(accuracy, None, 25_000) for accuracy in (0.88, 0.87, 0.89)]
        >>> b = [Score(accuracy, None, 25_000) for accuracy in (0.82, 0.84, 0.83)]
        >>> result = compare_settings(a, b)
        >>> low, high = result.limits
        >>> f"{result.difference:.3f}, from {low:.3f} to {high:.3f}, p = {result.p:.4f}: {result.verdict}"
        '0.050, from 0.026 to 0.074, p = 0.0019: a is better'
    """
    if not a or not b:
        raise ValueError("each setting needs at least one run")
    mean_a, mean_b = (float(np.mean([run.accuracy for run in runs])) for runs in (a, b))
    runs = len(a), len(b)
    reviews = min(run.reviews for run in (*a, *b))
    of_a, of_b = _seeds(a, spread_a, reviews), _seeds(b, spread_b, reviews)
    if of_a is None or of_b is None:
        return Untested(mean_a - mean_b, runs, "too few seeds")
    seeds = [(of_a.variance / len(a), of_a.df), (of_b.variance / len(b), of_b.df)]
    verdicts = stacked([*a, *b])
    if verdicts is None or verdicts.shape[1] < 2:
        paired, share = False, share_variance(mean_a, reviews) + share_variance(mean_b, reviews)
    else:
        between = np.var(verdicts[: len(a)].mean(axis=0) - verdicts[len(a) :].mean(axis=0), ddof=1)
        own = max(0.0, float(between) - of_a.noise / len(a) - of_b.noise / len(b))
        # One review more that only a gets right, and one that only b does: where nobody errs, further reviews differ.
        paired, share = True, (own + 2 / (reviews + 2)) / reviews
    judged = by_student(mean_a - mean_b, runs, seeds, (share, max(1, reviews - 1)))
    looks = tuple(looks) or (min(runs),)
    return replace(judged, paired=paired, spreads=(of_a, of_b), looks=looks, margin=margin)


def compare_with_splits(
    a: Mapping[int, float],
    b: Mapping[int, float],
    training_reviews: int,
    validation_reviews: int,
    *,
    looks: Sequence[int] = (),
    margin: float = MARGIN,
) -> Difference:
    """Tests the difference of two settings seed by seed, where the seed also chooses the held-out reviews.

    Student's paired t with the correction of Nadeau and Bengio (2003): the splits overlap, so that the variance of the
    mean of n differences is not S²/n but (1/n + validation reviews / training reviews) · S².

    Args:
        a, b: Accuracy of each setting by seed.
        training_reviews, validation_reviews: The numbers of reviews of each run.
        looks, margin: As in ``compare_settings``.

    Returns:
        The difference over the seeds that both have; ``left_out`` has the others. Untested for fewer than three.

    Example:
        >>> a, b = {1: 0.88, 2: 0.87, 3: 0.89}, {1: 0.83, 2: 0.83, 3: 0.82, 4: 0.90}
        >>> result = compare_with_splits(a, b, 20_000, 5_000)
        >>> f"{result.difference:.4f}, p = {result.p:.3f}, without {result.left_out}"
        '0.0533, p = 0.045, without (4,)'
    """
    left_out = tuple(sorted(a.keys() ^ b.keys()))
    differences = np.array([a[seed] - b[seed] for seed in sorted(a.keys() & b.keys())])
    count = len(differences)
    if count < FEWEST:
        over_all = float(np.mean(list(a.values())) - np.mean(list(b.values())))
        return Untested(over_all, (len(a), len(b)), "too few shared seeds", left_out)
    variance = _with_floor(float(differences.var(ddof=1)), validation_reviews)
    of_seeds, of_overlap = variance / count, variance * validation_reviews / training_reviews
    judged = by_student(float(differences.mean()), (count, count), [(of_seeds + of_overlap, count - 1)], (0.0, 1))
    judged = replace(judged, variance_seeds=of_seeds, variance_reviews=of_overlap, left_out=left_out)
    return replace(judged, looks=tuple(looks) or (count,), margin=margin)


def _seeds(group: Sequence[Score], earlier: Spread | None, reviews: int) -> Spread | None:
    own = spread(group) if len(group) > 1 else None
    if earlier is not None and earlier.runs >= FEWEST:
        own = own.pooled(earlier) if own else earlier
    enough = own is not None and own.runs >= FEWEST  # two say next to nothing about the variance
    return replace(own, variance=_with_floor(own.variance, reviews)) if own and enough else None


def _with_floor(variance: float, reviews: int) -> float:
    # Accuracies move in steps of one review. A rounding error is uniform over a step: its variance is step²/12.
    return max(variance, 1 / (12 * reviews**2))


def by_student(
    difference: float, runs: tuple[int, int], seeds: Sequence[tuple[float, float]], reviews: tuple[float, float]
) -> TestedDifference:
    """Tests a difference by Student's t, with a variance that is a sum of independent estimates.

    Args:
        seeds: Variance and degrees of freedom of each part that comes from seeds; together above 0.
        reviews: Those of the part that comes from the held-out reviews.
    """
    of_seeds = sum(variance for variance, _ in seeds)
    df = satterthwaite(*seeds, reviews)
    p = float(two_sided(difference, of_seeds + reviews[0], df))
    return TestedDifference(
        difference, p=p, runs=runs, df=df, variance_seeds=of_seeds, variance_reviews=reviews[0], looks=(min(runs),)
    )


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Returns the degrees of freedom of a sum of variances (Satterthwaite 1946): (Σ v)² / Σ (v² / df)."""
    return sum(variance for variance, _ in parts) ** 2 / sum(v**2 / df for v, df in parts)


def two_sided(difference: float, variance: float, df: float) -> float:
    """Returns the two-sided p of a difference by Student's t; arrays too."""
    from scipy.special import stdtr

    return 2 * stdtr(df, -np.abs(difference) / np.sqrt(variance))  # type: ignore[no-any-return]  # scipy is untyped
