"""A comparison in words: the plain sentence, and the numbers behind it."""

import math
from collections.abc import Sequence
from statistics import NormalDist

from rnn_compare.comparison.accuracies import MEASURES, Achieved, Measure
from rnn_compare.comparison.difference import ALPHA, LOOKS, Difference
from rnn_compare.comparison.power import seeds_to_see
from rnn_compare.comparison.verdicts import Comparison
from rnn_compare.formatting import counted

_JUDGED: dict[Measure, str] = {name: measure.short for name, measure in MEASURES.items()} | {
    "kept": "kept weights, on reviews that did not choose them"
}
"""Where accuracies are told themselves: a card beside them shows the best epoch, which is never lower."""
USELESS = 0.2
"""Half of an interval, as a share, from which on it says nothing: so it comes out of two or three seeds far apart."""
_REVIEWS = "the held-out reviews'"
_NORMAL = NormalDist().inv_cdf(1 - ALPHA / LOOKS / 2)
_OVERLAP = "what splits that overlap have in common (Nadeau and Bengio 2003)"


def sentence(comparison: Comparison) -> str:
    """Returns what may be said of the two settings, trained anew, in one plain sentence.

    It stands for the verdict, on the page, on the command line and in reports.
    """
    if comparison.difference is None:
        return comparison.problem
    difference = comparison.difference
    if difference.p is None:
        return _unknown(comparison)
    ahead, behind = (
        (comparison.a.name, comparison.b.name) if difference.difference >= 0 else (comparison.b.name, comparison.a.name)
    )
    size = f"{points(abs(difference.difference))} ± {points(half_width(difference))} points"
    if half_width(difference) >= USELESS:
        return _too_few(comparison)
    if difference.verdict == "cannot tell":
        outcome = f"{ahead} and {behind} cannot be told apart: a lead of {size} may be chance"
    else:
        outcome = f"{ahead} is better than {behind} by {size}"
    lent = f"; what a seed does is known from {comparison.lent[0]}" if comparison.lent else ""
    return f"{outcome} ({MEASURES[comparison.measure].short}, {seeds(comparison)}, 95 %{lent}{_together(difference)})."


def network_sentence(comparison: Comparison) -> str:
    """Returns what may be said of two trained networks as they are; empty where there are several of one setting."""
    if (networks := comparison.networks) is None:
        return ""
    ahead, behind = (
        (comparison.a.name, comparison.b.name) if networks.difference >= 0 else (comparison.b.name, comparison.a.name)
    )
    low, high = sorted((abs(networks.low), abs(networks.high)))
    if networks.p > 0.05:
        even = "Even these" if comparison.difference and comparison.difference.verdict == "cannot tell" else "These"
        return (
            f"{even} two trained networks cannot be told apart: {ahead} judges {points(abs(networks.difference))} "
            f"points more of {networks.reviews:,} reviews rightly, {p_value(networks.p)}."
        )
    return (
        f"As they are, these two trained networks differ: {ahead} judges {points(abs(networks.difference))} points "
        f"more reviews rightly than {behind} (95 %: {points(low)} to {points(high)}). Trained anew with another seed, "
        "they may not."
    )


def seed_sentence(comparison: Comparison) -> str:
    """Returns which leads may be chance, and why; empty where what a seed does is not known from other runs."""
    difference = comparison.difference
    if difference is None or difference.p is None or not difference.variance_seeds or min(difference.runs) > 1:
        return ""
    return (
        f"A lead below {points(half_width(difference))} points may be chance, however different the curves look: "
        f"another seed alone moves it by about {points(math.sqrt(difference.variance_seeds))} points up or down "
        "(one standard deviation)."
    )


