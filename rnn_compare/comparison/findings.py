"""Sentences that a lecturer can read aloud: the verdict on a comparison, and what single curves show."""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnn_compare.comparison.evidence import Evidence, known_labels
from rnn_compare.comparison.groups import Group, groups
from rnn_compare.comparison.inference.accuracies import ON
from rnn_compare.comparison.inference.intervals import share_variance
from rnn_compare.comparison.inference.judgement import FEWEST_REVIEWS
from rnn_compare.comparison.inference.wording import points, result
from rnn_compare.comparison.verdicts import judge, usual_basis
from rnn_compare.formatting import counted, listed, percent
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run

LINES = 3
"""The most sentences: nobody reads more in a lecture."""
WAITS = "The verdict will appear once the texts have loaded."

SURE = 1.96
"""Standard errors within which chance alone stays in 95 of 100 cases."""
OVERFIT_GAP = 0.08
"""A network overfits if its training accuracy is this far above the validation accuracy, and …"""
OVERFIT_LOSS = 1.15
"""… its validation loss has risen by this factor since it was lowest, or …"""
OVERFIT_WIDE_GAP = 0.15
"""… training is this far ahead in the last epoch."""
OVERFIT_EPOCHS = 3
"""Epochs that it takes to tell."""
FALL = 0.05
"""A drop of validation accuracy from one epoch to the next that is worth mentioning."""


@dataclass(frozen=True)
class Finding:
    """One sentence and the id of its run; of a comparison a run of the leading setting.

    Attributes:
        term: The term of the glossary that it is about; empty if there is none.
    """

    run: str
    text: str
    term: str = ""


def findings(runs: Sequence[Run], evidence: Evidence, waits: bool = False) -> list[Finding]:
    """Returns what the finished epochs show: first the verdict, then remarks on single settings.

    There is no verdict before all runs have ended: repeated looks find a difference sooner or later. There is none
    while it ``waits`` for the reviews to load either: a verdict without them might have to be withdrawn.
    """
    compared_groups = groups(runs)
    started = [group for group in compared_groups if any(run.epochs for run in group.runs)]
    sentences = [Finding(runs[0].id, WAITS)] if waits and runs else _verdict(compared_groups, started, evidence)
    sentences += _repeated(runs)
    mentioned: set[str] = set()
    for remark in REMARKS:
        for group in started:
            if group.name not in mentioned and (text := remark_on(group, remark)):
                mentioned.add(group.name)
                term = "overfitting" if remark in (_overfits, _does_not_overfit) else ""
                sentences.append(Finding(group.runs[0].id, f"{group.name} {text}", term))
    return sentences[:LINES]


def _verdict(all_groups: Sequence[Group], started: Sequence[Group], evidence: Evidence) -> list[Finding]:
    awaited = [group.name for group in all_groups if not group.ended]
    whole = [group for group in all_groups if group.counted]
    if awaited or not whole:
        awaits = "all networks" if len(awaited) == len(all_groups) else listed(awaited)
        why = f"The verdict waits for {awaits} to finish." if awaited else "No verdict: no network trained to its end."
        return [Finding(started[0].runs[0].id, why)] if started and len(all_groups) > 1 else []
    judgement = judge(whole, evidence)
    first = _span(whole[0], evidence) if len(whole) == 1 else ""
    texts = filter(None, (first, result(judgement)))
    by_name = {group.name: group for group in whole}
    leader = by_name[judgement.order[0].name] if judgement.order else whole[0]
    return [*(Finding(leader.runs[0].id, text) for text in texts), *_untested(whole), *_not_compared(all_groups)]


def _span(group: Group, evidence: Evidence) -> str:
    basis = usual_basis([group], evidence)
    shares = evidence.accuracies(group, basis)
    if len(shares) < 2:
        return ""
    span = f"{percent(min(shares))} to {percent(max(shares))}"
    return f"{group.name} reaches {span} {ON[basis]} with {len(shares)} seeds; nothing else differs."


def _untested(whole: Sequence[Group]) -> list[Finding]:
    """Says why test reviews judge nobody, where some runs have read them."""
    untested = [run for group in whole for run in group.counted if run.test is None]
    if not untested or len(untested) == sum(len(group.counted) for group in whole):
        return []
    return [
        Finding(untested[0].id, f"Not judged by test reviews: {counted(len(untested), 'run')} ended before its test.")
    ]


