"""Comparisons of networks with baselines, and of baselines with each other, on the same reviews."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rnn_compare.comparison.baselines import Baseline
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.accuracies import Measure, Score, stacked
from rnn_compare.comparison.inference.difference import FEWEST_REVIEWS, TestedDifference, compare_settings
from rnn_compare.comparison.inference.intervals import FEWEST, Spread
from rnn_compare.comparison.inference.levels import MARGIN, DifferenceTest, judged_together, looks
from rnn_compare.comparison.inference.mcnemar import NetworkDifference, trained_networks

DETERMINISTIC = Spread(0.0, 0.0, runs=10**9)
"""The spread of a baseline: fitted again, it gives the same verdicts."""
FEWEST_EARLIER = 5
"""Earlier runs that place fewer than three seeds: of one side alone, three leave the variance too uncertain."""
GUESS = 0.03
"""The most by which bags of words exceed the majority class if they guess."""


@dataclass(frozen=True)
class BaselineComparison:
    """A comparison of a group with a baseline.

    Attributes:
        accuracy: The baseline's.
        difference: The group's accuracy less the baseline's: a ``TestedDifference`` of settings or, where these cannot
            be tested, a ``NetworkDifference``. None if nothing was tested: predictions are missing, or reviews too few.
    """

    group: Group
    baseline: Baseline
    accuracy: float
    difference: DifferenceTest | None


class Side(NamedTuple):
    """A group with its accuracies and, if there are enough, the spread of earlier runs and which runs these are."""

    group: Group
    scores: tuple[Score, ...]
    earlier: tuple[Spread, str] | None = None

    @property
    def spread(self) -> Spread | None:
        """The spread of earlier runs."""
        return self.earlier and self.earlier[0]

    @property
    def fewest(self) -> int:
        """The seeds that a verdict takes."""
        return 1 if self.earlier else FEWEST

    @property
    def submitted(self) -> list[float]:
        """When each of its counted runs was submitted."""
        return [run.created for run in self.group.counted]


def beside_baselines(
    sides: Sequence[Side], baselines: Sequence[Baseline], measure: Measure, margin: float = MARGIN
) -> tuple[BaselineComparison, ...]:
    """Returns the comparison of every group with every baseline, judged together (Holm)."""
    pairs = {
        (id(side.group), id(baseline)): BaselineComparison(
            side.group, baseline, score.accuracy, _difference(side, score, measure, margin)
        )
        for side in sides
        for baseline in baselines
        if (score := baseline.score(measure)) is not None
    }
    judged = judged_together({key: pair.difference for key, pair in pairs.items() if pair.difference})
    return tuple(replace(pair, difference=judged.get(key)) for key, pair in pairs.items())


def _difference(side: Side, baseline: Score, measure: Measure, margin: float) -> DifferenceTest | None:
    if not side.scores or baseline.reviews < FEWEST_REVIEWS or stacked([*side.scores, baseline]) is None:
        return None
    known = len(side.scores) >= FEWEST or (side.spread is not None and side.spread.runs >= FEWEST_EARLIER)
    if known and not side.group.experiment.vary_split:  # otherwise a further seed has baselines of its own
        at = looks(side.submitted, side.submitted, (side.fewest, 1))
        difference = compare_settings(side.scores, [baseline], side.spread, DETERMINISTIC, looks=at, margin=margin)
        if isinstance(difference, TestedDifference):
            return difference
    as_trained = len(side.scores) == 1 and measure != "typical"
    return trained_networks(side.scores[0], baseline, margin) if as_trained else None


def lead(results: Collection[Baseline], name: str, over: str, measure: Measure = "kept") -> NetworkDifference:
    """Returns the difference of two baselines, by McNemar's test."""
    scores = {item.name: score for item in results if (score := item.score(measure))}
    difference = trained_networks(scores[name], scores[over])
    assert difference is not None  # both have all predictions
    return difference


def bags_guess(results: Collection[Baseline], measure: Measure = "kept") -> bool:
    """Returns whether bags of words cannot be told apart from guessing: if anything decides, it is word order."""
    leads = [lead(results, name, "majority", measure) for name in ("words", "bigrams")]
    return all(item.difference <= GUESS and not item.is_decided for item in leads)
