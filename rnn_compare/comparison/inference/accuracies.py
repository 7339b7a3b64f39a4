"""The accuracy of one training, by measures that must not be mixed: on held-out reviews, or on test reviews."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_compare.runs.events import THRESHOLD

Judging = Literal["kept", "test"]
"""The measures; of these two, test reviews are preferred."""


TITLES: dict[Judging, str] = {"kept": "Held-out reviews", "test": "Test reviews"}
"""Of columns with accuracies."""
ON: dict[Judging, str] = {"kept": "on held-out reviews", "test": "on test reviews"}
"""What stands behind an accuracy, on every surface."""

Probabilities = NDArray[np.floating]
"""The predicted probabilities of being positive (reviews,)."""
ByEpoch = Sequence[Probabilities | None] | Probabilities
"""The probabilities of each epoch, None where they were not recorded; or one array (epochs, reviews)."""


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


def kept(probabilities: ByEpoch, labels: NDArray[np.integer]) -> Score | None:
    """Returns the accuracy of the best epoch, chosen on one half of the reviews and measured on the other, both ways.

    Nearly unbiased, since no review measures an epoch that it helped to choose (two-fold cross-validation of the
    choice). The halves are the even and the odd places; of equal epochs the first is chosen. None where an epoch's
    probabilities are missing.

    Args:
        probabilities: Of each epoch (reviews,).
        labels: 0 or 1 (reviews,).

    Example:
        >>> labels = np.array([1, 1, 0, 0])
        >>> epochs = np.array([[0.9, 0.2, 0.1, 0.8], [0.3, 0.7, 0.2, 0.4]])  # right: 1 0 1 0 and 0 1 1 1
        >>> kept(epochs, labels)
        Score(accuracy=0.25, correct=array([0., 0., 1., 0.]), reviews=4)
    """
    right = _by_epoch(probabilities, labels)  # (epochs, reviews)
    if right is None:
        return None
    even, odd = (int(right[:, 1 - half :: 2].sum(axis=1).argmax()) for half in (0, 1))  # chosen on the other half
    correct = right[even].copy()
    correct[1::2] = right[odd, 1::2]
    return Score(float(correct.mean()), correct, len(labels))


def on_test_reviews(probabilities: Probabilities, labels: NDArray[np.integer]) -> Score:
    """Returns the accuracy on reviews that neither trained nor chose the weights; both arrays are (reviews,)."""
    correct = _correct(probabilities, labels)
    return Score(float(correct.mean()), correct, len(labels))


def stacked(runs: Sequence[Score]) -> NDArray[np.float64] | None:
    """Returns which of the same reviews each run got right (runs, reviews); None if that is not known of all runs."""
    verdicts = [run.correct for run in runs if run.correct is not None]
    if len(verdicts) < len(runs) or len(set(map(len, verdicts))) > 1:
        return None
    return np.stack(verdicts)


def _by_epoch(probabilities: ByEpoch, labels: NDArray[np.integer]) -> NDArray[np.float64] | None:
    recorded = [epoch for epoch in probabilities if epoch is not None]
    if not recorded or len(recorded) < len(probabilities):
        return None
    return _correct(np.stack(recorded), labels)


def _correct(probabilities: Probabilities, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    right: NDArray[np.bool_] = (probabilities > THRESHOLD) == (labels == 1)
    return right.astype(np.float64)