def _not_compared(all_groups: Sequence[Group]) -> list[Finding]:
    incomplete = [group for group in all_groups if group.left_out]
    if not incomplete or len(all_groups) == 1 == len(all_groups[0].runs):
        return []
    names = listed([_incomplete(group) for group in incomplete])
    return [Finding(incomplete[0].left_out[0].id, f"Not compared: {names}.")]


def _repeated(runs: Sequence[Run]) -> list[Finding]:
    """Says that a training repeated with its seed is no further seed."""
    by_seed: dict[tuple[str, int], list[Run]] = {}
    for run in filter(lambda run: run.epochs, runs):
        by_seed.setdefault((run.experiment.setting, run.experiment.seed), []).append(run)
    repeated = [several for several in by_seed.values() if len(several) > 1]
    moved = any(len({run.owner.host for run in several}) > 1 for several in repeated)
    why = " Rounding differs between machines, and so do curves." if moved else ""
    text = f"Of runs with the same settings and seed only the newest counts.{why}"
    return [Finding(several[0].id, text) for several in repeated[:1]]


def _incomplete(group: Group) -> str:
    run, *others = group.left_out
    if others:
        return f"{1 + len(others)} of {len(group.runs)} seeds of {group.name} (ended early)"
    seed = f" seed {run.experiment.seed}" if len(group.runs) > 1 else ""
    return f"{group.name}{seed} ({run.status.value} after {len(run.epochs)} of {run.experiment.epochs} epochs)"


Remark = Callable[[Run], tuple[str, str] | None]
"""Returns what a run's curves show, as a sentence and in short for several seeds (empty: it is not said of seeds); None
if they show nothing."""


def remark_on(group: Group, remark: Remark) -> str:
    """Returns what the curves of a group's run, or of at least half of its seeds, show; empty if they show nothing."""
    if len(group.runs) > 1 and not group.ended:
        return ""  # seeds that are still training may not show it
    texts = [text for run in group.runs if run.epochs and (text := remark(run))]
    if not texts or 2 * len(texts) < len(group.runs):
        return ""
    alone, in_short = texts[0]
    if len(group.runs) == 1:
        return alone
    epochs = sorted(epoch for run in group.runs if (epoch := overfits_from(run))) if remark is _overfits else []
    if epochs:
        span = " to ".join(dict.fromkeys((str(epochs[0]), str(epochs[-1]))))
        in_short += f" from epoch {span} on"
    return f"{in_short} ({len(texts)} of {len(group.runs)} seeds)." if in_short else ""


def margin(accuracy: float, other: float, reviews: int, other_reviews: int, looks: int = 1) -> float:
    """Returns how far two accuracies may differ by the choice of held-out reviews alone, in 95 of 100 cases.

    The normal approximation for two independent shares; on the same reviews, which vary together, it is conservative.
    It does not cover the seed. ``looks`` is the number of differences of which the largest was picked (Bonferroni).

    Example:
        >>> round(margin(0.862, 0.882, 5000, 5000), 3), round(margin(0.862, 0.882, 5000, 5000, looks=9), 3)
        (0.013, 0.019)
    """
    sure = statistics.NormalDist().inv_cdf(1 - 0.025 / looks)
    return sure * math.sqrt(share_variance(accuracy, reviews) + share_variance(other, other_reviews))


def overfits_from(run: Run) -> int | None:
    """Returns the epoch from which a run overfits, the one after its lowest validation loss.

    0 if it does not overfit or has fewer than ``OVERFIT_EPOCHS``; None if it overfits, but its validation loss was
    lowest in its last epoch.
    """
    if len(run.epochs) < OVERFIT_EPOCHS or not _is_ahead(run):
        return 0
    lowest = _lowest_loss(run)
    return None if lowest is run.epochs[-1] else lowest.epoch + 1


def _overfits(run: Run) -> tuple[str, str] | None:
    if (epoch := overfits_from(run)) == 0:
        return None
    if epoch:
        return f"overfits from epoch {epoch} on: validation loss was lowest after epoch {epoch - 1}.", "overfits"
    return "overfits: training is far ahead of validation, whose loss is not rising yet.", "overfits"


def _does_not_overfit(run: Run) -> tuple[str, str] | None:
    """Says so where training is ahead of validation by more than chance: whoever sees the gap asks."""
    if not run.status.ended or len(run.epochs) < OVERFIT_EPOCHS or overfits_from(run) != 0:
        return None
    ahead = all(_lead(run, epoch) > 0 for epoch in run.epochs[-2:])
    return ("shows no clear overfitting yet.", "shows no clear overfitting yet") if ahead else None


