"""What the curves of a comparison say, in sentences that a lecturer can read aloud."""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rnn_compare.experiment import labels
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run

SURE = 1.96
"""Standard errors within which chance alone stays in 95 of 100 cases."""
GUESSING = 0.55
"""Best validation accuracy up to which a network of two verdicts has learned next to nothing."""
BY_HEART_GAP = 0.08
"""How far training accuracy is above validation accuracy where reviews are learned by heart, and …"""
BY_HEART_LOSS = 1.15
"""… by what factor the validation loss has risen since it was lowest."""
FALL = 0.05
"""Validation accuracy lost from one epoch to the next that is worth a word."""
RISE = 0.005
"""Validation accuracy gained in the last epoch that promises more."""


@dataclass(frozen=True)
class Finding:
    """One sentence.

    Attributes:
        run: The id of the run that it is about; that of the leader where it compares.
        text: The sentence.
    """

    run: str
    text: str


LINES = 3
"""Sentences at most: more than that nobody reads in a lecture."""


def findings(runs: Sequence[Run], names: Sequence[str]) -> list[Finding]:
    """Returns what the finished epochs show: first which network leads, then what is to be seen of single runs.

    Nothing is said of causes. A lead is held against what chance explains: by several seeds where there are some,
    else by the number of held-out reviews.

    Args:
        runs: Of one comparison.
        names: What each is called.
    """
    named = [(run, name) for run, name in zip(runs, names, strict=True) if run.epochs]
    found = [_over_seeds(_by_setting(named)) or _lead(named)] if len(named) > 1 else []
    told = set()
    for look in (_by_heart, _guesses, _fell, _still_learns):
        for run, name in named:
            if run.id not in told and (text := look(run)):
                told.add(run.id)
                found.append(Finding(run.id, f"{name} {text}"))
    return found[:LINES]


def _by_setting(named: Sequence[tuple[Run, str]]) -> dict[str, list[Run]]:
    """Returns the runs of each setting, whatever their seeds, by a name that tells it from the other settings."""
    settings = [run.experiment.model_copy(update={"seed": 0}) for run, _ in named]
    grouped: dict[str, list[Run]] = {}
    for name, (run, _) in zip(labels(settings), named, strict=True):
        grouped.setdefault(name, []).append(run)
    return grouped


def margin(accuracy: float, other: float, reviews: int, other_reviews: int) -> float:
    """Returns how far two validation accuracies may lie apart by chance alone, in 95 of 100 cases.

    The difference of two shares that were counted independently (normal approximation). The networks judge the same
    reviews, which brings chance's share down, so this errs on the careful side. It covers which reviews were held
    out, not which weights a seed began with.

    Args:
        accuracy, other: Shares from 0 to 1.
        reviews, other_reviews: How many each was counted on.

    Example:
        >>> round(margin(0.862, 0.882, 5000, 5000), 3)
        0.013
    """
    variances = ((accuracy, reviews), (other, other_reviews))
    return SURE * math.sqrt(sum(share * (1 - share) / count for share, count in variances))


def _lead(named: Sequence[tuple[Run, str]]) -> Finding:
    ranked = sorted(named, key=lambda each: -_best(each[0].epochs).val_accuracy)
    (first, leader), (second, follower) = ranked[:2]
    best, next_best = (_best(run.epochs).val_accuracy for run in (first, second))
    counts = [run.experiment.validation_reviews for run in (first, second)]
    by_chance = margin(best, next_best, counts[0], counts[1])
    chance = f"chance explains up to {100 * by_chance:.1f} on {min(counts):,} held-out reviews."
    if best - next_best > by_chance:
        behind = " the next" if len(named) > 2 else ""
        return Finding(first.id, f"{leader} leads{behind} by {_points(best - next_best)}; {chance}")
    return Finding(first.id, f"{leader} and {follower} are level, {_points(best - next_best)} apart; {chance}")


def _over_seeds(settings: dict[str, list[Run]]) -> Finding | None:
    """Compares settings that were trained with several seeds; None where fewer than two were."""
    several = {name: runs for name, runs in settings.items() if len(runs) > 1}
    if len(several) < 2:
        return None
    best = {name: sorted(_best(run.epochs).val_accuracy for run in runs) for name, runs in several.items()}
    first, second = sorted(best, key=lambda name: -statistics.fmean(best[name]))[:2]
    spans = " and ".join(f"{name} {100 * best[name][0]:.1f} to {_percent(best[name][-1])}" for name in (first, second))
    clear = best[first][0] > best[second][-1]
    verdict = f"the worst {first} beats the best {second}" if clear else "they overlap, so a seed decides who leads"
    seeds = min(len(several[first]), len(several[second]))
    return Finding(several[first][0].id, f"Over {seeds} seeds {spans}: {verdict}.")


def _by_heart(run: Run) -> str:
    last, lowest = run.epochs[-1], min(run.epochs, key=lambda epoch: epoch.val_loss)
    apart = last.accuracy - last.val_accuracy
    if apart < BY_HEART_GAP or last.val_loss < BY_HEART_LOSS * lowest.val_loss:
        return ""
    return (
        f"learns by heart: {100 * last.accuracy:.0f} % in training, {100 * last.val_accuracy:.0f} % in validation; "
        f"validation loss was lowest after epoch {lowest.epoch}."
    )


def _guesses(run: Run) -> str:
    best = _best(run.epochs).val_accuracy
    if len(run.epochs) < 2 or best > GUESSING:
        return ""
    return f"still guesses: {_percent(best)} at its best, and a coin gets 50 %."


def _fell(run: Run) -> str:
    epochs = run.epochs
    falls = [(before.val_accuracy - after.val_accuracy, before, after) for before, after in itertools.pairwise(epochs)]
    depth, before, after = max(falls, default=(0.0, epochs[0], epochs[0]), key=lambda fall: fall[0])
    if depth < FALL:
        return ""
    later = [epoch.val_accuracy for epoch in epochs if epoch.epoch > after.epoch]
    recovered = ", and was above that again later" if later and max(later) > before.val_accuracy else ""
    fall = f"from {_percent(before.val_accuracy)} to {_percent(after.val_accuracy)}"
    return f"fell {fall} in epoch {after.epoch}{recovered}."


def _still_learns(run: Run) -> str:
    epochs = run.epochs
    if not run.status.ended or len(epochs) < 2 or _best(epochs) is not epochs[-1]:
        return ""
    if epochs[-1].val_accuracy - _best(epochs[:-1]).val_accuracy < RISE:
        return ""
    return "was still getting better in its last epoch: more epochs may help."


def _best(epochs: Sequence[EpochEnd]) -> EpochEnd:
    return max(epochs, key=lambda epoch: epoch.val_accuracy)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
