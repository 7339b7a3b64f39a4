"""What the curves of a comparison say, in sentences that a lecturer can read aloud."""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.sentences import MEASURED, mean, network_sentence, points, sentence
from rnn_compare.comparison.verdicts import Comparison, compare, usual_measure
from rnn_compare.formatting import counted, percent
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run

LINES = 3
"""Sentences at most: more than that nobody reads in a lecture."""
SURE = 1.96
"""Standard errors within which chance alone stays in 95 of 100 cases."""
OVERFIT_GAP = 0.08
"""How far training accuracy is above validation accuracy where a network overfits, and …"""
OVERFIT_LOSS = 1.15
"""… by what factor the validation loss has risen since it was lowest."""
FALL = 0.05
"""Validation accuracy lost from one epoch to the next that is worth a word."""


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes:
        run: The id of the run that it is about; that of a run of the leading setting where it compares.
        text: The sentence.
    """

    run: str
    text: str


def findings(runs: Sequence[Run], evidence: Evidence) -> list[Finding]:
    """Returns what the finished epochs show: first which setting is better, then what is to be seen of single ones.

    There is a verdict once all runs have ended, not before: whoever looks again and again will see a difference some
    time. Nothing is said of causes.

    Args:
        runs: Of one comparison.
        evidence: Knows what the runs achieved.
    """
    found = groups(runs)
    begun = [group for group in found if any(run.epochs for run in group.runs)]
    told = _compared(found, begun, evidence)
    spoken_of: set[str] = set()
    for look in (_overfits, _guesses, _fell, _still_learns):
        for group in begun:
            if group.name not in spoken_of and (text := _in_a_group(group, look)):
                spoken_of.add(group.name)
                told.append(Finding(group.runs[0].id, f"{group.name} {text}"))
    return told[:LINES]


def margin(accuracy: float, other: float, reviews: int, other_reviews: int, looks: int = 1) -> float:
    """Returns how far two accuracies may lie apart only because of which reviews were held out, in 95 of 100 cases.

    The difference of two shares that were counted independently (normal approximation; one right and one wrong
    review are added to each, so that shares of 0 and 1 have a margin too). Shares of the same reviews vary together,
    which brings chance's part down, so this errs on the careful side. It does not cover the seed.

    Args:
        accuracy, other: Shares from 0 to 1.
        reviews, other_reviews: How many each was counted on.
        looks: Among how many such differences the largest was picked (Bonferroni).

    Example:
        >>> round(margin(0.862, 0.882, 5000, 5000), 3), round(margin(0.862, 0.882, 5000, 5000, looks=9), 3)
        (0.013, 0.019)
    """
    sure = SURE if looks == 1 else statistics.NormalDist().inv_cdf(1 - 0.025 / looks)
    variance = 0.0
    for share, count in ((accuracy, reviews), (other, other_reviews)):
        careful = (share * count + 1) / (count + 2)
        variance += careful * (1 - careful) / count
    return sure * math.sqrt(variance)


# ---- which setting is better -------------------------------------------------------------------


def _compared(found: Sequence[Group], begun: Sequence[Group], evidence: Evidence) -> list[Finding]:
    if not all(group.ended for group in found):
        return _so_far(found, begun)
    whole = [group for group in found if group.counted]
    left_out = _left_out(found)
    if not whole:
        return []
    if len(whole) == 1:
        return [*_one_setting(whole[0], evidence), *left_out]
    compared = compare(whole, evidence)
    leader = _leader(whole, compared)
    said = _pair(compared[0]) if len(whole) == 2 else [_against_all(leader, compared)]
    return [*(Finding(leader.runs[0].id, text) for text in said if text), *left_out]


def _so_far(found: Sequence[Group], begun: Sequence[Group]) -> list[Finding]:
    """Where each stands after as many epochs as all have finished, without a verdict."""
    running = [run for group in begun for run in group.runs if run.epochs and not run.status.ended]
    if len(begun) < 2 or not running:
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
    open_ones = sum(not run.status.ended for group in found for run in group.runs)
    verdict = f"no verdict while {counted(open_ones, 'run')} {'is' if open_ones == 1 else 'are'} not finished"
    return [Finding(best.runs[0].id, f"So far, after {counted(epoch, 'epoch')}: {told}; {verdict}.")]


def _one_setting(group: Group, evidence: Evidence) -> list[Finding]:
    measure = usual_measure([group], evidence)
    found = evidence.of_group(group, measure) or []
    if len(found) < 2:
        return []
    shares = [one.accuracy for one in found]
    span = f"{points(min(shares))} to {percent(max(shares))}"
    text = f"{group.name} reaches {span} over {len(shares)} seeds ({MEASURED[measure]}): so much is the seed."
    return [Finding(group.runs[0].id, text)]


def _pair(found: Comparison) -> list[str]:
    # Of two networks with one seed each there is more to say: how they differ as they are.
    return [sentence(found), network_sentence(found)]


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
    for found in compared:
        if leader.name not in (found.a.name, found.b.name):
            continue
        other = found.b.name if found.a.name == leader.name else found.a.name
        if found.difference is None:
            apart.append(other)
            continue
        seeds.update(found.difference.runs)
        known = alike if found.difference.verdict == "cannot tell" else behind
        (unknown if found.difference.p is None else known).append(other)
    parts = [
        f"is better than {_listed(behind)}" if behind else "",
        f"cannot be told apart from {_listed(alike)}" if alike else "",
        f"has one seed, as {_listed(unknown)} {'has' if len(unknown) == 1 else 'have'}: too few to tell"
        if unknown
        else "",
        f"was judged by other reviews than {_listed(apart)}" if apart else "",
    ]
    each = f"{counted(seeds.pop(), 'seed')} each, " if len(seeds) == 1 else ""
    measured = MEASURED[compared[0].measure]
    how = f" ({measured}, {each}95 %; adjusted for {counted(len(compared), 'comparison')})" if behind or alike else ""
    return f"{leader.name} {', '.join(filter(None, parts))}{how}."


def _left_out(found: Sequence[Group]) -> list[Finding]:
    named = [
        f"{group.name}{f' seed {run.experiment.seed}' if len(group.runs) > 1 else ''} "
        f"({run.status.value} after {len(run.epochs)} of {run.experiment.epochs} epochs)"
        for group in found
        for run in group.left_out
    ]
    runs = [run for group in found for run in group.left_out]
    return [Finding(runs[0].id, f"Not compared: {_listed(named)}.")] if named and len(found) + len(runs) > 2 else []


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


# ---- what is to be seen of single ones ---------------------------------------------------------

Look = Callable[[Run], tuple[str, str]]
"""Takes a run; returns what is to be seen, of one and in short where it is so of several. Empty where there is none."""


def _in_a_group(group: Group, look: Look) -> str:
    seen = [said for run in group.runs if run.epochs and (said := look(run))[0]]
    if len(group.runs) == 1 or not seen:
        return seen[0][0] if seen else ""
    if 2 * len(seen) < len(group.runs):
        return ""
    return f"{seen[0][1]} with {len(seen)} of {len(group.runs)} seeds."


def _overfits(run: Run) -> tuple[str, str]:
    lowest = min(run.epochs, key=lambda epoch: epoch["val_loss"])
    last = run.epochs[-1]

    def shows(epoch: EpochEnd) -> bool:
        risen = epoch["val_loss"] >= OVERFIT_LOSS * lowest["val_loss"]
        return risen and epoch["accuracy"] - epoch["val_accuracy"] >= OVERFIT_GAP

    # One epoch may be no more than a stumble.
    if len(run.epochs) < 3 or not all(shows(epoch) for epoch in run.epochs[-2:]):
        return "", ""
    return (
        f"overfits: {100 * last['accuracy']:.0f} % in training, {100 * last['val_accuracy']:.0f} % in validation; "
        f"validation loss was lowest after epoch {lowest.epoch}.",
        "overfits",
    )


def _guesses(run: Run) -> tuple[str, str]:
    highest = _highest(run.epochs)
    if len(run.epochs) < 2 or highest > 0.5 + SURE * _standard_error(0.5, run):
        return "", ""
    text = f"cannot be told from a coin: {percent(highest)} validation accuracy at its best."
    return text, "cannot be told from a coin"


def _fell(run: Run) -> tuple[str, str]:
    pairs = list(itertools.pairwise(run.epochs))
    fallen = max(pairs, key=lambda pair: pair[0]["val_accuracy"] - pair[1]["val_accuracy"], default=None)
    if fallen is None:
        return "", ""
    before, after = fallen
    reviews = run.experiment.validation_reviews
    by_chance = margin(before["val_accuracy"], after["val_accuracy"], reviews, reviews, looks=len(pairs))
    if before["val_accuracy"] - after["val_accuracy"] < max(FALL, by_chance):
        return "", ""
    fall = f"from {percent(before['val_accuracy'])} to {percent(after['val_accuracy'])} validation accuracy"
    later = run.epochs[after.epoch :]
    recovered = ", then recovered" if later and _highest(later) > before["val_accuracy"] else ""
    return f"dropped in epoch {after.epoch} {fall}{recovered}.", "dropped from one epoch to the next"


def _still_learns(run: Run) -> tuple[str, str]:
    if run.status is not Status.FINISHED or len(run.epochs) < 2 or run.stopped_early:
        return "", ""
    last = run.epochs[-1]
    gained = last["val_accuracy"] - _highest(run.epochs[:-1])
    if gained < _standard_error(last["val_accuracy"], run) or last["accuracy"] - last["val_accuracy"] >= OVERFIT_GAP:
        return "", ""
    return "was still getting better in its last epoch: more epochs may help.", "was still getting better at the end"


def _standard_error(share: float, run: Run) -> float:
    """Of a share of the validation reviews; above 0 for shares of 0 and 1 too."""
    reviews = run.experiment.validation_reviews
    careful = (share * reviews + 1) / (reviews + 2)
    return math.sqrt(careful * (1 - careful) / reviews)


def _highest(epochs: Sequence[EpochEnd]) -> float:
    return max(epoch["val_accuracy"] for epoch in epochs)
