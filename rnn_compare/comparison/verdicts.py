"""The verdict on two or more settings, from which every page, file and sentence is made."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnn_compare.comparison.baselines import shared_baselines
from rnn_compare.comparison.beside_baselines import BaselineComparison, Side, beside_baselines
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import JUDGED_BY, Group
from rnn_compare.comparison.inference.accuracies import Measure, Score
from rnn_compare.comparison.inference.difference import (
    FEWEST_REVIEWS,
    Difference,
    TestedDifference,
    Untested,
    compare_settings,
    compare_with_splits,
)
from rnn_compare.comparison.inference.levels import MARGIN, DifferenceTest, judged_together, looks
from rnn_compare.comparison.inference.mcnemar import NetworkDifference, trained_networks
from rnn_compare.comparison.inference.wins import Wins, wins

PREFERRED: tuple[Measure, ...] = ("test", "kept", "typical")
"""In the order of preference: test reviews, kept weights, a typical epoch."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of two groups.

    Attributes:
        difference: Of the settings, a − b, with the verdict; None if they cannot be compared.
        networks: Of the two trained networks as they are, if there is one run each.
        lent: Descriptions of earlier runs from which the variation between seeds was estimated too.
        problem: Why the settings cannot be compared, in a sentence.
    """

    a: Group
    b: Group
    measure: Measure
    scores: tuple[tuple[Score, ...], tuple[Score, ...]] = ((), ())
    difference: Difference | None = None
    networks: NetworkDifference | None = None
    lent: tuple[str, ...] = ()
    problem: str = ""

    @property
    def shares(self) -> tuple[float, float]:
        """The mean accuracies of a and b."""
        first, second = (statistics.fmean(score.accuracy for score in scores) for scores in self.scores)
        return first, second

    @property
    def reviews(self) -> int:
        """The number of reviews on which accuracies were measured."""
        return min(training.reviews for trainings in self.scores for training in trainings)

    @property
    def seed_by_seed(self) -> bool:
        """Whether seeds are compared in pairs, since each has held-out reviews of its own."""
        return self.a.experiment.vary_split and self.measure != "test"

    @property
    def wins(self) -> Wins | None:
        """How often a seed of a is ahead of one of b; None with fewer than three, or where each judges by its own."""
        of_a, of_b = ([score.accuracy for score in scores] for scores in self.scores)
        return None if self.seed_by_seed else wins(of_a, of_b)

    @property
    def better(self) -> Group | None:
        """The better setting; None if that cannot be told."""
        return self._better(self.difference)

    @property
    def better_network(self) -> Group | None:
        """The better of the two trained networks as they are; None if that cannot be told."""
        return self._better(self.networks)

    def _better(self, tested: DifferenceTest | Untested | None) -> Group | None:
        return {"a is better": self.a, "b is better": self.b}.get(tested.verdict if tested else "")

    def other(self, group: Group) -> Group | None:
        """Returns the other of the two groups; None if the given one is neither."""
        return self.b if group is self.a else self.a if group is self.b else None


@dataclass(frozen=True)
class Judgement:
    """The verdict on settings.

    Attributes:
        order: The settings with their mean accuracies, the best first: none is known to be better than the first.
        pairs: The comparisons of every two of them, adjusted for each other.
        beside_baselines: The comparisons of every setting with every baseline; empty if settings are judged by
            different reviews, or before baselines are computed.
        picked_from: How many settings were trained together with these, these included.
    """

    order: tuple[tuple[Group, float], ...]
    measure: Measure
    pairs: tuple[Comparison, ...]
    beside_baselines: tuple[BaselineComparison, ...] = ()
    picked_from: int = 0

    @property
    def against_leader(self) -> list[tuple[Group, Comparison]]:
        """Every other group with its comparison with the leader."""
        leader = self.order[0][0]
        return [(other, pair) for pair in self.pairs if (other := pair.other(leader)) is not None]

    @property
    def best(self) -> Group | None:
        """The leader if it is better than every other: as a setting or, if that was not tested, as a network."""
        others = [group for group, _ in self.order[1:]]
        return self.order[0][0] if others and all(map(self.is_ahead, others)) else None

    def is_ahead(self, rival: Group) -> bool:
        """Returns whether the leader is better than another: as a setting or, if that was not tested, as a network."""
        pair = next(pair for other, pair in self.against_leader if other is rival)
        better = pair.better_network if isinstance(pair.difference, Untested) else pair.better
        return better is self.order[0][0]


def judge(
    groups: Sequence[Group], evidence: Evidence, measure: Measure | None = None, margin: float = MARGIN
) -> Judgement:
    """Returns the verdict on settings whose runs have all ended; all pairs are judged together (Shaffer).

    Settings whose accuracies differ by less than ``margin``, a share, are equal.
    """
    measure = measure or usual_measure(groups, evidence)
    sides = [
        Side(group, tuple(evidence.scores_of(group, measure) or ()), evidence.spread(group, measure))
        for group in groups
    ]
    pairs = {(id(a.group), id(b.group)): _compare(a, b, measure, margin) for a, b in itertools.combinations(sides, 2)}
    of_settings = judged_together(
        {key: pair.difference for key, pair in pairs.items() if isinstance(pair.difference, TestedDifference)}
    )
    of_networks = judged_together({key: pair.networks for key, pair in pairs.items() if pair.networks})
    judged = tuple(
        replace(pair, difference=of_settings.get(key, pair.difference), networks=of_networks.get(key))
        for key, pair in pairs.items()
    )
    means = [(side.group, statistics.fmean(run.accuracy for run in side.scores)) for side in sides if side.scores]
    # Where seeds are compared in pairs, the higher mean over all seeds may belong to the worse setting.
    worse = {id(pair.other(pair.better)) for pair in judged if pair.better}
    order = sorted(means, key=lambda item: -item[1])
    leader = next((place for place, (group, _) in enumerate(order) if id(group) not in worse), 0)
    order[: leader + 1] = [*order[leader : leader + 1], *order[:leader]]
    experiments = [run.experiment for group in groups for run in group.counted]
    beside = beside_baselines(sides, shared_baselines(experiments), measure, margin)
    return Judgement(tuple(order), measure, judged, beside, evidence.picked_from(groups))


def usual_measure(groups: Sequence[Group], evidence: Evidence) -> Measure:
    """Returns the preferred measure of those that all counted runs of all groups have."""
    counted = [group for group in groups if group.counted]
    return next((m for m in PREFERRED if all(evidence.scores_of(group, m) for group in counted)), "typical")


def _compare(a: Side, b: Side, measure: Measure, margin: float) -> Comparison:
    pair = Comparison(a.group, b.group, measure, (a.scores, b.scores), problem=_problem(a, b, measure))
    if pair.problem:
        return pair
    if pair.reviews < FEWEST_REVIEWS:
        share_a, share_b = pair.shares
        runs = len(a.scores), len(b.scores)
        return replace(pair, difference=Untested(share_a - share_b, runs, "too few reviews"))
    if pair.seed_by_seed:
        return _seed_by_seed(pair, margin)
    at = looks(a.submitted, b.submitted, (a.fewest, b.fewest))
    one_each = len(a.scores) == len(b.scores) == 1 and measure != "typical"
    return replace(
        pair,
        difference=compare_settings(a.scores, b.scores, a.spread, b.spread, looks=at, margin=margin),
        networks=trained_networks(a.scores[0], b.scores[0], margin) if one_each else None,
        lent=tuple(side.earlier[1] for side in (a, b) if side.earlier),
    )


def _seed_by_seed(pair: Comparison, margin: float) -> Comparison:
    a, b = (
        {run.experiment.seed: (score, run.created) for run, score in zip(group.counted, scores, strict=True)}
        for group, scores in zip((pair.a, pair.b), pair.scores, strict=True)
    )
    shared = sorted(a.keys() & b.keys())
    submitted = [max(a[seed][1], b[seed][1]) for seed in shared]
    shares_a, shares_b = ({seed: score.accuracy for seed, (score, _) in side.items()} for side in (a, b))
    experiment = pair.a.experiment
    reviews = experiment.training_reviews, experiment.validation_reviews
    difference = compare_with_splits(shares_a, shares_b, *reviews, looks=looks(submitted, submitted), margin=margin)
    if isinstance(difference, Untested):
        return replace(pair, difference=difference)
    scores = tuple(a[seed][0] for seed in shared), tuple(b[seed][0] for seed in shared)
    return replace(pair, difference=difference, scores=scores)


def _problem(side_a: Side, side_b: Side, measure: Measure) -> str:
    a, b = side_a.group, side_b.group
    for group in (a, b):
        if not group.counted:
            return f"{group.name} has no run that trained to its end, so it is not compared."
    values = {name: (getattr(a.experiment, name), getattr(b.experiment, name)) for name in JUDGED_BY}
    differing = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    if measure == "test" and a.experiment.source == b.experiment.source and not a.experiment.test_split:
        differing = {name: differing[name] for name in differing.keys() & {"test_split"}}  # the source's own judge both
    if differing:
        text = ", ".join(
            f"{name.replace('_', ' ')} {first} and {second}" for name, (first, second) in differing.items()
        )
        return f"{a.name} and {b.name} were judged by different reviews ({text}), so they are not compared."
    for side in (side_a, side_b):
        if not side.scores:
            what = "was not tested" if measure == "test" else "was recorded before verdicts were kept"
            return f"{side.group.name} {what}, so it cannot be compared by this measure."
    return ""
