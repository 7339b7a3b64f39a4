"""Choice of reviews and epochs so that a comparison fits a time limit."""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import rough_duration
from rnn_compare.sources import registry

FEWEST_EPOCHS, USUAL_EPOCHS = 3, 10
"""Fewer make no curve; more are chosen only if they are set."""
FEWEST_REVIEWS = 2_000
"""Fewer are not chosen if there are more: too few would be held out."""


@dataclass(frozen=True)
class TimeFit:
    """Reviews and epochs of every network that fit a time limit, and the estimated time."""

    reviews: int
    epochs: int
    seconds: float


def fitted(
    experiments: Sequence[Experiment], limit: float, estimated: Callable[[Sequence[Experiment]], float]
) -> TimeFit:
    """Returns the largest reviews and epochs that fit a time limit, reduced by about the same share of their maximum.

    Args:
        experiments: The networks, of one source; their reviews and epochs are replaced.
        limit: Seconds.
        estimated: Estimates the seconds of experiments; more reviews or epochs never take less.

    Raises:
        UserError: If even the fewest take longer.
    """
    most_epochs = max(USUAL_EPOCHS, experiments[0].epochs)
    sizes = _sizes(registry.source(experiments[0].dataset).size)

    def seconds(reviews: int, epochs: int) -> float:
        return estimated([task.model_copy(update={"reviews": reviews, "epochs": epochs}) for task in experiments])

    fits: list[tuple[float, TimeFit]] = []
    for epochs in range(FEWEST_EPOCHS, most_epochs + 1):
        fitting = bisect.bisect_right(sizes, limit, key=lambda reviews: seconds(reviews, epochs))
        if not fitting:
            break
        reviews = sizes[fitting - 1]
        share = min(reviews / sizes[-1], epochs / most_epochs)
        fits.append((share, TimeFit(reviews, epochs, seconds(reviews, epochs))))
    if not fits:
        least = rough_duration(seconds(sizes[0], FEWEST_EPOCHS))
        raise UserError(
            f"Even {sizes[0]:,} reviews and {FEWEST_EPOCHS} epochs take {least} here. Choose fewer networks, units or "
            "seeds, or more time."
        )
    return max(fits, key=lambda fit: (fit[0], fit[1].reviews * fit[1].epochs))[1]


def _sizes(size: int) -> list[int]:
    """Returns the numbers of reviews to choose from, in order.

    Example:
        >>> _sizes(25_000)[:2], _sizes(25_000)[-2:], _sizes(130)
        ([2000, 3000], [24000, 25000], [130])
    """
    step = 1_000 if size >= 2 * FEWEST_REVIEWS else 100
    return [*range(min(FEWEST_REVIEWS, size), size, step), size] if size > FEWEST_REVIEWS else [size]
