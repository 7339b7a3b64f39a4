"""Sentences on a comparison's curves and verdicts that a lecturer can read aloud."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.comparison.accuracies import MEASURES
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.sentences import networks_sentence, points, result, seed_sentence
from rnn_compare.comparison.single_runs import REMARKS, seen_in
from rnn_compare.comparison.verdicts import judge, usual_measure
from rnn_compare.formatting import counted, listed, percent
from rnn_compare.runs.record import Run

LINES = 3
"""Sentences at most: more than that nobody reads in a lecture."""


WAITS = "The verdict will appear once the reviews have loaded."


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
    time. Nothing is said of causes. While it ``waits`` for the reviews to load there is none either: a verdict by less
    would be taken back in a moment.
    """
    compared_groups = groups(runs)
    with_epochs = [group for group in compared_groups if any(run.epochs for run in group.runs)]
    sentences = [Finding(runs[0].id, WAITS)] if waits and runs else _compared(compared_groups, with_epochs, evidence)
    spoken_of: set[str] = set()
    for remark in REMARKS:
        for group in with_epochs:
            if group.name not in spoken_of and (text := seen_in(group, remark)):
                spoken_of.add(group.name)
                sentences.append(Finding(group.runs[0].id, f"{group.name} {text}"))
    return sentences[:LINES]


def _compared(all_groups: Sequence[Group], with_epochs: Sequence[Group], evidence: Evidence) -> list[Finding]:
    if not all(group.ended for group in all_groups):
        return _where_they_stand(with_epochs, "So far, after", "no verdict before the last epoch")
    whole = [group for group in all_groups if group.counted]
    left_out = _left_out(all_groups)
    if not whole:
        return _where_they_stand(with_epochs, "After", "no verdict: no run trained to its end")
    if len(whole) == 1:
        beside = result(judge(whole, evidence))
        return [*_one_setting(whole[0], evidence), *[Finding(whole[0].runs[0].id, beside)] * bool(beside), *left_out]
    verdict = judge(whole, evidence)
    # Of two networks with one seed each there is more to say: how they differ as they are.
    texts = [result(verdict), seed_sentence(verdict.pairs[0]) if len(whole) == 2 else "", networks_sentence(verdict)]
    leader = verdict.order[0][0] if verdict.order else whole[0]
    return [*(Finding(leader.runs[0].id, text) for text in texts if text), *left_out]


def _where_they_stand(with_epochs: Sequence[Group], after: str, why_no_verdict: str) -> list[Finding]:
    """What each has reached after as many epochs as all have finished."""
    if len(with_epochs) < 2:
        return []
    epoch = min(max(len(run.epochs) for run in group.runs) for group in with_epochs)
    shares = {
        group.name: statistics.fmean(
            run.epochs[epoch - 1]["val_accuracy"] for run in group.runs if len(run.epochs) >= epoch
        )
        for group in with_epochs
    }
    best = max(with_epochs, key=lambda group: shares[group.name])
    standings = ", ".join(
        f"{name} {percent(share)}" for name, share in sorted(shares.items(), key=lambda item: -item[1])
    )
    return [Finding(best.runs[0].id, f"{after} {counted(epoch, 'epoch')}: {standings}; {why_no_verdict}.")]


def _one_setting(group: Group, evidence: Evidence) -> list[Finding]:
    measure = usual_measure([group], evidence)
    achieved = evidence.of_group(group, measure) or []
    if len(achieved) < 2:
        return []
    shares = [training.accuracy for training in achieved]
    span = f"{points(min(shares))} to {percent(max(shares))}"
    how = f"{len(shares)} seeds ({MEASURES[measure].short})"
    text = f"{group.name} reaches {span} over {how}; nothing but the seed differs."
    return [Finding(group.runs[0].id, text)]


def _left_out(all_groups: Sequence[Group]) -> list[Finding]:
    """Names what is not compared beside what is."""
    groups_left = [group for group in all_groups if group.left_out]
    if not groups_left or len(all_groups) == 1 == len(all_groups[0].runs):
        return []
    names = listed([_of_a_group(group) for group in groups_left])
    return [Finding(groups_left[0].left_out[0].id, f"Not compared: {names}.")]


def _of_a_group(group: Group) -> str:
    ended_early = group.left_out
    if len(ended_early) > 1:
        return f"{len(ended_early)} of {len(group.runs)} seeds of {group.name} (ended early)"
    seed = f" seed {ended_early[0].experiment.seed}" if len(group.runs) > 1 else ""
    epochs = f"{len(ended_early[0].epochs)} of {ended_early[0].experiment.epochs} epochs"
    return f"{group.name}{seed} ({ended_early[0].status.value} after {epochs})"
