"""What the curves of a comparison say, in sentences that a lecturer can read aloud."""

import itertools
import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rnn_compare.experiment import labels
from rnn_compare.formatting import counted
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
        run: The id of the run that it is about; that of the leader where it compares.
        text: The sentence.
    """

    run: str
    text: str


@dataclass(frozen=True)
class _Setting:
    """Runs that differ in nothing but their seed, and the best validation accuracy of each, the lowest first."""

    name: str
    runs: tuple[Run, ...]
    best: tuple[float, ...]

    @property
    def span(self) -> str:
        lowest, highest = f"{100 * self.best[0]:.1f}", f"{100 * self.best[-1]:.1f} %"
        return f"{self.name} {highest if len(self.best) == 1 else f'{lowest} to {highest}'}"


def findings(runs: Sequence[Run], names: Sequence[str]) -> list[Finding]:
    """Returns what the finished epochs show: first which network is ahead, then what is to be seen of single runs.

    Networks are compared after as many epochs as all of them have finished, by their best validation accuracy up to
    then. Nothing is said of causes, and beside a lead stands what chance explains: several seeds, where there are
    some, else the choice of the held-out reviews.

    Args:
        runs: Of one comparison.
        names: What each is called.
    """
    begun = [(run, name) for run, name in zip(runs, names, strict=True) if run.epochs]
    found = []
    if all(run.epochs or run.status.ended for run in runs) and (ahead := _ahead([run for run, _ in begun])):
        found.append(ahead)
    told = set()
    for look in (_overfits, _guesses, _fell, _still_learns):
        for run, name in begun:
            if run.id not in told and (text := look(run)):
                told.add(run.id)
                found.append(Finding(run.id, f"{name} {text}"))
    return found[:LINES]


def margin(accuracy: float, other: float, reviews: int, other_reviews: int) -> float:
    """Returns how far two accuracies may lie apart only because of which reviews were held out, in 95 of 100 cases.

    The difference of two shares that were counted independently (normal approximation; one right and one wrong
    review are added to each, so that shares of 0 and 1 have a margin too). The networks judge the same reviews, which
    brings chance's share down, so this errs on the careful side. It does not cover the seed.

    Args:
        accuracy, other: Shares from 0 to 1.
        reviews, other_reviews: How many each was counted on.

    Example:
        >>> round(margin(0.862, 0.882, 5000, 5000), 3)
        0.013
    """
    variance = 0.0
    for share, count in ((accuracy, reviews), (other, other_reviews)):
        careful = (share * count + 1) / (count + 2)
        variance += careful * (1 - careful) / count
    return SURE * math.sqrt(variance)


def luck(one: int, other: int) -> int:
    """Returns in one of how many cases luck alone puts all of some equally good networks above all of some others.

    The order of ``one + other`` numbers is drawn by lot; either side may be the upper one (permutation test).

    Example:
        >>> luck(3, 3), luck(1, 1)
        (10, 1)
    """
    return max(1, math.comb(one + other, one) // 2)


def _ahead(begun: Sequence[Run]) -> Finding | None:
    epochs = min((len(run.epochs) for run in begun), default=0)
    settings = sorted(_by_setting(begun, epochs), key=lambda setting: -statistics.fmean(setting.best))
    if len(begun) < 2 or (len(settings) == 1 and len(settings[0].best) == 1):
        return None
    is_over = all(run.status.ended and len(run.epochs) == epochs for run in begun)
    when = "" if is_over else f"After {counted(epochs, 'epoch')}: "
    says = _over_seeds if any(len(setting.best) > 1 for setting in settings) else _over_reviews
    said = when + says(settings)
    return Finding(settings[0].runs[0].id, said[0].upper() + said[1:])


def _by_setting(runs: Sequence[Run], epochs: int) -> list[_Setting]:
    settings = [run.experiment.model_copy(update={"seed": 0}) for run in runs]
    of_seed: dict[str, dict[int, Run]] = {}  # a setting that was trained twice with one seed counts once
    for label, run in zip(labels(settings), runs, strict=True):
        of_seed.setdefault(label, {})[run.experiment.seed] = run
    return [
        _Setting(
            _called(label, seeds.values()),
            tuple(seeds.values()),
            tuple(sorted(_highest(run.epochs[:epochs]) for run in seeds.values())),
        )
        for label, seeds in of_seed.items()
    ]


def _called(label: str, runs: Collection[Run]) -> str:
    """Returns the name that people gave to all runs of a setting alike, else the setting's label."""
    given = {run.name for run in runs}
    return (given.pop() or label) if len(given) == 1 else label


