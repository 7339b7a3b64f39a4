"""What the curves of a comparison say, in sentences that a lecturer can read aloud."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.comparison.accuracies import MEASURES
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.sentences import (
    half_width,
    mean,
    network_sentence,
    points,
    seed_sentence,
    sentence,
)
from rnn_compare.comparison.single_runs import LOOKS, seen_in
from rnn_compare.comparison.verdicts import Comparison, compare, usual_measure
from rnn_compare.formatting import counted, listed, percent
from rnn_compare.runs.record import Run

LINES = 3
"""Sentences at most: more than that nobody reads in a lecture."""


WAITS = "Which is better is told once the reviews are prepared."


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes:
        run: The id of the run that it is about; that of a run of the leading setting where it compares.
        text: The sentence.
    """

    run: str
    text: str


def findings(runs: Sequence[Run], evidence: Evidence, waits: bool = False) -> list[Finding]:
    """Returns what the finished epochs show: first which setting is better, then what is to be seen of single ones.

    There is a verdict once all runs have ended, not before: whoever looks again and again will see a difference some
    time. Nothing is said of causes.

    Args:
        runs: Of one comparison.
        evidence: Knows what the runs achieved.
        waits: Whether it is about to know more: a verdict by less would be taken back in a moment.
    """
    found = groups(runs)
    begun = [group for group in found if any(run.epochs for run in group.runs)]
    told = [Finding(runs[0].id, WAITS)] if waits and runs else _compared(found, begun, evidence)
    spoken_of: set[str] = set()
    for look in LOOKS:
        for group in begun:
            if group.name not in spoken_of and (text := seen_in(group, look)):
                spoken_of.add(group.name)
                told.append(Finding(group.runs[0].id, f"{group.name} {text}"))
    return told[:LINES]


def _compared(found: Sequence[Group], begun: Sequence[Group], evidence: Evidence) -> list[Finding]:
    if not all(group.ended for group in found):
        return _where_they_stand(begun, "So far, after", "no verdict before the last epoch")
    whole = [group for group in found if group.counted]
    left_out = _left_out(found)
    if not whole:
        return _where_they_stand(begun, "After", "no verdict, for none trained to its end")
    if len(whole) == 1:
        return [*_one_setting(whole[0], evidence), *left_out]
    compared = compare(whole, evidence)
    leader = _leader(whole, compared)
    said = _pair(compared[0]) if len(whole) == 2 else [_against_all(leader, compared)]
    return [*(Finding(leader.runs[0].id, text) for text in said if text), *left_out]


def _where_they_stand(begun: Sequence[Group], after: str, why_no_verdict: str) -> list[Finding]:
    """What each has reached after as many epochs as all have finished."""
    if len(begun) < 2:
        return []
    epoch = min(max(len(run.epochs) for run in group.runs) for group in begun)
    shares = {
        group.name: statistics.fmean(
            run.epochs[epoch - 1]["val_accuracy"] for run in group.runs if len(run.epochs) >= epoch
        )
        for group in begun
    }
    best = max(begun, key=lambda group: shares[group.name])
    told = ", ".join(f"{name} {percent(share)}" for name, share in sorted(shares.items(), key=lambda item: -item[1]))
    return [Finding(best.runs[0].id, f"{after} {counted(epoch, 'epoch')}: {told}; {why_no_verdict}.")]


def _one_setting(group: Group, evidence: Evidence) -> list[Finding]:
    measure = usual_measure([group], evidence)
    found = evidence.of_group(group, measure) or []
    if len(found) < 2:
        return []
    shares = [one.accuracy for one in found]
    span = f"{points(min(shares))} to {percent(max(shares))}"
    how = f"{len(shares)} seeds ({MEASURES[measure].short})"
    text = f"{group.name} reaches {span} over {how}; nothing but the seed differs."
    return [Finding(group.runs[0].id, text)]


def _pair(found: Comparison) -> list[str]:
    # Of two networks with one seed each there is more to say: how they differ as they are.
    return [sentence(found), seed_sentence(found) or network_sentence(found)]


def _leader(whole: Sequence[Group], compared: Sequence[Comparison]) -> Group:
    shares = {
        group.name: mean(achieved)
        for found in compared
        for group, achieved in zip((found.a, found.b), found.achieved, strict=True)
        if achieved
    }
    return max(whole, key=lambda group: shares.get(group.name, 0.0))


def _against_all(leader: Group, compared: Sequence[Comparison]) -> str:
    """The leader against every other, all pairs judged together."""
    behind: list[str] = []
    alike: list[str] = []
    unknown: list[str] = []
    apart: list[str] = []
    seeds: set[int] = set()
    together = 1
    for found in compared:
        if leader.name not in (found.a.name, found.b.name):
            continue
        other = found.b.name if found.a.name == leader.name else found.a.name
        if found.difference is None:
            apart.append(other)
            continue
        seeds.update(found.difference.runs)
        if found.difference.p is None:
            unknown.append(other)
            continue
        together = found.difference.comparisons
        size = f"{other} ({points(abs(found.difference.difference))} ± {points(half_width(found.difference))} points)"
        (alike if found.difference.verdict == "cannot tell" else behind).append(size)
    parts = [
        f"is better than {listed(behind)}" if behind else "",
        f"cannot be told apart from {listed(alike)}: another seed may turn such a lead round" if alike else "",
        f"leads {listed(unknown)}, which may be the luck of one seed" if unknown else "",
        f"was judged by other reviews than {listed(apart)}" if apart else "",
    ]
    each = f"{counted(seeds.pop(), 'seed')} each, " if len(seeds) == 1 else ""
    measured = MEASURES[compared[0].measure].short
    adjusted = f"; adjusted for {together} comparisons" if together > 1 else ""
    how = f" ({measured}, {each}95 %{adjusted})" if behind or alike else ""
    return f"{leader.name} {'. It '.join(filter(None, parts))}{how}."


def _left_out(found: Sequence[Group]) -> list[Finding]:
    """Names what is not compared beside what is."""
    groups_left = [group for group in found if group.left_out]
    if not groups_left or len(found) == 1 == len(found[0].runs):
        return []
    named = listed([_of_a_group(group) for group in groups_left])
    return [Finding(groups_left[0].left_out[0].id, f"Not compared: {named}.")]


def _of_a_group(group: Group) -> str:
    left = group.left_out
    if len(left) > 1:
        return f"{len(left)} of {len(group.runs)} seeds of {group.name} (ended early)"
    seed = f" seed {left[0].experiment.seed}" if len(group.runs) > 1 else ""
    epochs = f"{len(left[0].epochs)} of {left[0].experiment.epochs} epochs"
    return f"{group.name}{seed} ({left[0].status.value} after {epochs})"
