"""The accuracy of one training by measures that must not be mixed: best, kept, typical, and on test reviews."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_compare.runs.events import THRESHOLD

Measure = Literal["kept", "typical", "test"]
"""What may be compared: the weights that one would keep, a typical epoch, or the kept weights on the test reviews."""


@dataclass(frozen=True)
class MeasureText:
    """A measure as people read it: the head of its column, its definition, and what its accuracies were reached on."""

    title: str
    meaning: str
    where: str = ""

    @property
    def short(self) -> str:
        """The title within a sentence."""
        return self.title.lower()

    @property
    def sentence(self) -> str:
        """The definition as a sentence of its own."""
        return self.meaning[0].upper() + self.meaning[1:]


MEASURES: dict[Measure, MeasureText] = {
    "kept": MeasureText(
        "Kept weights",
        "epoch chosen on one half of the held-out reviews, accuracy on the other, both ways; nearly unbiased.",
        "on reviews that did not choose the epoch",
    ),
    "typical": MeasureText("Typical epoch", "median over the second half of the epochs.", "in a typical epoch"),
    "test": MeasureText(
        "Test reviews", "the best epoch's weights on reviews used for nothing else.", "on the test reviews"
    ),
}
"""In the order of their columns."""
BEST_EPOCH = MeasureText("Best epoch", "highest validation accuracy; optimistic: picked on the same reviews.")
"""What the book reports: shown beside the measures, and never compared."""

Probabilities = NDArray[np.floating]
"""Of being positive (reviews,), as an epoch's validation predicted them."""
ByEpoch = Sequence[Probabilities | None] | Probabilities
"""The probabilities of each epoch, None where they were not kept; or one array (epochs, reviews)."""


@dataclass(frozen=True)
class Achieved:
    """The accuracy of one training and, where verdicts were kept, which reviews it stands on.

    Attributes:
        accuracy: Share of reviews that were judged rightly, from 0 to 1.
        correct: Of each review 1 or 0, judged rightly or not, or the share of epochs in which it was (reviews,);
            None where no verdicts were kept.
        epochs: Whose verdicts count, from 1; empty for the test reviews.
    """

    accuracy: float
    correct: NDArray[np.float64] | None
    reviews: int
    epochs: tuple[int, ...] = ()


def kept(probabilities: ByEpoch, labels: NDArray[np.integer]) -> Achieved | None:
    """Returns what the weights achieve that one would keep: the epoch chosen on one half of the reviews, judged on the
    other, both ways.

    Nearly unbiased for the best epoch's weights, for no review judges an epoch that it helped to choose (two-fold
    cross-validation of the choice). The halves are the even and the odd places; of equal epochs the first is chosen.
    ``epochs`` is the one that judges the even places and the one that judges the odd. None where an epoch's
    probabilities are missing.

    Args:
        probabilities: Of each epoch (reviews,).
        labels: 0 or 1 (reviews,).

    Example:
        >>> labels = np.array([1, 1, 0, 0])
        >>> epochs = np.array([[0.9, 0.2, 0.1, 0.8], [0.3, 0.7, 0.2, 0.4]])  # right: 1 0 1 0 and 0 1 1 1
        >>> kept(epochs, labels)
        Achieved(accuracy=0.25, correct=array([0., 0., 1., 0.]), reviews=4, epochs=(2, 1))
    """
    right = _right(probabilities, labels)
    if right is None:
        return None
    judge = [int(right[:, 1 - half :: 2].sum(axis=1).argmax()) for half in (0, 1)]  # chosen on the other half
    correct = right[judge[0]].copy()
    correct[1::2] = right[judge[1], 1::2]
    return Achieved(float(correct.mean()), correct, len(labels), (judge[0] + 1, judge[1] + 1))


def typical(
    val_accuracy: Sequence[float],
    reviews: int,
    probabilities: ByEpoch | None = None,
    labels: NDArray[np.integer] | None = None,
) -> Achieved:
    """Returns a typical epoch: the median over the second half of the epochs, rather than the best of them.

    The second half of n epochs begins after epoch ⌈n/2⌉ (6 to 10 of 10, 3 of 3); a single epoch is its own.

    Args:
        val_accuracy: Of each epoch, at least one.
        probabilities: Of each epoch (reviews,), where they were kept.
        labels: 0 or 1 (reviews,); needed beside probabilities.

    Returns:
        The median, and of each review the share of those epochs in which it was judged rightly; no such shares where
        probabilities of one of those epochs are missing.

    Example:
        >>> typical([0.70, 0.80, 0.86, 0.84], 5000)
        Achieved(accuracy=0.85, correct=None, reviews=5000, epochs=(3, 4))
    """
    last = len(val_accuracy)
    first = min(math.ceil(last / 2), last - 1)
    correct = None
    if probabilities is not None and labels is not None and len(probabilities) == last:
        right = _right(probabilities[first:], labels)
        correct = None if right is None else right.mean(axis=0)
    return Achieved(statistics.median(val_accuracy[first:]), correct, reviews, tuple(range(first + 1, last + 1)))


def on_test_reviews(probabilities: Probabilities, labels: NDArray[np.integer]) -> Achieved:
    """Returns what chosen weights achieve on reviews that neither trained nor chose them; both arrays are (reviews,).

    Example:
        >>> on_test_reviews(np.array([0.9, 0.2, 0.4]), np.array([1, 0, 1])).correct
        array([1., 1., 0.])
    """
    correct = _rightly_judged(probabilities, labels)
    return Achieved(float(correct.mean()), correct, len(labels))


def stacked(runs: Sequence[Achieved]) -> NDArray[np.float64] | None:
    """Returns the verdicts of runs on the same reviews (runs, reviews); None where they were not kept of all."""
    verdicts = [run.correct for run in runs if run.correct is not None]
    if len(verdicts) < len(runs) or len(set(map(len, verdicts))) > 1:
        return None
    return np.stack(verdicts)


def _right(probabilities: ByEpoch, labels: NDArray[np.integer]) -> NDArray[np.float64] | None:  # (epochs, reviews)
    recorded = [epoch for epoch in probabilities if epoch is not None]
    if not recorded or len(recorded) < len(probabilities):
        return None
    return _rightly_judged(np.stack(recorded), labels)


def _rightly_judged(probabilities: Probabilities, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    right: NDArray[np.bool_] = (probabilities > THRESHOLD) == (labels == 1)
    return right.astype(np.float64)
