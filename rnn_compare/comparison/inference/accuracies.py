"""The accuracy of one training, by measures that must not be mixed: on held-out reviews, or on test reviews."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Judging = Literal["kept", "test"]
"""The measures; of these two, test reviews are preferred."""


TITLES: dict[Judging, str] = {"kept": "Held-out reviews", "test": "Test reviews"}
"""Of columns with accuracies."""
ON: dict[Judging, str] = {"kept": "on held-out reviews", "test": "on test reviews"}
"""What stands behind an accuracy, on every surface."""


@dataclass(frozen=True)
class Score:
    """The accuracy of one training and, if its predictions were recorded, which reviews it got right.

    Attributes:
        accuracy: The share of reviews that were classified correctly, from 0 to 1.
        correct: For each review 1 if it was classified correctly, else 0, or the share of epochs in which it was
            (reviews,); None if predictions were not recorded.
        rounded_to: The step of an accuracy that was rounded more coarsely than to a review; 0 if it was not.
    """

    accuracy: float
    correct: NDArray[np.float64] | None
    reviews: int
    rounded_to: float = field(default=0.0, repr=False)

    @property
    def step(self) -> float:
        """The smallest difference of two such accuracies."""
        return max(1 / self.reviews, self.rounded_to)


def stacked(runs: Sequence[Score]) -> NDArray[np.float64] | None:
    """Returns which of the same reviews each run got right (runs, reviews); None if that is not known of all runs."""
    verdicts = [run.correct for run in runs if run.correct is not None]
    if len(verdicts) < len(runs) or len(set(map(len, verdicts))) > 1:
        return None
    return np.stack(verdicts)