def _over_seeds(settings: Sequence[_Setting]) -> str:
    counts = {len(setting.best) for setting in settings}
    seeds = f"{counts.pop()} seeds" if len(counts) == 1 else "seeds"
    spans = f"over {seeds}: {', '.join(setting.span for setting in settings[:LINES])}"
    if len(settings) == 1:
        return f"{spans}; that much is the seed."
    first, second = settings[:2]
    if first.best[0] <= second.best[-1]:
        return f"{spans}; they overlap."
    if len(settings) > 2:
        return f"{spans}; the first two do not overlap."
    cases = luck(len(first.best), len(second.best))
    return f"{spans}; no overlap{f', by luck in 1 of {cases} cases' if cases > 1 else ''}."


def _over_reviews(settings: Sequence[_Setting]) -> str:
    first, second = settings[:2]
    best, next_best = first.best[0], second.best[0]
    counts = [setting.runs[0].experiment.validation_reviews for setting in (first, second)]
    chance = margin(best, next_best, *counts)
    points = f"{100 * (best - next_best):.1f} ± {100 * chance:.1f} points"
    what = "95 %, for the choice of held-out reviews"
    if best - next_best <= chance:
        return f"{first.name} and {second.name} cannot be told apart: {points} ({what})."
    behind = f" of {second.name}" if len(settings) > 2 else ""
    return f"{first.name} is ahead{behind} by {points} ({what}; the seed is not counted)."


def _overfits(run: Run) -> str:
    lowest = min(run.epochs, key=lambda epoch: epoch["val_loss"])
    last = run.epochs[-1]

    def shows(epoch: EpochEnd) -> bool:
        risen = epoch["val_loss"] >= OVERFIT_LOSS * lowest["val_loss"]
        return risen and epoch["accuracy"] - epoch["val_accuracy"] >= OVERFIT_GAP

    # One epoch may be no more than a stumble.
    if len(run.epochs) < 3 or not all(shows(epoch) for epoch in run.epochs[-2:]):
        return ""
    return (
        f"overfits: {100 * last['accuracy']:.0f} % in training, {100 * last['val_accuracy']:.0f} % in validation; "
        f"validation loss was lowest after epoch {lowest.epoch}."
    )


def _guesses(run: Run) -> str:
    highest = _highest(run.epochs)
    if len(run.epochs) < 2 or highest > 0.5 + SURE * _standard_error(0.5, run):
        return ""
    return f"cannot be told from a coin: {_percent(highest)} validation accuracy at its best."


def _fell(run: Run) -> str:
    pairs = itertools.pairwise(run.epochs)
    fallen = max(pairs, key=lambda pair: pair[0]["val_accuracy"] - pair[1]["val_accuracy"], default=None)
    if fallen is None:
        return ""
    before, after = fallen
    reviews = run.experiment.validation_reviews
    by_chance = margin(before["val_accuracy"], after["val_accuracy"], reviews, reviews)
    if before["val_accuracy"] - after["val_accuracy"] < max(FALL, by_chance):
        return ""
    fall = f"from {_percent(before['val_accuracy'])} to {_percent(after['val_accuracy'])} validation accuracy"
    later = run.epochs[after.epoch :]
    recovered = ", and later rose above both" if later and _highest(later) > before["val_accuracy"] else ""
    return f"fell in epoch {after.epoch} {fall}{recovered}."


def _still_learns(run: Run) -> str:
    if run.status is not Status.FINISHED or len(run.epochs) < 2:
        return ""
    last = run.epochs[-1]
    gained = last["val_accuracy"] - _highest(run.epochs[:-1])
    if gained < _standard_error(last["val_accuracy"], run) or last["accuracy"] - last["val_accuracy"] >= OVERFIT_GAP:
        return ""
    return "was still getting better in its last epoch: more epochs may help."


def _standard_error(share: float, run: Run) -> float:
    return math.sqrt(share * (1 - share) / run.experiment.validation_reviews)


def _highest(epochs: Sequence[EpochEnd]) -> float:
    return max(epoch["val_accuracy"] for epoch in epochs)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
