"""What a comparison says, in words: the plain sentence first, the numbers behind it for whoever asks."""

import math
from collections.abc import Sequence

from rnn_compare.comparison.accuracies import MEASURES, Achieved, Measure
from rnn_compare.comparison.difference import Difference
from rnn_compare.comparison.power import seeds_needed
from rnn_compare.comparison.verdicts import Comparison
from rnn_compare.formatting import counted

_JUDGED: dict[Measure, str] = {name: measure.short for name, measure in MEASURES.items()} | {
    "kept": "kept weights, on reviews that did not choose them"
}
"""Where accuracies are told themselves: a card beside them shows the best epoch, which is never lower."""
USELESS = 0.2
"""Half of an interval, as a share, from which on it says nothing: so it comes out of two or three seeds far apart."""
_REVIEWS = "the held-out reviews'"
_OVERLAP = "what splits that overlap have in common (Nadeau and Bengio 2003)"


def sentence(found: Comparison) -> str:
    """Returns what may be said of the two settings, trained anew, in one plain sentence.

    It stands for the verdict, on the page, on the command line and in reports.
    """
    if found.difference is None:
        return found.problem
    difference = found.difference
    if difference.p is None:
        return _unknown(found)
    ahead, behind = (found.a.name, found.b.name) if difference.difference >= 0 else (found.b.name, found.a.name)
    size = f"{points(abs(difference.difference))} ± {points(half_width(difference))} points"
    if half_width(difference) >= USELESS:
        return _too_few(found)
    if difference.verdict == "cannot tell":
        said = f"{ahead} and {behind} cannot be told apart: a lead of {size} may be chance"
    else:
        said = f"{ahead} is better than {behind} by {size}"
    lent = f"; what a seed does is known from {found.lent[0]}" if found.lent else ""
    return f"{said} ({MEASURES[found.measure].short}, {seeds(found)}, 95 %{lent}{_together(difference)})."


def network_sentence(found: Comparison) -> str:
    """Returns what may be said of two trained networks as they are; empty where there are several of one setting."""
    if (networks := found.networks) is None:
        return ""
    ahead, behind = (found.a.name, found.b.name) if networks.difference >= 0 else (found.b.name, found.a.name)
    low, high = sorted((abs(networks.low), abs(networks.high)))
    if networks.p > 0.05:
        even = "Even these" if found.difference and found.difference.verdict == "cannot tell" else "These"
        return (
            f"{even} two trained networks cannot be told apart: {ahead} judges {points(abs(networks.difference))} "
            f"points more of {networks.reviews:,} reviews rightly, {p_value(networks.p)}."
        )
    return (
        f"As they are, these two trained networks differ: {ahead} judges {points(abs(networks.difference))} points "
        f"more reviews rightly than {behind} (95 %: {points(low)} to {points(high)}). Trained anew with another seed, "
        "they may not."
    )


def seed_sentence(found: Comparison) -> str:
    """Returns which leads may be chance, and why; empty where what a seed does is not known from other runs."""
    told = found.difference
    if told is None or told.p is None or not told.variance_seeds or not found.lent:
        return ""
    return (
        f"A lead below {points(half_width(told))} points may be chance, however different the curves look: another "
        f"seed alone moves it by about {points(math.sqrt(told.variance_seeds))} points up or down (one standard "
        "deviation)."
    )


def details(found: Comparison, difference: float = 0.01) -> list[str]:
    """Returns the numbers behind a comparison, a line each.

    Args:
        found: The comparison.
        difference: A share that would matter: how many seeds it takes to see it is told.
    """
    told = found.difference
    if told is None:
        return []
    lines = [MEASURES[found.measure].sentence]
    if told.p is not None and told.low is not None and told.high is not None:
        adjusted = (
            f", adjusted for {told.comparisons} comparisons {p_value(told.p_adjusted)}" if told.comparisons > 1 else ""
        )
        lines.append(
            f"{found.a.name} − {found.b.name}: {points(told.difference)} points, {100 * told.level:.4g} % interval "
            f"{points(told.low)} to {points(told.high)}; {p_value(told.p)}{adjusted} "
            f"({_test(found)}, {told.df:.3g} degrees of freedom)."
        )
    if told.variance_seeds is not None and told.variance_reviews is not None:
        whole = told.variance_seeds + told.variance_reviews
        lines.append(
            f"Of the variance of the difference {100 * told.variance_seeds / whole:.0f} % is the seeds', "
            f"{100 * told.variance_reviews / whole:.0f} % {_OVERLAP if _by_seed(found) else _REVIEWS}"
            + ("." if told.paired else ": verdicts were not kept, so the reviews count as if drawn anew for each.")
        )
    if told.p is not None:
        lines += [f"What a seed does is known from {source}." for source in dict.fromkeys(found.lent)]
    if min(map(len, found.achieved)) > 1 and not _by_seed(found):
        lines.append(_power(found, told, difference))
    if told.left_out:
        lines.append(f"Left out, for only one of the two has it: {counted(len(told.left_out), 'seed')}.")
    return lines


def seeds(found: Comparison) -> str:
    """Returns how many seeds a comparison rests on."""
    one, other = found.difference.runs if found.difference else (0, 0)
    return f"{counted(one, 'seed')} each" if one == other else f"{one} and {counted(other, 'seed')}"


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


def _by_seed(found: Comparison) -> bool:
    """Tells whether seeds are compared one by one: each has held-out reviews of its own."""
    return found.a.experiment.vary_split and found.measure != "test"


def _test(found: Comparison) -> str:
    return "paired t over the seeds, corrected for splits that overlap" if _by_seed(found) else "Welch's t"


def _unknown(found: Comparison) -> str:
    if _by_seed(found):
        return f"No verdict: two shared seeds are needed where the seed decides the split ({_shares(found)})."
    return (
        f"One seed cannot tell which setting is better ({_JUDGED[found.measure]}: {_shares(found)}): trained anew "
        "with another seed, each lands a little higher or lower. Train more seeds."
    )


def _too_few(found: Comparison) -> str:
    return (
        f"{seeds(found).capitalize()} cannot tell which setting is better "
        f"({_JUDGED[found.measure]}: {_shares(found)}): they lie too far apart. Train more seeds."
    )


def _shares(found: Comparison) -> str:
    return " and ".join(
        f"{group.name} {100 * mean(each):.1f} %" for group, each in zip((found.a, found.b), found.achieved, strict=True)
    )


def _together(difference: Difference) -> str:
    return f"; adjusted for {difference.comparisons} comparisons" if difference.comparisons > 1 else ""


def _power(found: Comparison, told: Difference, difference: float) -> str:
    import numpy as np

    one, other = (max(float(np.var([each.accuracy for each in group], ddof=1)), 1e-9) for group in found.achieved)
    needed = seeds_needed(one, other, told.variance_reviews or 0.0, difference)
    if needed is None:
        return (
            f"No number of seeds would show a difference of {points(difference)} points in 80 of 100 cases: the "
            "held-out reviews are too few for that."
        )
    return f"To see a difference of {points(difference)} points in 80 of 100 cases takes about {needed} seeds each."


def mean(achieved: Sequence[Achieved]) -> float:
    """Returns the mean accuracy of runs."""
    return sum(each.accuracy for each in achieved) / len(achieved)
