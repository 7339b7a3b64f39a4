"""The leader among the networks that a class saw in training, and whether chance explains its lead."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.comparison.accuracies import MEASURES, Measure
from rnn_compare.comparison.difference import ALPHA, holm_adjusted
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.sentences import mean, points
from rnn_compare.comparison.single_runs import margin
from rnn_compare.comparison.verdicts import Comparison, compare
from rnn_compare.formatting import counted, listed


@dataclass(frozen=True)
class Standing:
    """The leader on the validation reviews.

    Attributes:
        explanation: The comparison in words; why nobody can be named, where there is no leader.
        leader, second: The groups with the highest and the next mean accuracy.
        lead: The lead over the second, a share.
        is_told: Whether the leader is ahead of every other by more than chance explains.
    """

    explanation: str
    leader: Group | None = None
    second: Group | None = None
    lead: float = 0.0
    is_told: bool = False


def standing(networks: Sequence[Group], evidence: Evidence) -> Standing:
    """Returns who is ahead on the reviews that validated.

    Of one training each, the trained networks are judged as they are: by the reviews on which they differ, or else by
    what the choice of the reviews explains. Of several seeds each, their settings are.
    """
    broken = [group.name for group in networks if not group.counted]
    if broken or len(networks) < 2:
        return Standing(f"{listed(broken)} ended early." if broken else "only one network was trained.")
    measure: Measure = "kept" if all(evidence.of_group(group, "kept") for group in networks) else "typical"
    compared = compare(networks, evidence, measure)
    if problem := next((pair.problem for pair in compared if pair.problem), ""):
        return Standing(problem)
    shares = {
        group.name: mean(achieved)
        for pair in compared
        for group, achieved in zip((pair.a, pair.b), pair.achieved, strict=True)
    }
    leader, second = sorted(networks, key=lambda group: -shares[group.name])[:2]
    of_leader = {
        (pair.b if pair.a is leader else pair.a).name: apart
        for pair, apart in zip(compared, _told_apart(compared), strict=True)
        if leader in (pair.a, pair.b)
    }
    alike = [name for name, apart in of_leader.items() if not apart]
    lead = shares[leader.name] - shares[second.name]
    return Standing(_in_words(leader, second, lead, alike, measure), leader, second, lead, not alike)


def _told_apart(compared: Sequence[Comparison]) -> list[bool]:
    """Tells of each pair whether chance explains its difference, all pairs judged together."""
    if all(len(pair.a.counted) == len(pair.b.counted) == 1 for pair in compared):
        if all(pair.networks for pair in compared):
            return [p <= ALPHA for p in holm_adjusted([pair.networks.p for pair in compared if pair.networks])]
        return [_beyond_margin(pair, len(compared)) for pair in compared]
    return [pair.difference is not None and pair.difference.verdict != "cannot tell" for pair in compared]


def _beyond_margin(pair: Comparison, looks: int) -> bool:
    first, second = (achieved[0] for achieved in pair.achieved)
    by_chance = margin(first.accuracy, second.accuracy, first.reviews, second.reviews, looks)
    return abs(first.accuracy - second.accuracy) > by_chance


def _in_words(leader: Group, second: Group, lead: float, alike: Sequence[str], measure: Measure) -> str:
    seeds = len(leader.counted)
    reviews = leader.experiment.validation_reviews
    how = f"{MEASURES[measure].short}, {counted(reviews, 'validation review')}"
    how += f", {counted(seeds, 'seed')} each" if seeds > 1 else ""
    ahead = f"{leader.name} is {points(lead)} points ahead of {second.name} ({how})"
    if alike:
        return f"{leader.name} cannot be told apart from {listed(alike)}: {ahead}, which chance may explain."
    rare = "were they equally good, chance would bring about so much in fewer than 5 of 100 cases."
    anew = " Trained anew with another seed, it may end otherwise." if seeds == 1 else ""
    return f"{ahead}; {rare}{anew}"
