"""The verdict on two settings in words: its kind, and one sentence for each kind, whatever was compared."""

import math
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from statistics import NormalDist

from rnn_compare.comparison.inference.difference import FEWEST_REVIEWS, Difference, TestedDifference, Untested
from rnn_compare.comparison.inference.intervals import FEWEST
from rnn_compare.comparison.inference.power import seeds_to_see
from rnn_compare.formatting import counted, percent

USELESS = 0.2
"""Half the width of an interval, a share, from which the size of a difference is uncertain."""
MOST_SEEDS = 100
"""The largest number of seeds that is worth naming."""
MORE_SEEDS = f"Train {FEWEST} seeds or more of each."
SHARED_SEEDS = f"Where the seed decides the split, {FEWEST} shared seeds are needed."


class Kind(Enum):
    """What is known of two settings: its sentence, and its clause on the leader of several and others."""

    BETTER = ("{ahead} is better than {behind} by {by} ({numbers}).", "{It} is better than {others}.")
    ROUGHLY_BETTER = (
        "{ahead} is better than {behind}, but by how much is uncertain: {size} ({numbers}).",
        BETTER[1],
    )
    EQUAL = (
        "{ahead} and {behind} are equal to within {margin}: they differ by {by} ({numbers}).",
        "{It} is equal to {others} to within {margin}.",
    )
    UNKNOWN = (
        "Whether {ahead} or {behind} is better is not yet known: a difference of {by} could be chance ({numbers}). "
        "{takes}",
        "Whether {it} is better than {others} is not yet known. {takes}",
    )
    SAME = (
        "{ahead} and {behind} both reach {high} {where}, which may be the luck of {luck}. {more}",
        "{It} ties with {others}, which may be the luck of {luck}. {more}",
    )
    LEADS = (
        "{ahead} ({high} {where}) leads {behind} ({low}), which may be the luck of {luck}. {more}",
        "{It} leads {others}, which may be the luck of {luck}. {more}",
    )
    FEW_SHARED = (
        "Whether {ahead} or {behind} is better is not yet known ({numbers}). {shared}",
        "{It} leads {others}, without a verdict. {shared}",
    )
    FEW_REVIEWS = (
        "No verdict on {ahead} and {behind} from {reviews}: at least {fewest} are needed to tell them apart.",
        "No verdict on {it} and {others} from {reviews}: at least {fewest} are needed to tell them apart.",
    )