def details(comparison: Comparison, difference: float = 0.01) -> list[str]:
    """Returns the numbers behind a comparison, a line each.

    Args:
        comparison: The comparison.
        difference: A share that would matter: how many seeds it takes to see it is told.
    """
    measured = comparison.difference
    if measured is None:
        return []
    lines = [MEASURES[comparison.measure].sentence]
    if measured.p is not None and measured.low is not None and measured.high is not None:
        adjusted = (
            f", adjusted for {measured.comparisons} comparisons {p_value(measured.p_adjusted)}"
            if measured.comparisons > 1
            else ""
        )
        lines.append(
            f"{comparison.a.name} − {comparison.b.name}: {points(measured.difference)} points, "
            f"{100 * measured.level:.4g} % interval {points(measured.low)} to {points(measured.high)}; "
            f"{p_value(measured.p)}{adjusted} ({_test(comparison)}, {measured.df:.3g} degrees of freedom). "
            "Both allow for a look after every seed up to ten."
        )
    if measured.variance_seeds is not None and measured.variance_reviews is not None:
        whole = measured.variance_seeds + measured.variance_reviews
        lines.append(
            f"Of the variance of the difference {100 * measured.variance_seeds / whole:.0f} % is the seeds', "
            f"{100 * measured.variance_reviews / whole:.0f} % {_OVERLAP if _by_seed(comparison) else _REVIEWS}"
            + ("." if measured.paired else ": verdicts were not kept, so the reviews count as if drawn anew for each.")
        )
    if measured.p is not None:
        lines += [f"What a seed does is known from {source}." for source in dict.fromkeys(comparison.lent)]
    if min(measured.runs) > 1 and measured.p is not None:
        lines.append(_power(comparison, measured, difference))
    if measured.left_out:
        lines.append(f"Left out, for only one of the two has it: {counted(len(measured.left_out), 'seed')}.")
    return lines


def seeds(comparison: Comparison) -> str:
    """Returns how many seeds a comparison rests on."""
    first, second = comparison.difference.runs if comparison.difference else (0, 0)
    return f"{counted(first, 'seed')} each" if first == second else f"{first} and {counted(second, 'seed')}"


def points(share: float) -> str:
    """Returns a share as percentage points.

    Example:
        >>> points(0.0214), points(-0.004)
        ('2.1', '−0.4')
    """
    return f"{100 * share:.1f}".replace("-", "−")


def p_value(p: float | None) -> str:
    """Returns a p-value with the digits that mean something.

    Example:
        >>> [p_value(p) for p in (0.314, 0.0123, 0.00004)]
        ['p = 0.31', 'p = 0.012', 'p < 0.001']
    """
    if p is None:
        return "p unknown"
    return "p < 0.001" if p < 0.001 else f"p = {p:.2f}" if p >= 0.1 else f"p = {p:.3f}"


def half_width(difference: Difference) -> float:
    """Returns half of the interval, a share; 0 where there is none."""
    return 0.0 if difference.low is None or difference.high is None else (difference.high - difference.low) / 2


def _by_seed(comparison: Comparison) -> bool:
    """Tells whether seeds are compared one by one: each has held-out reviews of its own."""
    return comparison.a.experiment.vary_split and comparison.measure != "test"


def _test(comparison: Comparison) -> str:
    return "paired t over the seeds, corrected for splits that overlap" if _by_seed(comparison) else "Welch's t"


def _unknown(comparison: Comparison) -> str:
    if _by_seed(comparison):
        return f"No verdict: two shared seeds are needed where the seed decides the split ({_shares(comparison)})."
    return (
        f"One seed cannot tell which setting is better ({_JUDGED[comparison.measure]}: {_shares(comparison)}): trained "
        "anew with another seed, each lands a little higher or lower. Train more seeds."
    )


def _too_few(comparison: Comparison) -> str:
    return (
        f"{seeds(comparison).capitalize()} cannot tell which setting is better "
        f"({_JUDGED[comparison.measure]}: {_shares(comparison)}): they lie too far apart. Train more seeds."
    )


def _shares(comparison: Comparison) -> str:
    return " and ".join(
        f"{group.name} {100 * mean(achieved):.1f} %"
        for group, achieved in zip((comparison.a, comparison.b), comparison.achieved, strict=True)
    )


def _together(difference: Difference) -> str:
    return f"; adjusted for {difference.comparisons} comparisons" if difference.comparisons > 1 else ""


def _power(comparison: Comparison, measured: Difference, difference: float) -> str:
    if _by_seed(comparison):
        least = _NORMAL * math.sqrt(measured.variance_reviews or 0.0)
        return f"More than about five seeds hardly help: splits overlap, so ± stays above {points(least)} points."
    needed = seeds_to_see(difference, measured)
    if needed is None:
        return (
            f"No number of seeds would show a difference of {points(difference)} points in 80 of 100 cases: the "
            "held-out reviews are too few for that."
        )
    return f"To see a difference of {points(difference)} points in 80 of 100 cases takes about {needed} seeds each."


def mean(achieved: Sequence[Achieved]) -> float:
    """Returns the mean accuracy of runs."""
    return sum(training.accuracy for training in achieved) / len(achieved)