def _is_ahead(run: Run) -> bool:
    """Tells whether training is ahead of validation in the last two epochs, since a single one may be an outlier."""
    lowest, newest = _lowest_loss(run), run.epochs[-2:]
    risen = all(epoch["val_loss"] >= OVERFIT_LOSS * lowest["val_loss"] for epoch in newest)
    wide = _lead(run, newest[-1]) >= OVERFIT_WIDE_GAP
    return all(_lead(run, epoch) >= OVERFIT_GAP for epoch in newest) and (risen or wide)


def _lead(run: Run, epoch: EpochEnd) -> float:
    """Returns by how much training accuracy is ahead of validation accuracy; 0 if chance may be the reason."""
    of_run = run.experiment
    by_chance = margin(epoch["accuracy"], epoch["val_accuracy"], of_run.training_reviews, of_run.validation_reviews)
    lead: float = epoch["accuracy"] - epoch["val_accuracy"]
    return lead if lead >= by_chance else 0.0


def _lowest_loss(run: Run) -> EpochEnd:
    return min(run.epochs, key=lambda epoch: epoch["val_loss"])


def _guesses(run: Run) -> tuple[str, str] | None:
    highest, labels = _highest(run.epochs), known_labels(run.experiment, "validation")
    share = 0.5 if labels is None else max(float(labels.mean()), 1 - float(labels.mean()))
    lopsided = share >= 0.5 + SURE * _standard_error(0.5, run)
    guess = f"always giving the more frequent label ({percent(share)})" if lopsided else "guessing"
    share = share if lopsided else 0.5
    sure = SURE * _standard_error(share, run)
    if len(run.epochs) < 2 or run.experiment.validation_reviews < FEWEST_REVIEWS or highest > share + sure:
        return None
    text = f"is worse than {guess}" if highest < share - sure else f"cannot be told apart from {guess}"
    return f"{text}.", text


def _drops(run: Run) -> tuple[str, str] | None:
    pairs = list(itertools.pairwise(run.epochs))
    steepest = max(pairs, key=lambda pair: pair[0]["val_accuracy"] - pair[1]["val_accuracy"], default=None)
    if steepest is None:
        return None
    before, after = steepest
    reviews = run.experiment.validation_reviews
    by_chance = margin(before["val_accuracy"], after["val_accuracy"], reviews, reviews, looks=len(pairs))
    if before["val_accuracy"] - after["val_accuracy"] < max(FALL, by_chance):
        return None
    later = run.epochs[after.epoch - 1 :]
    below = list(itertools.takewhile(lambda epoch: epoch["val_accuracy"] <= before["val_accuracy"], later))
    lowest = min(below, key=lambda epoch: epoch["val_accuracy"])
    epochs = f"epoch {after.epoch}" if lowest is after else f"epochs {after.epoch} to {lowest.epoch}"
    fall = f"{points(before['val_accuracy'] - lowest['val_accuracy'])} points of validation accuracy"
    rest = [epoch["val_accuracy"] for epoch in later[len(below) :]]
    recovered = ", then recovered" if rest and min(rest) > before["val_accuracy"] - FALL else ""
    if recovered and _does_not_overfit(run):
        recovered += "; no clear overfitting yet"
    return f"lost {fall} in {epochs}{recovered}.", ""


def _still_learns(run: Run) -> tuple[str, str] | None:
    if run.status is not Status.FINISHED or len(run.epochs) < 2 or run.stopped_early:
        return None
    last = run.epochs[-1]
    gained = last["val_accuracy"] - _highest(run.epochs[:-1])
    if gained < _standard_error(last["val_accuracy"], run) or last["accuracy"] - last["val_accuracy"] >= OVERFIT_GAP:
        return None
    return "was still getting better in its last epoch: more epochs may help.", "was still getting better at the end"


def _standard_error(share: float, run: Run) -> float:
    return math.sqrt(share_variance(share, run.experiment.validation_reviews))


def _highest(epochs: Sequence[EpochEnd]) -> float:
    return max(epoch["val_accuracy"] for epoch in epochs)


REMARKS: tuple[Remark, ...] = (_overfits, _guesses, _drops, _still_learns, _does_not_overfit)
"""In the order of importance."""