@dataclass(frozen=True)
class Words:
    """The words for two settings.

    Attributes:
        where: On which reviews the shares were reached.
        overlap: Whether each seed has a split of its own, and seeds are compared in pairs.
    """

    names: tuple[str, str]
    shares: tuple[float, float]
    difference: Difference
    where: str
    reviews: int = 0
    overlap: bool = False
    thing: str = "held-out review"

    @cached_property
    def kind(self) -> Kind:
        """What is known."""
        match self.difference:
            case Untested(reason="too few reviews"):
                return Kind.FEW_REVIEWS
            case Untested(reason="too few shared seeds"):
                return Kind.FEW_SHARED
            case Untested():
                return Kind.SAME if percent(self.shares[0]) == percent(self.shares[1]) else Kind.LEADS
            case TestedDifference(verdict="equal"):
                return Kind.EQUAL
            case TestedDifference(verdict="unknown"):
                return Kind.UNKNOWN
            case TestedDifference(half_width=half):
                return Kind.ROUGHLY_BETTER if half >= USELESS else Kind.BETTER

    @property
    def sentence(self) -> str:
        """The verdict with its numbers."""
        return self._filled(self.kind.value[0])

    def clause(self, it: str, others: str) -> str:
        """Returns the verdict on a leader and others of this kind."""
        return self._filled(self.kind.value[1], it=it, It=it[0].upper() + it[1:] if it == "it" else it, others=others)

    @property
    def digits(self) -> int:
        """Decimals of the numbers: more than one where rounding would contradict the verdict."""
        return next((digits for digits in (1, 2, 3) if self._agrees(digits)), 4)

    @property
    def by(self) -> str:
        """The difference and half its interval, computed from the rounded shares shown beside it."""
        lead = gap(*self.shares, self.digits)
        if isinstance(self.difference, Untested):
            return f"{lead} points"
        return f"{lead} ± {points(self.difference.half_width, self.digits)} points"

    def _filled(self, template: str, **words: str) -> str:
        (ahead, high), (behind, low) = sorted(
            zip(self.names, self.shares, strict=True), key=lambda side: side[1], reverse=True
        )
        shares = [percent(share, self.digits) for share in (high, low)]
        few = isinstance(self.difference, Untested)
        values = {
            **{"ahead": ahead, "behind": behind, "high": shares[0], "low": shares[1], "where": self.where},
            **{"by": self.by, "numbers": f"{shares[0]} and {shares[1]} {self.where}{self._level}"},
            **{"luck": "one seed" if min(self.difference.runs) == 1 else "few seeds", "more": MORE_SEEDS},
            **{"size": self._size, "margin": self._margin, "takes": "" if few else self._takes},
            **{"reviews": counted(self.reviews, self.thing), "fewest": str(FEWEST_REVIEWS)},
            "shared": SHARED_SEEDS,
        }
        return template.format(**values | words).strip()

    def _agrees(self, digits: int) -> bool:
        if isinstance(self.difference, Untested):
            return True
        lead, half = float(gap(*self.shares, digits)), round(100 * self.difference.half_width, digits)
        inside = self.difference.verdict != "equal" or round(lead + half, digits) <= 100 * self.difference.margin
        return (lead > half) is self.difference.is_decided and inside

    @property
    def _level(self) -> str:
        if isinstance(self.difference, Untested):
            return ""
        together = self.difference.comparisons
        adjusted = f", adjusted for {together} comparisons" if together > 1 else ""
        return f"; {100 * self.difference.level:.4g} % interval{adjusted}"

    @property
    def _size(self) -> str:
        if isinstance(self.difference, Untested):
            return ""
        least, most = sorted(map(abs, self.difference.limits))
        return f"{100 * least:.0f} to {100 * most:.0f} points"

    @property
    def _margin(self) -> str:
        return "" if isinstance(self.difference, Untested) else in_points(self.difference.margin)

    @property
    def _takes(self) -> str:
        """Says how many more seeds would show a difference of the margin, with 80 % power."""
        assert isinstance(self.difference, TestedDifference)
        if self.overlap:
            least = NormalDist().inv_cdf(1 - self.difference.alpha / 2) * math.sqrt(self.difference.variance_reviews)
            return f"However many seeds are trained, ± stays above {points(least)} points, since the splits overlap."
        low, high = (
            None if seeds is None else max(1, seeds - min(self.difference.runs))
            for seeds in seeds_to_see(self.difference)
        )
        text = f"Seeing a difference of {self._margin} takes"
        if low is None or low > MOST_SEEDS:
            return f"{text} more {self.thing}s, or more than {MOST_SEEDS} more seeds of each."
        if high is None or high > MOST_SEEDS:
            return f"{text} at least {counted(low, 'more seed')} of each."
        return f"{text} {f'{low} to ' if low < high else ''}{counted(high, 'more seed')} of each."


def points(share: float, digits: int = 1) -> str:
    """Returns a share as percentage points.

    Example:
        >>> points(0.0214), points(-0.004), points(-0.0004)
        ('2.1', '−0.4', '0.0')
    """
    return f"{100 * share:z.{digits}f}".replace("-", "−")


def in_points(share: float) -> str:
    """Returns a margin in words.

    Example:
        >>> in_points(0.01), in_points(0.005)
        ('1 point', '0.5 points')
    """
    return f"{100 * share:g} point{'' if math.isclose(share, 0.01) else 's'}"


def p_value(p: float) -> str:
    """Returns a p-value with its significant digits.

    Example:
        >>> [p_value(p) for p in (0.314, 0.0123, 0.00004)]
        ['p = 0.31', 'p = 0.012', 'p < 0.001']
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2f}" if p >= 0.1 else f"p = {p:.3f}"


def gap(first: float, second: float, digits: int = 1) -> str:
    """Returns the difference of two accuracies in points, computed from the rounded percentages shown beside it.

    Example:
        >>> gap(0.8814, 0.8426), points(0.8814 - 0.8426)
        ('3.8', '3.9')
    """
    rounded = [float(percent(share, digits).removesuffix(" %")) for share in (first, second)]
    return points(abs(rounded[0] - rounded[1]) / 100, digits)
