"""Comparisons of networks with baselines, and of baselines with each other, on the same reviews."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rnn_compare.comparison.accuracies import Measure, Score, stacked
from rnn_compare.comparison.baselines import Baseline
from rnn_compare.comparison.difference import FEWEST_REVIEWS, TestedDifference, holm, settings
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.intervals import Spread
from rnn_compare.comparison.mcnemar import NetworkDifference, trained_networks

DETERMINISTIC = Spread(0.0, 0.0, runs=10**9)
"""The spread of a baseline: fitted again, it gives the same verdicts."""
GUESS = 0.03
"""The most by which bags of words exceed the majority class if they guess."""


@dataclass(frozen=True)
class BaselineComparison:
    """A comparison of a group with a baseline.

    Attributes:
        accuracy: The baseline's.
        difference: The group's accuracy less the baseline's: a ``Difference`` of settings or, where these cannot be
            tested, a ``NetworkDifference``. None if nothing was tested: predictions are missing, or reviews too few.
    """

    group: Group
    baseline: Baseline
    accuracy: float
    difference: TestedDifference | None


class Side(NamedTuple):
    """A group with its accuracies and, if there are enough, the spread of earlier runs and which runs these are."""

    group: Group
    scores: tuple[Score, ...]
    earlier: tuple[Spread, str] | None = None

    @property
    def spread(self) -> Spread | None:
        """The spread of earlier runs."""
        return self.earlier and self.earlier[0]


def beside_baselines(
    sides: Sequence[Side], baselines: Sequence[Baseline], measure: Measure
) -> tuple[BaselineComparison, ...]:
    """Returns the comparison of every group with every baseline, adjusted for each other (Holm)."""
    pairs = [
        BaselineComparison(side.group, baseline, score.accuracy, _difference(side, score, measure))
        for side in sides
        for baseline in baselines
        if (score := baseline.score(measure)) is not None
    ]
    tested = iter(holm([pair.difference for pair in pairs if pair.difference]))
    return tuple(replace(pair, difference=pair.difference and next(tested)) for pair in pairs)


def _difference(side: Side, baseline: Score, measure: Measure) -> TestedDifference | None:
    if not side.scores or baseline.reviews < FEWEST_REVIEWS or stacked([*side.scores, baseline]) is None:
        return None
    if not side.group.experiment.vary_split:  # otherwise a further seed has baselines of its own
        difference = settings(side.scores, [baseline], side.spread, DETERMINISTIC)
        if difference.p is not None:
            return difference
    return trained_networks(side.scores[0], baseline) if len(side.scores) == 1 and measure != "typical" else None


def lead(results: Collection[Baseline], name: str, over: str, measure: Measure = "kept") -> NetworkDifference:
    """Returns the difference of two baselines, by McNemar's test."""
    scores = {item.name: score for item in results if (score := item.score(measure))}
    difference = trained_networks(scores[name], scores[over])
    assert difference is not None  # both have all predictions
    return difference


def bags_guess(results: Collection[Baseline], measure: Measure = "kept") -> bool:
    """Returns whether bags of words cannot be told apart from guessing: if anything decides, it is word order."""
    leads = [lead(results, name, "majority", measure) for name in ("words", "bigrams")]
    return all(item.difference <= GUESS and item.verdict == "cannot tell" for item in leads)
