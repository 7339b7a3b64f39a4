"""Verdicts on every pair of several groups, judged together."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnn_compare.comparison.accuracies import Achieved, Measure
from rnn_compare.comparison.difference import Difference, holm
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import JUDGED_BY, Group
from rnn_compare.comparison.inference import NetworkDifference, settings, settings_with_splits, trained_networks
from rnn_compare.comparison.intervals import Spread

MOST_TELLING: tuple[Measure, ...] = ("test", "kept", "typical")
"""The most telling first: reviews that nothing was chosen by, weights that one would keep, a typical epoch."""


@dataclass(frozen=True)
class Comparison:
    """Two groups compared.

    Attributes:
        a, b: The groups.
        measure: What is compared.
        achieved: Of the counted runs of each.
        difference: Of the settings trained anew, a − b: it carries the verdict. None where nothing can be compared.
        networks: Of the two trained networks, as they are: where there is one run each.
        lent: Earlier runs that tell with the compared ones what a seed does.
        problem: Why nothing is compared, in a sentence.
    """

    a: Group
    b: Group
    measure: Measure
    achieved: tuple[tuple[Achieved, ...], tuple[Achieved, ...]] = ((), ())
    difference: Difference | None = None
    networks: NetworkDifference | None = None
    lent: tuple[str, ...] = ()
    problem: str = ""


def compare(groups: Sequence[Group], evidence: Evidence, measure: Measure | None = None) -> list[Comparison]:
    """Compares every pair of groups; several pairs are judged together (Holm).

    Args:
        groups: The groups, all of whose runs have ended.
        evidence: Knows what the runs achieved.
        measure: What is compared; what tells most of all that every run was measured by, if None.
    """
    measure = measure or usual_measure(groups, evidence)
    lent = [evidence.spread(group, measure) for group in groups]
    pairs = [
        _pair(a, b, evidence, measure, (lent_a, lent_b))
        for (a, lent_a), (b, lent_b) in itertools.combinations(zip(groups, lent, strict=True), 2)
    ]
    judged = iter(holm([pair.difference for pair in pairs if pair.difference]))
    return [replace(pair, difference=next(judged)) if pair.difference else pair for pair in pairs]


def usual_measure(groups: Sequence[Group], evidence: Evidence) -> Measure:
    """Returns the most telling measure that all counted runs of all groups have."""
    counted = [group for group in groups if group.counted]
    return next((m for m in MOST_TELLING if all(evidence.of_group(group, m) for group in counted)), "typical")


def _pair(
    a: Group, b: Group, evidence: Evidence, measure: Measure, lent: Sequence[tuple[Spread, str] | None]
) -> Comparison:
    if problem := _why_not(a, b, measure):
        return Comparison(a, b, measure, problem=problem)
    trainings = [evidence.of_group(group, measure) for group in (a, b)]
    if trainings[0] is None or trainings[1] is None:
        lacking = (a if trainings[0] is None else b).name
        what = "was not tested" if measure == "test" else "was recorded before verdicts were kept"
        return Comparison(a, b, measure, problem=f"{lacking} {what}, so it cannot be compared by this measure.")
    achieved = tuple(trainings[0]), tuple(trainings[1])
    if a.experiment.vary_split and measure != "test":
        return Comparison(a, b, measure, achieved, _seed_by_seed(a, b, achieved))
    difference = settings(*achieved, *(spread[0] if spread else None for spread in lent))
    networks = trained_networks(achieved[0][0], achieved[1][0]) if len(achieved[0]) == len(achieved[1]) == 1 else None
    return Comparison(a, b, measure, achieved, difference, networks, tuple(spread[1] for spread in lent if spread))


def _seed_by_seed(a: Group, b: Group, achieved: tuple[tuple[Achieved, ...], tuple[Achieved, ...]]) -> Difference:
    first, second = (
        {run.experiment.seed: training.accuracy for run, training in zip(group.counted, trainings, strict=True)}
        for group, trainings in zip((a, b), achieved, strict=True)
    )
    experiment = a.experiment
    return settings_with_splits(first, second, experiment.training_reviews, experiment.validation_reviews)


def _why_not(a: Group, b: Group, measure: Measure) -> str:
    for group in (a, b):
        if not group.counted:
            return f"{group.name} has no run that trained to its end, so it is not compared."
    differing = [name for name in JUDGED_BY if getattr(a.experiment, name) != getattr(b.experiment, name)]
    if measure == "test" and a.experiment.source == b.experiment.source and not a.experiment.test_split:
        differing = [name for name in differing if name == "test_split"]  # the source's own test reviews judge both
    if not differing:
        return ""
    settings_text = ", ".join(
        f"{name.replace('_', ' ')} {getattr(a.experiment, name)} and {getattr(b.experiment, name)}"
        for name in differing
    )
    return f"{a.name} and {b.name} were judged by different reviews ({settings_text}), so they are not compared."
