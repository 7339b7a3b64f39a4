"""The accuracy of one training from the probabilities that it predicted: on held-out reviews, or on test reviews."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.runs.events import THRESHOLD

Probabilities = NDArray[np.floating]
"""The predicted probabilities of being positive (reviews,)."""
ByEpoch = Sequence[Probabilities | None] | Probabilities
"""The probabilities of each epoch, None where they were not recorded; or one array (epochs, reviews)."""


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


def _by_epoch(probabilities: ByEpoch, labels: NDArray[np.integer]) -> NDArray[np.float64] | None:
    recorded = [epoch for epoch in probabilities if epoch is not None]
    if not recorded or len(recorded) < len(probabilities):
        return None
    return _correct(np.stack(recorded), labels)


def _correct(probabilities: Probabilities, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    right: NDArray[np.bool_] = (probabilities > THRESHOLD) == (labels == 1)
    return right.astype(np.float64)
